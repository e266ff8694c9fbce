"""Small cells: counts of so few patients that the count itself may point at somebody are not printed.

A class of two patients in a named hospital is no longer a statistic. The count of such a class is printed as `< 5`, and
where there is one such class alone, the next smallest count goes too: else the total would give the first away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

SMALLEST = 5
"""Fewest patients of a class whose count is printed, where the policy does not say."""
HIDDEN = "not shown"
_OF_A_CLASS = re.compile(r"\b\d+(?= real\b)")
_OF_SOME_CLASS = re.compile(r"(?<=real images of )\d+(?= patients)")


def smallest(document: Mapping[str, Any]) -> int:
    """The policy's `inputs.smallest_cell`, or SMALLEST; 0 shows everything."""
    given = (document["policy"].get("inputs") or {}).get("smallest_cell")
    return given if isinstance(given, int) and not isinstance(given, bool) else SMALLEST


def hidden_counts(document: Mapping[str, Any], role: str = "real") -> dict[str, str]:
    """Class to what is printed instead of its count, for the classes whose count is not.

    The patients of a class are counted where they are known (`class_groups`), else its images, which are as many or
    more. A class without an image is nobody's and is shown; so are synthetic images.
    """
    given = document["inputs"].get(role)
    if not given or role == "synthetic":
        return {}
    images = {label: count for label, count in (given.get("classes") or {}).items() if count}
    patients = given.get("class_groups") or {}
    least = smallest(document)
    few = {label: _words(least, label in patients) for label, n in images.items() if patients.get(label, n) < least}
    others = sorted((count, label) for label, count in images.items() if label not in few)
    return few | {others[0][1]: HIDDEN} if len(few) == 1 and others else few


def without_counts(message: str, scope: str, hidden: Mapping[str, str]) -> str:
    """A check's sentence without the counts that `hidden` (see `hidden_counts`) keeps back."""
    if not hidden:
        return message
    text = _OF_SOME_CLASS.sub(f"[{HIDDEN}]", message)
    return _OF_A_CLASS.sub(f"[{HIDDEN}]", text) if scope.removeprefix("class:") in hidden else text


def note(document: Mapping[str, Any]) -> str:
    """One sentence for the reader where anything is kept back, else an empty string."""
    if not any(hidden_counts(document, role) for role in document["inputs"]):
        return ""
    return (
        f"Counts of real images in classes of fewer than {smallest(document)} patients, and a count from which one of "
        "them could be worked out, are not printed here. audit.json holds them: share it accordingly."
    )


def _words(least: int, counted: bool) -> str:
    return f"< {least} patients" if counted else f"< {least}"
