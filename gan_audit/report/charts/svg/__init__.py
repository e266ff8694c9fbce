"""Static drawings: what a reader sees on paper and where scripts do not run. The same figure gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gan_audit.report.charts.spec import Bars, Contours, Heatmap, Intervals, Lines, Plot
from gan_audit.report.charts.svg.charts import bars, intervals, lines
from gan_audit.report.charts.svg.fields import contours, heatmap
from gan_audit.report.charts.svg.spark import spark
from gan_audit.report.charts.svg.tiles import tiles

__all__ = ["draw", "spark", "tiles"]

_DRAW: dict[type[Plot], Callable[[Any], str]] = {
    Lines: lines,
    Bars: bars,
    Heatmap: heatmap,
    Intervals: intervals,
    Contours: contours,
}


def draw(plot: Plot) -> str:
    """The plot as one `<svg>` element, all text in it escaped."""
    return _DRAW[type(plot)](plot)
