"""The cards: one statistic, in each feature space, over all images and by class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gan_audit.report.charts.spec import Intervals, Mark, Span
from gan_audit.report.entries import Entry
from gan_audit.report.figures import figure, of_plot
from gan_audit.report.models import Block, Card, Cell, CheckBlock, Column, Fact, Figure, Prose, Result, Row, Table
from gan_audit.report.numbers import DASH
from gan_audit.report.sections.context import CheckGroup, Context
from gan_audit.report.sections.declared import declared
from gan_audit.report.sections.details import scalars
from gan_audit.report.sections.pictures import pictures
from gan_audit.report.sections.summary import by_class
from gan_audit.report.sections.tables import check_tables
from gan_audit.report.text import clean, label
from gan_audit.report.words import LEVELS, STATES, Part, worst

INLINE_ROWS, INLINE_COLUMNS = 12, 8
"""Largest table that a card shows; the appendix shows every one."""
NARROW = 4
"""Columns that a telephone shows side by side."""
LARGEST = 1e300
"""Size of a number beyond which it is printed but not drawn."""
SCOPES = ("Value, interval", "Real against real", "Limit", "p adjusted", "n real", "n synthetic")
NOTHING = (
    "Nothing of this family was evaluated in this audit: no result of it stands in audit.json. "
    "That is neither a pass nor a fail."
)


def part(context: Context, section: Part) -> Iterator[Block]:
    """The blocks of a section of results: declared answers after the measured ones."""
    groups = context.groups(section.families)
    if not groups:
        yield Prose((NOTHING,))
    yield from _blocks(context, groups)
    for name in section.declared:
        yield declared(context, name)


def others(context: Context) -> list[CheckBlock]:
    """Checks of no family this version knows."""
    return _blocks(context, context.groups(context.unknown_families))


def method_anchor(id: str) -> str:
    """Anchor of a method card; identifiers hold letters, dots and underscores."""
    return "method-" + "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in id)


def _blocks(context: Context, groups: list[CheckGroup]) -> list[CheckBlock]:
    by_id: dict[str, list[CheckGroup]] = {}
    for group in groups:
        by_id.setdefault(group.first.id, []).append(group)
    return [_block(context, id, members) for id, members in by_id.items()]


def _block(context: Context, id: str, groups: list[CheckGroup]) -> CheckBlock:
    texts = context.methods.get(str(groups[0].first.check["id"])) or {}
    return CheckBlock(
        anchor=f"statistic-{groups[0].first.index}",
        id=id,
        title=groups[0].first.title,
        unit=next((entry.unit for group in groups for entry in group.entries if entry.unit), ""),
        question=clean(texts.get("question") or "", 600),
        means=clean(texts.get("means") or "", 1200),
        does_not_mean=clean(texts.get("does_not_mean") or "", 1200),
        method=method_anchor(id) if texts else "",
        cards=tuple(_card(context, group) for group in groups),
    )


def _card(context: Context, group: CheckGroup) -> Card:
    state = worst([entry.state for entry in group.entries])
    mixed = len({entry.state for entry in group.classes}) > 1
    apart = group.main is not None and group.main.state != state
    links = [Cell(table.caption, href=table.anchor) for entry in group.entries for table in check_tables(entry)]
    own = check_tables(group.main) if group.main else []
    drawn = {entry.index: _own_plots(entry) for entry in group.entries}
    main = drawn[group.main.index][0] if group.main else []
    made, failed = pictures(group)
    return Card(
        anchor=group.anchor,
        title=group.first.title,
        space=group.first.space,
        level=LEVELS.get(str(group.first.check.get("level", "error")), ""),
        state=state,
        verdict=f"{STATES[state]} in a class" if apart else STATES[state],
        apart=apart,
        summary=f"By class: {by_class(group)}" if mixed else "",
        main=_result(group.main) if group.main else None,
        scopes=_scopes(context, group),
        details=scalars(group.main) if group.main else (),
        plots=(*main, *made, *_forest(group)),
        class_plots=tuple(item for entry in group.classes for item in drawn[entry.index][0]),
        notes=(*(note for _, notes in drawn.values() for note in notes), *failed),
        tables=tuple(replace(table, anchor="", stack=len(table.columns) > NARROW) for table in own if _is_short(table)),
        links=tuple(links),
    )


def _result(entry: Entry) -> Result:
    rest = (
        Fact("Real against real", entry.reference),
        Fact("Limit", entry.limit),
        Fact("p-value", entry.p),
        Fact("p adjusted", entry.p_adjusted),
        Fact("Images", _sizes(entry)),
    )
    return Result(
        anchor=entry.anchor,
        value=entry.value,
        interval=entry.interval,
        unit=entry.unit,
        facts=tuple(fact for fact in rest if fact.cell.src or fact.cell.parts),
        badge=entry.badge,
        message=entry.message,
        remedy=entry.remedy,
        waiver=entry.waiver,
        graphic=entry.graphic,
    )


def _sizes(entry: Entry) -> Cell:
    parts = ((entry.n_real, "real"), (entry.n_synthetic, "synthetic"))
    return Cell("", parts=tuple(replace(cell, text=f"{cell.text} {noun}") for cell, noun in parts))


def _scopes(context: Context, group: CheckGroup) -> Table | None:
    if not group.classes:
        return None
    columns = (Column("Class"), *(Column(name, True) for name in SCOPES), Column("Verdict"))
    rows = tuple(_scope_row(entry) for entry in group.classes)
    return _filled(Table(f"By class, with {context.confidence} confidence intervals.", columns, rows, stack=True))


def _filled(table: Table) -> Table:
    """Without the columns that hold nothing."""
    kept = [i for i in range(len(table.columns)) if any(row.cells[i] != Cell(DASH) for row in table.rows)]
    rows = tuple(replace(row, cells=tuple(row.cells[i] for i in kept)) for row in table.rows)
    return replace(table, columns=tuple(table.columns[i] for i in kept), rows=rows)


def _scope_row(entry: Entry) -> Row:
    numbers = (entry.measured, entry.reference, entry.limit, entry.p_adjusted)
    cells = (Cell(entry.scope), *numbers, entry.n_real, entry.n_synthetic, entry.badge)
    telling = entry.state not in ("met", "informative")
    note = f"{entry.message} {entry.remedy} {entry.waiver}".strip() if telling else ""
    return Row(cells, note=note, anchor=entry.anchor)


def _own_plots(entry: Entry) -> tuple[list[Figure], list[str]]:
    drawn: list[Figure] = []
    notes: list[str] = []
    for index, source in enumerate(entry.check["details"].get("figures") or ()):
        try:
            drawn.append(
                figure(_titled(source, entry), f"figure-{entry.index}-{index}", entry.src("details", "figures", index))
            )
        except ValueError as error:
            notes.append(f"A figure of {entry.key} could not be drawn: {error}.")
    return drawn, notes


def _titled(source: Any, entry: Entry) -> Mapping[str, Any]:
    given = dict(source) if isinstance(source, Mapping) else {}
    return given if entry.overall else {**given, "title": f"Class {entry.scope}: {given.get('title', '')}"}


def _forest(group: CheckGroup) -> list[Figure]:
    """The classes side by side, where there are at least two."""
    scale = 100.0 if group.first.is_share else 1.0
    shown = [entry for entry in group.classes if entry.check["estimate"] is not None]
    if len(shown) < 2:
        return []
    limits = {entry.limit_value for entry in shown}
    common = limits.pop() if len(limits) == 1 else None
    rows = [_span(entry, scale, own_limit=common is None) for entry in shown]
    unit = "%" if group.first.is_share else str(group.first.check["unit"])
    plot = Intervals(
        title=f"{group.first.title} by class",
        caption="Dot: value. Line: confidence interval." + (" Upright stroke: limit." if limits else ""),
        x_label=unit or "value",
        y_label="",
        rows=tuple(rows),
        marks=() if common is None else (Mark(common * scale, "limit"),),
    )
    made = of_plot(plot, f"figure-{group.first.index}-classes", "")
    bounded = len(made.table.columns) > 2
    body = tuple(Row((Cell(entry.scope), entry.value, *(entry.ends if bounded else ()))) for entry in shown)
    return [replace(made, table=replace(made.table, rows=body))]


def _span(entry: Entry, scale: float, own_limit: bool) -> Span:
    limit = entry.limit_value if own_limit else None
    numbers = (entry.check["estimate"], *(entry.check["ci"] or (None, None)), limit)
    value, low, high, drawn = (
        None if number is None or abs(number) > LARGEST else number * scale for number in numbers
    )
    return Span(label(entry.scope), value, low, high, "", drawn)


def _is_short(table: Table) -> bool:
    return len(table.rows) <= INLINE_ROWS and len(table.columns) <= INLINE_COLUMNS
