"""The same plots as Plotly reads them: plain dictionaries, one layout for all, no template, nothing drawn by WebGL.

Plotly takes `<b>`, `<a>` and the like in labels for mark-up, so every label is escaped here, quotes excepted: it
would print `&quot;` as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from gan_audit.report.charts.spec import (
    MOST_ROWS,
    Bars,
    Contours,
    Heatmap,
    Intervals,
    Lines,
    Mark,
    Plot,
    Span,
    Style,
    Value,
    styles,
)
from gan_audit.report.charts.svg.canvas import GRID, INK
from gan_audit.report.charts.svg.fields import DIVERGING, MOST_NAMES, SEQUENTIAL

Live = dict[str, Any]
AXIS: Live = {"gridcolor": GRID, "zeroline": False, "automargin": True, "ticks": "outside", "tickcolor": GRID}
LAYOUT: Live = {
    "font": {"family": "system-ui, sans-serif", "size": 12, "color": INK},
    "paper_bgcolor": "#FFFFFF",
    "plot_bgcolor": "#FFFFFF",
    "margin": {"l": 58, "r": 16, "t": 30, "b": 48},
    "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    "hoverlabel": {"bgcolor": "#FFFFFF", "font": {"color": INK}},
}
"""Shared by every figure; a figure's own layout is laid over it."""
CONFIG: Live = {"responsive": True, "displaylogo": False, "modeBarButtons": [["toImage"]], "scrollZoom": False}


def live(plot: Plot) -> Live:
    """`{"data": [...], "layout": {...}}`."""
    data, layout = _LIVE[type(plot)](plot)
    axes = {
        "xaxis": {**AXIS, **layout.pop("xaxis", {}), "title": {"text": _safe(plot.x_label)}},
        "yaxis": {**AXIS, **layout.pop("yaxis", {}), "title": {"text": _safe(plot.y_label)}},
    }
    return {"data": data, "layout": {**axes, **layout}}


def _lines(plot: Lines) -> tuple[list[Live], Live]:
    names = [curve.name for curve in plot.series]
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": _safe(curve.name),
            "x": _short(curve.x),
            "y": _short(curve.y),
            "line": _stroke(style, 2),
        }
        for curve, style in zip(plot.series, styles(names), strict=True)
    ]
    return data, {"height": 340, **_marks(plot.marks)}


def _bars(plot: Bars) -> tuple[list[Live], Live]:
    names = [bar.name for bar in plot.series]
    categories = _distinct(plot.categories)
    data = [
        {"type": "bar", "name": _safe(bar.name), "x": categories, "y": _short(bar.values), "marker": _fill(style)}
        for bar, style in zip(plot.series, styles(names), strict=True)
    ]
    return data, {"height": 340, "barmode": "group", "xaxis": {"type": "category"}}


def _heatmap(plot: Heatmap) -> tuple[list[Live], Live]:
    low, high = plot.limits
    ends = DIVERGING if plot.diverging else SEQUENTIAL
    scale = [[place, f"rgb({red},{green},{blue})"] for place, (red, green, blue) in zip((0, 0.5, 1), ends, strict=True)]
    data = {
        "type": "heatmap",
        "x": _distinct(plot.x_names),
        "y": _distinct(plot.y_names),
        "z": [_short(row, 4) for row in plot.z],
        "zmin": low,
        "zmax": high,
        "colorscale": scale,
        "colorbar": {"thickness": 14, "outlinewidth": 0},
    }
    height = min(640, max(300, 24 * len(plot.y_names) + 120))
    across, down = (
        {"type": "category", "showgrid": False, "showticklabels": len(names) <= MOST_NAMES}
        for names in (plot.x_names, plot.y_names)
    )
    return [data], {"height": height, "xaxis": across, "yaxis": {**down, "autorange": "reversed"}}


def _intervals(plot: Intervals) -> tuple[list[Live], Live]:
    shown = plot.rows[:MOST_ROWS]
    names = dict(zip(shown, _distinct([row.name for row in shown]), strict=False))
    style_of = dict(zip(plot.groups, styles(plot.groups), strict=True))
    data = []
    for group in dict.fromkeys(row.group for row in shown):
        rows = [row for row in shown if row.group == group and row.value is not None]
        bars = [(row.value or 0.0, row.low, row.high) for row in rows]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": _safe(group),
                "showlegend": bool(group),
                "x": [row.value for row in rows],
                "y": [names[row] for row in rows],
                "marker": {"color": style_of[group].colour if group else INK, "size": 8},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [0 if high is None else high - value for value, _, high in bars],
                    "arrayminus": [0 if low is None else value - low for value, low, _ in bars],
                },
            }
        )
    data += _limits(shown, names)
    rows_axis = {"type": "category", "autorange": "reversed", "categoryarray": list(names.values())}
    return data, {"height": 22 * len(shown) + 120, "yaxis": rows_axis, **_marks(plot.marks)}


def _limits(rows: Sequence[Span], names: dict[Span, str]) -> list[Live]:
    """An upright stroke in each row that has a limit of its own."""
    limited = [row for row in rows if row.limit is not None]
    marker = {"symbol": "line-ns", "size": 18, "line": {"color": INK, "width": 1.5}}
    place = {"x": [row.limit for row in limited], "y": [names[row] for row in limited]}
    trace = {"type": "scatter", "mode": "markers", "name": "limit", "showlegend": False, "marker": marker, **place}
    return [trace] if limited else []


def _contours(plot: Contours) -> tuple[list[Live], Live]:
    names = [surface.name for surface in plot.series]
    data = []
    for surface, style in zip(plot.series, styles(names), strict=True):
        peak = max(max(row) for row in surface.z)
        start, end = plot.levels[0] * peak, plot.levels[-1] * peak
        size = (plot.levels[1] - plot.levels[0]) * peak
        data.append(
            {
                "type": "contour",
                "name": _safe(surface.name),
                "x": _short(surface.x),
                "y": _short(surface.y),
                "z": [_short(row, 4) for row in surface.z],
                "autocontour": False,
                "contours": {"coloring": "none", "start": start, "end": end, "size": size},
                "line": _stroke(style, 1.5),
                "showscale": False,
                "showlegend": True,
            }
        )
    return data, {"height": 460}


def _stroke(style: Style, width: float) -> Live:
    return {"color": style.colour, "dash": style.dash, "width": width}


def _fill(style: Style) -> Live:
    if style.dash == "solid":
        return {"color": style.colour}
    return {"color": style.colour, "opacity": 0.45, "line": {"color": style.colour, "width": 1.5}}


def _marks(marks: Sequence[Mark]) -> Live:
    line = {"color": INK, "dash": "dash", "width": 1}
    return {
        "shapes": [
            {"type": "line", "x0": item.x, "x1": item.x, "y0": 0, "y1": 1, "yref": "paper", "line": line}
            for item in marks
        ],
        "annotations": [
            {
                "x": item.x,
                "y": 1,
                "yref": "paper",
                "text": _safe(item.label),
                "showarrow": False,
                "xanchor": "left",
                "xshift": 3,
            }
            for item in marks
        ],
    }


def _distinct(names: Sequence[str]) -> list[str]:
    """Plotly merges categories of one name: a repeated name gets a number."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(_safe(name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return result


def _short(values: Sequence[Value], digits: int = 6) -> list[Value]:
    """So many significant digits: more than a screen shows, and half the bytes."""
    return [None if value is None else float(f"{value:.{digits}g}") for value in values]


def _safe(text: str) -> str:
    return escape(text, quote=False)


_LIVE: dict[type[Plot], Callable[[Any], tuple[list[Live], Live]]] = {
    Lines: _lines,
    Bars: _bars,
    Heatmap: _heatmap,
    Intervals: _intervals,
    Contours: _contours,
}
