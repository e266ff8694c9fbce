"""What to look at first among the classes: sentences over the document, none of which softens the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gan_audit.report.numbers import count
from gan_audit.report.sections.classes import ClassResults, reasons
from gan_audit.report.sections.context import Context
from gan_audit.report.text import clean
from gan_audit.report.words import ROLES, plural

MOST_KEYS = 6
"""Results named in one sentence."""
Classes = Sequence[ClassResults]
Look = tuple[str, str]


def first_looks(context: Context, classes: Classes) -> Iterator[Look]:
    """(beginning, sentence): what is missing, what is unmet, what could not be judged, what is undecided."""
    yield from _missing(context, classes)
    yield from _unmet(context, classes)
    yield from _too_small(classes)
    yield from _most(classes, "inconclusive", "Undecided.", "inconclusive")
    yield from _unlabelled(context)


def _missing(context: Context, classes: Classes) -> Iterator[Look]:
    if not all((context.document["inputs"].get(role) or {}).get("classes") for role in ("real", "synthetic")):
        return
    found = {item["scope"].removeprefix("class:") for item in context.document["findings"] if _tells_absence(item)}
    for item in classes:
        if item.of("real") and not item.of("synthetic"):
            known = (
                "The audit has a finding on it."
                if item.label in found
                else "The audit has no finding on it: so few were to be expected that chance may explain it."
            )
            yield "Missing class.", f"Not one synthetic image is of class {item.name}, which real images have. {known}"
        elif item.of("synthetic") and not item.of("real"):
            yield (
                "No counterpart.",
                f"Class {item.name} has synthetic images alone: there is nothing to compare it with.",
            )


def _tells_absence(finding: object) -> bool:
    return isinstance(finding, dict) and finding["id"] == "missing_class"


def _unmet(context: Context, classes: Classes) -> Iterator[Look]:
    failed = [*_most(classes, "not-met", "Criteria not met.", "not met")]
    yield from failed
    yield from _most(classes, "warning", "Warnings.", "not met (warning)")
    if failed:
        return
    judged = sum(item.judged for item in classes)
    if not judged:
        yield "No criterion by class.", "The policy sets no criterion for a class: every result here informs only."
        return
    overall = sum(entry.state == "not-met" for entry in context.entries)
    other = f" The gate is not met for {plural(overall, 'result')} over all images." if overall else ""
    yield (
        "Criteria not met.",
        f"None of the {judged} criteria by class is unmet; that alone does not show that a class is sound.{other}",
    )


def _most(classes: Classes, state: str, start: str, words: str) -> Iterator[Look]:
    """The class, or the classes, with most results in a state."""
    numbers = [item.states[state] for item in classes]
    most = max(numbers, default=0)
    top = [item for item, number in zip(classes, numbers, strict=True) if number == most]
    if not most:
        return
    ids = [str(entry.check["id"]) for item in top for entry in item.entries if entry.state == state]
    checks = _listed([clean(id, 120) for id in dict.fromkeys(ids)])
    if len(top) == 1:
        told = f"Class {top[0].name} first: {most} of its {top[0].judged} criteria {words} ({checks})."
    else:
        number = plural(most, "criterion", "criteria")
        told = f"Classes {_listed([item.name for item in top])} alike: {number} {words} in each ({checks})."
    fewer = sum(0 < number < most for number in numbers)
    yield start, told + (f" Fewer in {plural(fewer, 'other class', 'other classes')}." if fewer else "")


def _too_small(classes: Classes) -> Iterator[Look]:
    for item in classes:
        told = " ".join(reason for reason, _ in reasons(item))
        if item.entries and len(item.skipped) == len(item.entries):
            yield "Not judged.", f"Nothing could be evaluated in class {item.name}. {told}"
        elif item.skipped:
            total = len(item.entries)
            yield "Judged in part.", f"Class {item.name}: {len(item.skipped)} of {total} results not evaluated. {told}"


def _unlabelled(context: Context) -> Iterator[Look]:
    for role in ("real", "synthetic"):
        given = context.document["inputs"].get(role) or {}
        labelled = sum((given.get("classes") or {}).values())
        left = int(given.get("n_images") or 0) - labelled
        if labelled and left > 0:
            yield "Without a label.", f"{count(left)} {ROLES[role].lower()} images belong to no class."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_KEYS} more" if len(names) > MOST_KEYS else ""
    return ", ".join(names[:MOST_KEYS]) + more
