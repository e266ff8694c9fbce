"""What else a check says of itself: the plain values among its details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gan_audit.report.entries import Entry
from gan_audit.report.models import Cell, Fact
from gan_audit.report.numbers import DASH, count, number, quantity
from gan_audit.report.text import clean, words

DRAWN = ("tables", "figures")
NAMES = {
    "interval_method": "How the interval was made",
    "reference_method": "Real against real",
    "all_images": "On all images, as published tools compute it",
    "matched_n": "Images of each set in the value",
}
MOST_ITEMS = 12
"""Items of a list that are written out; audit.json holds all."""


def scalars(entry: Entry) -> tuple[Fact, ...]:
    """One fact for every plain value, in alphabetical order after the known ones."""
    details = entry.check["details"]
    order = [key for key in NAMES if key in details] + sorted(set(details) - set(NAMES) - set(DRAWN))
    facts = [Fact(NAMES.get(key) or words(key), Cell(_text(entry, key), entry.src("details", key))) for key in order]
    return tuple(fact for fact in facts if fact.cell.text)


def _text(entry: Entry, key: str) -> str:
    value = entry.check["details"][key]
    if key == "all_images" and _is_number(value):
        return quantity(value, str(entry.check["unit"]))
    return written(value)


def written(value: Any) -> str:
    """A plain value, or the beginning of a list or a mapping; empty for what is empty or deeply nested."""
    if isinstance(value, Mapping):
        items = [(words(str(key)), item) for key, item in sorted(value.items())]
        return _joined("; ", [f"{name}: {written(item) or DASH}" for name, item in items if _is_shallow(item)])
    if isinstance(value, list):
        return _joined(", ", [plain(item) or DASH for item in value if not isinstance(item, Mapping | list)])
    return plain(value)


def _joined(separator: str, parts: list[str]) -> str:
    more = f" and {len(parts) - MOST_ITEMS} more in audit.json" if len(parts) > MOST_ITEMS else ""
    return separator.join(parts[:MOST_ITEMS]) + more


def _is_shallow(value: Any) -> bool:
    nested = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return not any(isinstance(item, Mapping | list) for item in nested)


def plain(value: Any) -> str:
    """A value of a table or a list."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return count(value)
    return number(value) if isinstance(value, float) else clean(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
