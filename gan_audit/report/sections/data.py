"""The sets that were audited: how many images, of which classes, how stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gan_audit.report.models import Block, Cell, Column, Row, Table
from gan_audit.report.numbers import DASH, count
from gan_audit.report.sections.context import Context
from gan_audit.report.sections.declared import declared
from gan_audit.report.small_counts import hidden_counts
from gan_audit.report.text import clean, pointer
from gan_audit.report.words import ROLES

ROWS = {
    "n_images": "Images",
    "n_groups": "Patients",
    "exact_duplicates": "Exact duplicates within the set",
    "masks": "Images with a mask",
    "shapes": "Sizes",
    "bit_depths": "Bit depths",
    "units": "Units",
}
MOST_CLASSES = 200


def data(context: Context) -> Iterator[Block]:
    """Composition, classes and rejected files as measured, then what the sponsor declared of the real images."""
    sets = {role: given for role in ROLES if (given := context.document["inputs"].get(role))}
    yield _composition(sets)
    if any(given.get("classes") for given in sets.values()):
        yield _classes(sets, {role: hidden_counts(context.document, role) for role in sets})
    rejected = _rejected(sets)
    if rejected.rows:
        yield rejected
    yield declared(context, "real_data")


def _composition(sets: Mapping[str, Any]) -> Table:
    columns = (Column(""), *(Column(ROLES[role]) for role in sets))
    rows = [
        Row((Cell(title), *(_cell(role, given, key) for role, given in sets.items())))
        for key, title in ROWS.items()
        if any(key in given for given in sets.values())
    ]
    rejected = [
        Cell(count(len(given.get("rejected") or ())), pointer("inputs", role, "rejected"))
        for role, given in sets.items()
    ]
    return Table("Measured: the files as read.", columns, (*rows, Row((Cell("Files rejected"), *rejected))))


def _cell(role: str, given: Mapping[str, Any], key: str) -> Cell:
    value = given.get(key)
    if value is None or value == "":
        return Cell("not known" if key == "n_groups" else DASH)
    text = count(value) if isinstance(value, int) else clean(value)
    return Cell(text, pointer("inputs", role, key))


def _classes(sets: Mapping[str, Any], hidden: Mapping[str, Mapping[str, str]]) -> Table:
    names = sorted({name for given in sets.values() for name in given.get("classes") or ()})
    columns = (Column("Class"), *(Column(ROLES[role], True) for role in sets))
    rows = [
        Row(
            (
                Cell(clean(name, 120)),
                *(
                    Cell(hidden[role].get(name) or count((given.get("classes") or {}).get(name, 0)))
                    for role, given in sets.items()
                ),
            )
        )
        for name in names[:MOST_CLASSES]
    ]
    more = f" The first {MOST_CLASSES} of {len(names)}; audit.json holds all." if len(names) > MOST_CLASSES else ""
    return Table(f"Measured: images of each class.{more}", columns, tuple(rows), src=pointer("inputs"))


def _rejected(sets: Mapping[str, Any]) -> Table:
    rows = [
        Row((Cell(ROLES[role]), Cell(clean(item["id"], 60), code=True), Cell(clean(item["reason"]))))
        for role, given in sets.items()
        for item in given.get("rejected") or ()
    ]
    caption = "Files that could not be read, by pseudonym; private/ids.csv names them."
    return Table(caption, (Column("Set"), Column("File"), Column("Reason")), tuple(rows), src=pointer("inputs"))
