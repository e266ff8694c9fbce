"""Every check in a row, and once more those that need attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gan_audit.report.entries import Entry
from gan_audit.report.models import Block, Bullets, Cell, Column, Prose, Row, Table
from gan_audit.report.numbers import DASH
from gan_audit.report.sections.context import CheckGroup, Context
from gan_audit.report.words import PARTS, SHORT, STATES, plural, worst

COLUMNS = (
    Column("Check"),
    Column("Space"),
    Column("Value, interval", True),
    Column("Real against real", True),
    Column("Limit", True),
    Column("On one axis"),
    Column("Verdict"),
)
PROBLEMS = ("not-met", "inconclusive", "waived", "warning")
MOST_KEYS = 8
"""Keys named in one line of the list of checks that were not evaluated."""


def summary(context: Context) -> Iterator[Block]:
    """One row for a check and space; a class has its own row where its criterion is not simply met."""
    yield Table(
        f"Results by check and feature space, with {context.confidence} confidence intervals. “Real against real” is "
        "the same statistic between two disjoint halves of the real images. On the axis: the dot is the value, the "
        "line its interval, the grey bar the real-against-real interval; the shaded side of the limit is allowed.",
        COLUMNS,
        tuple(_rows(context)),
        stack=True,
    )


def attention(context: Context) -> Iterator[Block]:
    """What was not met, is undecided, was set aside or could not be evaluated."""
    rows = [row for state in PROBLEMS for row in _problem_rows(context, state)]
    if rows:
        columns = (Column("Check"), Column("Value, interval", True), Column("Limit", True))
        title = "Criteria that are not met, undecided or waived."
        yield Table(title, (*columns, Column("Verdict")), tuple(rows), stack=True)
    else:
        yield Prose(("No criterion is unmet, undecided or waived.",))
    skipped = tuple(_not_evaluated(context))
    if skipped:
        yield Bullets(skipped)


def all_results(context: Context) -> Table:
    """The appendix: every result, one row each, nothing folded."""
    names = ("Value, interval", "Real against real", "Limit", "p, adjusted", "n real, synthetic")
    columns = (Column("Result"), *(Column(name, True) for name in names), Column("Verdict, level"))
    rows = tuple(Row(_full_row(entry)) for entry in context.entries)
    return Table("All results of this audit, as they stand in audit.json.", columns, rows, stack=True)


def by_class(group: CheckGroup) -> str:
    """`5 met, 1 not met`."""
    states = Counter(entry.state for entry in group.classes)
    return ", ".join(f"{states[state]} {SHORT[state]}" for state in STATES if states[state])


def _rows(context: Context) -> Iterator[Row]:
    for part in (*PARTS, None):
        groups = context.groups(part.families if part else context.unknown_families)
        if groups:
            yield Row(heading=part.title if part else "Other checks")
        for group in groups:
            yield from _group_rows(group)


def _group_rows(group: CheckGroup) -> Iterator[Row]:
    entry = group.main
    title, space = _title(group), Cell(group.first.space or DASH, code=True)
    if entry:
        yield Row((title, space, *_numbers(entry), entry.badge))
    else:
        state = worst([each.state for each in group.classes])
        blank = (Cell(DASH),) * 3
        yield Row((title, space, *blank, Cell("By class only"), Cell(STATES[state], state=state)))
    if any(each.state != "informative" for each in group.classes):
        folded = Cell(f"By class: {by_class(group)}")
        yield Row((folded,), minor=True)
        for each in group.classes:
            if each.state in PROBLEMS or each.state == "required-not-evaluated":
                yield Row((Cell(f"Class {each.scope}"), Cell(""), *_numbers(each), each.badge), minor=True)


def _title(group: CheckGroup) -> Cell:
    title = Cell(group.first.title, href=group.anchor)
    unit = next((entry.unit for entry in group.entries if entry.unit), "")
    return Cell("", parts=(title, Cell(unit, minor=True))) if unit else title


def _numbers(entry: Entry) -> tuple[Cell, ...]:
    return entry.measured, entry.reference, entry.limit, entry.graphic


def _problem_rows(context: Context, state: str) -> Iterator[Row]:
    found = [entry for entry in context.entries if entry.state == state]
    if found:
        yield Row(heading=f"{STATES[state]} ({len(found)})")
    for entry in found:
        note = f"{entry.message} {entry.waiver}".strip()
        yield Row((entry.link, entry.measured, entry.limit, entry.badge), note=note)


def _not_evaluated(context: Context) -> Iterator[tuple[str, str]]:
    """Checks that share a reason share a line."""
    shared: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in context.entries:
        if entry.state in ("required-not-evaluated", "not-evaluated"):
            shared.setdefault((entry.state, entry.message, entry.remedy), []).append(entry)
    order = list(STATES)
    for (state, message, remedy), members in sorted(shared.items(), key=lambda item: order.index(item[0][0])):
        named = ", ".join(entry.key for entry in members[:MOST_KEYS])
        more = f" and {plural(len(members) - MOST_KEYS, 'more result')}" if len(members) > MOST_KEYS else ""
        yield f"{STATES[state]}: {named}{more}", f"{message} {remedy}".strip()


def _full_row(entry: Entry) -> tuple[Cell, ...]:
    numbers = (entry.measured, entry.reference, entry.limit, entry.p_values, entry.sizes)
    level = Cell(str(entry.check.get("level") or "error"), entry.src("level"), minor=True)
    return (entry.link, *numbers, Cell("", parts=(entry.badge, level)))
