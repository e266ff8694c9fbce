"""Curves, bars and forest plots."""

from __future__ import annotations

from gan_audit.report.charts.spec import MOST_ROWS, Bars, Intervals, Lines, Style, Value, styles
from gan_audit.report.charts.svg.axes import Box, Scale, frame, legend, legend_height, mark, rows, spread, swatch
from gan_audit.report.charts.svg.canvas import DASHES, INK, LETTER, MUTED, WIDTH, Canvas


def lines(plot: Lines) -> str:
    """Curves with a legend above and vertical marks."""
    names = [curve.name for curve in plot.series]
    top = legend_height(names) + 30
    box = Box(58, top, WIDTH - 14, top + 230)
    canvas = Canvas(box.bottom + 44)
    across = [x for curve in plot.series for x in curve.x] + [item.x for item in plot.marks]
    x = Scale(*spread(across, 0.02), box.left, box.right)
    y = Scale(*spread(value for curve in plot.series for value in curve.y), box.bottom, box.top)
    frame(canvas, box, x, y, (plot.x_label, plot.y_label))
    legend(canvas, names, styles(names))
    for curve, style in zip(plot.series, styles(names), strict=True):
        points = [_point(x, y, *pair) for pair in zip(curve.x, curve.y, strict=True)]
        canvas.polyline(points, stroke=style.colour, stroke_width=1.8, stroke_dasharray=DASHES[style.dash])
    for item in plot.marks:
        mark(canvas, box, x, item.x, item.label)
    return canvas.svg()


def bars(plot: Bars) -> str:
    """Bars side by side for every category, from zero."""
    names = [bar.name for bar in plot.series]
    top = legend_height(names) + 30
    slot = (WIDTH - 72) / len(plot.categories)
    slanted = max(map(len, plot.categories)) * LETTER > slot - 6
    deep = max(map(len, plot.categories)) * LETTER * 0.64 + 8 if slanted else 16
    box = Box(58, top, WIDTH - 14, top + 210)
    canvas = Canvas(box.bottom + deep + 28)
    y = Scale(*_from_zero([value for bar in plot.series for value in bar.values]), box.bottom, box.top)
    rows(canvas, box, y)
    canvas.text(4, box.top - 8, plot.y_label)
    legend(canvas, names, styles(names), line=False)
    width = slot * 0.76 / len(plot.series)
    for index, category in enumerate(plot.categories):
        start = box.left + slot * (index + 0.12)
        for place, (bar, style) in enumerate(zip(plot.series, styles(names), strict=True)):
            _bar(canvas, (start + place * width, width), y, bar.values[index], style)
        _category(canvas, box.left + slot * (index + 0.5), box.bottom, category, slanted)
    canvas.line(box.left, y(0.0), box.right, y(0.0), stroke=MUTED)
    canvas.text((box.left + box.right) / 2, box.bottom + deep + 20, plot.x_label, text_anchor="middle")
    return canvas.svg()


def intervals(plot: Intervals) -> str:
    """One row a name: a dot at the value, a line over the interval."""
    shown = plot.rows[:MOST_ROWS]
    groups = [group for group in plot.groups if group]
    top = legend_height(groups) + 30
    left = min(296.0, max(len(row.name) for row in shown) * LETTER + 12)
    box = Box(left, top, WIDTH - 14, top + 20 * len(shown) + 8)
    canvas = Canvas(box.bottom + 44)
    x = Scale(*spread(_extent(plot)), box.left, box.right)
    frame(canvas, box, x, None, (plot.x_label, plot.y_label))
    legend(canvas, groups, styles(groups))
    style_of = dict(zip(plot.groups, styles(plot.groups), strict=True))
    for item in plot.marks:
        mark(canvas, box, x, item.x, item.label)
    for index, row in enumerate(shown):
        y = box.top + 20 * index + 18
        style = style_of[row.group] if row.group else Style(INK, "solid")
        canvas.text(box.left - 8, y + 4, row.name, text_anchor="end")
        if row.low is not None and row.high is not None:
            canvas.line(x(row.low), y, x(row.high), y, stroke=style.colour, stroke_width=2)
        if row.value is not None:
            canvas.add("circle", cx=x(row.value), cy=y, r=4, fill=style.colour)
        if row.limit is not None:
            canvas.line(x(row.limit), y - 8, x(row.limit), y + 8, stroke=INK, stroke_width=1.5)
    return canvas.svg()


def _point(x: Scale, y: Scale, across: Value, up: Value) -> tuple[float, float] | None:
    return None if across is None or up is None else (x(across), y(up))


def _from_zero(values: list[Value]) -> tuple[float, float]:
    known = [0.0, *(value for value in values if value is not None)]
    low, high = min(known), max(known)
    return low, high if high > low else low + 1.0


def _bar(canvas: Canvas, across: tuple[float, float], y: Scale, value: Value, style: Style) -> None:
    if value is None:
        return
    top, bottom = sorted((y(value), y(0.0)))
    swatch(canvas, (across[0], top, max(across[1] - 1.5, 0.5), bottom - top), style)


def _category(canvas: Canvas, x: float, bottom: float, name: str, slanted: bool) -> None:
    if slanted:
        turn = f"rotate(-40 {x:.1f} {bottom + 12:.1f})"
        canvas.text(x, bottom + 12, name, text_anchor="end", transform=turn, fill=INK)
    else:
        canvas.text(x, bottom + 16, name, text_anchor="middle", fill=INK)


def _extent(plot: Intervals) -> list[Value]:
    ends = [end for row in plot.rows[:MOST_ROWS] for end in (row.value, row.low, row.high, row.limit)]
    return ends + [item.x for item in plot.marks]
