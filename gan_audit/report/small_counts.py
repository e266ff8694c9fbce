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
_OF_A_HALF = re.compile(r"(?<=compared at the same size) \(\d+\)")
_OF_ALL_BUT_ONE = re.compile(r"\b\d+(?= candidates each\b)")
_CONCERNED = re.compile(r"\b([1-9]\d*) patients? (?:is|are) concerned")


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
    counts = {label: patients.get(label, n) for label, n in images.items()}
    few = {label: _words(least, label in patients) for label, n in counts.items() if n < least}
    others = sorted((count, label) for label, count in images.items() if label not in few)
    told = _is_told([counts[label] for label in few], least)
    return few | {others[0][1]: HIDDEN} if told and others else few


def _is_told(few: list[int], least: int) -> bool:
    """Whether the sum of the hidden counts, which the total gives away, leaves one value for each of them."""
    return bool(few) and (len(few) == 1 or sum(few) in (len(few), len(few) * (least - 1)))


def without_counts(message: str, scope: str, hidden: Mapping[str, str], least: int = SMALLEST) -> str:
    """A check's sentence without the counts that `hidden` (see `hidden_counts`) keeps back.

    In a sentence on a class, patients who are concerned are counted from `least` on.
    """
    label = scope.removeprefix("class:")
    text = message if label == scope else _CONCERNED.sub(lambda found: _concerned(found, least), message)
    if not hidden:
        return text
    text = _OF_SOME_CLASS.sub(f"[{HIDDEN}]", text)
    if label not in hidden:
        return text
    return _OF_ALL_BUT_ONE.sub("as many", _OF_A_HALF.sub("", _OF_A_CLASS.sub(f"[{HIDDEN}]", text)))


def _concerned(found: re.Match[str], least: int) -> str:
    return f"fewer than {least} patients are concerned" if int(found[1]) < least else found[0]


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
