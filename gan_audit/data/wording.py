"""Small matters of text: cells of a table, lists and counts in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

MISSING = frozenset({"nan", "<na>", "nat"})
"""How libraries print a missing value, in lower case."""

ALIKE = 0.7
"""Similarity from which a column, a class or a set counts as a misspelling of another, as in `suggestions.nearest`."""


def text_of(value: Any) -> str | None:
    """A cell as text without surrounding blanks: None for blank and for a missing value, `1` for 1.0."""
    if isinstance(value, np.ndarray | np.generic) and value.size == 1:
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None else str(value).strip()
    is_missing = not isinstance(value, str) and text.lower() in MISSING
    return None if is_missing or not text else text


def some(names: Iterable[str], most: int = 3) -> str:
    """`'a', 'b', 'c' and 7 more`, in the order given."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(repr(name) for name in listed[:most]) + more


def counted(count: int, one: str, many: str) -> str:
    """`1 file is`, `2 files are`: the number before the words that fit it."""
    return f"{count} {one if count == 1 else many}"
