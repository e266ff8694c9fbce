"""A figure of audit.json as the page shows it: drawn twice and written out as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gan_audit.report.charts.plotly import live
from gan_audit.report.charts.spec import MOST_ROWS, Bars, Contours, Heatmap, Intervals, Lines, Plot, Value, parse
from gan_audit.report.charts.svg import draw
from gan_audit.report.models import Cell, Column, Figure, Row, Table
from gan_audit.report.numbers import count, number

CURVE_ROWS = 11
"""Points of a curve in its table: both ends and every tenth between."""
WIDEST = 8
"""Columns of a matrix that is printed as one; a wider one is listed by its largest entries."""
MOST_ENTRIES = 20
"""Entries of that list."""

Rows = list[list[str]]


def figure(source: Mapping[str, Any], anchor: str, src: str) -> Figure:
    """The figure at the JSON pointer `src`.

    Raises ValueError where it cannot be drawn.
    """
    return of_plot(parse(source), anchor, src)


def of_plot(plot: Plot, anchor: str, src: str) -> Figure:
    """A plot that the report itself makes from results, or one read from audit.json."""
    columns, rows, note = _TABLES[type(plot)](plot)
    heads = tuple(Column(title, numeric) for title, numeric in columns)
    body = tuple(Row(tuple(Cell(text) for text in row)) for row in rows)
    caption = f"Data of the figure: {plot.title}.{f' {note}' if note else ''}"
    drawn = f"{plot.caption} {_left_out(plot)}".strip()
    return Figure(anchor, plot.title, drawn, draw(plot), live(plot), Table(caption, heads, body, src=src))


def _left_out(plot: Plot) -> str:
    if isinstance(plot, Intervals) and len(plot.rows) > MOST_ROWS:
        return f"The first {MOST_ROWS} of {len(plot.rows)} rows are drawn; the table holds all."
    return ""


Written = tuple[list[tuple[str, bool]], Rows, str]


def _lines(plot: Lines) -> Written:
    rows = [[curve.name, number(curve.x[i]), number(curve.y[i])] for curve in plot.series for i in _even(len(curve.x))]
    columns = [("Series", False), (plot.x_label or "x", True), (plot.y_label or "y", True)]
    thinned = any(len(curve.x) > CURVE_ROWS for curve in plot.series)
    return columns, rows, f"{CURVE_ROWS} points of each curve; audit.json holds all." if thinned else ""


def _bars(plot: Bars) -> Written:
    columns = [(plot.x_label or "Category", False), *((bar.name, True) for bar in plot.series)]
    rows = [[name, *(number(bar.values[i]) for bar in plot.series)] for i, name in enumerate(plot.categories)]
    return columns, rows, ""


def _heatmap(plot: Heatmap) -> Written:
    if len(plot.x_names) <= WIDEST:
        columns = [(plot.y_label or "Row", False), *((name, True) for name in plot.x_names)]
        return columns, [[name, *map(number, row)] for name, row in zip(plot.y_names, plot.z, strict=True)], ""
    half = _mirrored(plot)
    entries = [
        (value, plot.y_names[i], plot.x_names[j])
        for i, row in enumerate(plot.z)
        for j, value in enumerate(row)
        if value is not None and not (half and j < i)
    ]
    largest = sorted(entries, key=lambda entry: -abs(entry[0]))[:MOST_ENTRIES]
    note = f"The {len(largest)} entries of largest size out of {count(len(entries))}; audit.json holds the matrix."
    rows = [[row, column, number(value)] for value, row, column in largest]
    return [("Row", False), ("Column", False), ("Value", True)], rows, note


def _intervals(plot: Intervals) -> Written:
    grouped = any(plot.groups)
    columns = [("Name", False), *([("Group", False)] if grouped else [])]
    columns.append((plot.x_label or "Value", True))
    rows = [[row.name, *([row.group] if grouped else []), number(row.value)] for row in plot.rows]
    if any(row.low is not None or row.high is not None for row in plot.rows):
        columns += [("Low", True), ("High", True)]
        rows = [[*cells, number(row.low), number(row.high)] for cells, row in zip(rows, plot.rows, strict=True)]
    return columns, rows, ""


def _contours(plot: Contours) -> Written:
    places = [(f"{axis} at the peak", True) for axis in (plot.x_label or "x", plot.y_label or "y")]
    rows = []
    for surface in plot.series:
        _, row, column = max((value, i, j) for i, line in enumerate(surface.z) for j, value in enumerate(line))
        size = count(len(surface.x) * len(surface.y))
        rows.append([surface.name, number(surface.x[column]), number(surface.y[row]), size])
    return [("Series", False), *places, ("Grid points", True)], rows, "audit.json holds the grid."


def _even(size: int) -> Sequence[int]:
    if size <= CURVE_ROWS:
        return range(size)
    return [i * (size - 1) // (CURVE_ROWS - 1) for i in range(CURVE_ROWS)]


def _mirrored(plot: Heatmap) -> bool:
    if plot.x_names != plot.y_names:
        return False
    pairs: list[tuple[Value, Value]] = [(plot.z[i][j], plot.z[j][i]) for i in range(len(plot.z)) for j in range(i)]
    return all(first == second for first, second in pairs)


_TABLES: dict[type[Plot], Callable[[Any], Written]] = {
    Lines: _lines,
    Bars: _bars,
    Heatmap: _heatmap,
    Intervals: _intervals,
    Contours: _contours,
}
