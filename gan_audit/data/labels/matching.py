"""Rows of a table of labels to images: which row speaks of which image of which set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gan_audit.data.formats.readers import stem_of
from gan_audit.data.labels.tables import LabelRow, LabelTable, clean_name
from gan_audit.data.sources import NAMES, Source
from gan_audit.data.wording import counted, some
from gan_audit.errors import InputError
from gan_audit.types import Role

MOST_UNLABELLED = 0.5
"""Share of a set without a label beyond which the table cannot be meant for this set."""


@dataclass(frozen=True)
class Annotation:
    """What is said of one image besides its pixels."""

    label: str | None = None
    group: str | None = None
    mask: str | None = None
    """The cell of the mask column, as written."""


Annotations = Mapping[Role, Mapping[str, Annotation]]
"""Role and id to annotation; an id may be absent."""


@dataclass(frozen=True)
class MatchedLabels:
    """All annotations, and what the report should say of them."""

    annotations: Annotations
    notes: Mapping[Role, tuple[str, ...]]


def match(table: LabelTable, sources: Mapping[Role, Source]) -> MatchedLabels:
    """Each image with its row.

    A row applies to every set that holds its file name, or to the one set it names, before rows that name none.
    A name without its extension, or in a list of paths an ending of the path, matches where it is unambiguous.
    Raises InputError where rows contradict each other, where no row matches, or where most of a set has no label.
    """
    claims: dict[Role, dict[str, list[LabelRow]]] = {role: {} for role in sources}
    orphans = []
    finders = {role: _Finder.of(source) for role, source in sources.items()}
    for row in table.rows:
        found = [(role, id) for role, finder in finders.items() if (id := finder.find(row)) is not None]
        for role, id in found:
            claims[role].setdefault(id, []).append(row)
        if not found:
            orphans.append(row)
    if not any(claims.values()):
        raise InputError(_nothing_matches(table, sources))
    chosen = {role: {id: _agree(rows, id, table) for id, rows in of.items()} for role, of in claims.items()}
    repeated = sum(len(_applicable(rows)) > 1 for of in claims.values() for rows in of.values())
    notes = {role: _label_notes(sources[role], found, table) for role, found in chosen.items()}
    notes["real"] = (*table.notes, *_row_notes(len(orphans), repeated), *notes["real"])
    return MatchedLabels(chosen, notes)


@dataclass(frozen=True)
class _Finder:
    """The names by which rows may call the images of one set."""

    role: Role
    exact: Mapping[str, str]
    loose: Mapping[str, str]
    """Names without extension and endings of paths, unambiguous ones only."""

    @classmethod
    def of(cls, source: Source) -> _Finder:
        exact = {clean_name(id): id for id in source.ids}
        by_stem: dict[str, list[str]] = {}
        for name, id in exact.items():
            by_stem.setdefault(stem_of(name), []).append(id)
        stems = {stem: ids[0] for stem, ids in by_stem.items() if len(ids) == 1}
        return cls(source.role, exact, {clean_name(alias): id for alias, id in source.aliases.items()} | stems)

    def find(self, row: LabelRow) -> str | None:
        """The id that a row is about, None where it is about no image of this set."""
        if row.set not in (None, self.role):
            return None
        return self.exact.get(row.filename) or self.loose.get(row.filename)


def _applicable(rows: Sequence[LabelRow]) -> list[LabelRow]:
    """The rows that count: those that name the set, or all where none does."""
    return [row for row in rows if row.set is not None] or list(rows)


def _agree(rows: Sequence[LabelRow], id: str, table: LabelTable) -> Annotation:
    counting = _applicable(rows)
    found = {Annotation(row.label, row.group, row.mask) for row in counting}
    if len(found) > 1:
        numbers = ", ".join(str(row.number) for row in counting)
        raise InputError(
            f"Rows {numbers} of {table.name} contradict each other about {id!r}. Keep one; or, where two sets hold "
            "a file of that name, say which row is about which in a column `set` (real, synthetic, holdout)."
        )
    return found.pop()


def _nothing_matches(table: LabelTable, sources: Mapping[Role, Source]) -> str:
    held = "; ".join(f"the {NAMES[role]} set holds {some(sorted(source.ids))}" for role, source in sources.items())
    named = some([row.filename for row in table.rows]) or "no file"
    return (
        f"No row of {table.name} is about an image of any set: the rows name {named}; {held}. "
        "`filename` must be the path relative to the folder of the set."
    )


def _row_notes(orphans: int, repeated: int) -> list[str]:
    notes = []
    if orphans:
        rows = counted(orphans, "row of the labels names a file that is", "rows of the labels name files that are")
        notes.append(f"{rows} in no set.")
    if repeated:
        notes.append(counted(repeated, "image has", "images have") + " several rows of labels, which agree.")
    return notes


def _label_notes(source: Source, found: Mapping[str, Annotation], table: LabelTable) -> tuple[str, ...]:
    """How many images have no label; raises InputError where most have none and that is no choice of the user's."""
    unlabelled = [id for id in source.ids if id not in found or found[id].label is None]
    if not unlabelled:
        return ()
    if len(found) == len(unlabelled) == len(source.ids):
        return (f"No {NAMES[source.role]} image has a label: every row about them leaves it blank.",)
    if len(unlabelled) > MOST_UNLABELLED * len(source.ids):
        raise InputError(
            f"{len(unlabelled)} of {len(source.ids)} {NAMES[source.role]} images have no label in {table.name}, "
            f"such as {some(sorted(unlabelled))}. Add their rows (with a blank label if they have none on purpose, "
            "then for the whole set), or leave the labels out."
        )
    which = f"of the {NAMES[source.role]} set"
    images = counted(len(unlabelled), f"image {which} has no label and is", f"images {which} have no label and are")
    return (f"{images} left out of the checks by class.",)
