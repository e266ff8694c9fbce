"""What every section may look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gan_audit.judgement.declarations import DECLARED_FIELDS, DECLARED_SECTIONS, DeclaredField
from gan_audit.report.entries import Entry
from gan_audit.report.text import clean, words
from gan_audit.report.words import PARTS


@dataclass(frozen=True)
class CheckGroup:
    """One check in one space, over every scope."""

    entries: tuple[Entry, ...]
    """Over all images first, then the classes in the document's order."""
    anchor: str

    @property
    def first(self) -> Entry:
        """Any of them, for what they share."""
        return self.entries[0]

    @property
    def main(self) -> Entry | None:
        """The result over all images."""
        return next((entry for entry in self.entries if entry.overall), None)

    @property
    def classes(self) -> tuple[Entry, ...]:
        """The results by class."""
        return tuple(entry for entry in self.entries if not entry.overall)


@dataclass(frozen=True)
class Context:
    """The document and what is asked of it again and again."""

    document: Mapping[str, Any] = field(repr=False)
    digest: str
    entries: tuple[Entry, ...]

    @property
    def confidence(self) -> str:
        """`95 %`."""
        level = self.document["policy"].get("confidence", 0.95)
        return f"{level * 100:g} %"

    @property
    def methods(self) -> Mapping[str, Any]:
        """Check id to the texts that explain it."""
        return self.document.get("methods") or {}

    def groups(self, families: Iterable[str]) -> list[CheckGroup]:
        """The checks of some families, in the document's order."""
        wanted = tuple(families)
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.entries:
            if entry.family in wanted:
                found.setdefault((entry.id, entry.space), []).append(entry)
        return [
            CheckGroup(tuple(sorted(members, key=lambda entry: not entry.overall)), f"check-{members[0].index}")
            for members in found.values()
        ]

    @property
    def unknown_families(self) -> list[str]:
        """Families that no section of the report is made for."""
        known = {family for part in PARTS for family in part.families}
        return sorted({entry.family for entry in self.entries} - known)

    def of_id(self, id: str) -> list[Entry]:
        """Every result of one check."""
        return [entry for entry in self.entries if entry.check["id"] == id]

    def declared(self, section: str) -> list[tuple[DeclaredField, str]]:
        """Each question of a section with the answer, empty where there is none; unknown answers at the end."""
        given = self.document["declarations"].get(section) or {}
        known = [item for item in DECLARED_FIELDS if item.section == section]
        names = {item.key for item in known}
        extra = [DeclaredField(section, str(key), words(str(key)), "") for key in sorted(given) if key not in names]
        return [(item, answer(given.get(item.key))) for item in (*known, *extra)]

    def missing(self) -> list[DeclaredField]:
        """Required questions without an answer."""
        return [
            item for section in DECLARED_SECTIONS for item, text in self.declared(section) if item.required and not text
        ]


def answer(value: Any) -> str:
    """A declared value as text; empty for a blank one."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(answer(item) for item in value)
    return "" if value is None else str(value).strip()


def short_digest(value: Any) -> str:
    """The first twelve hexadecimal digits."""
    return clean(value or "", 12).split("…")[0]
