"""Curves of a run as one SVG: losses and what it measured of itself, panel by panel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from gan_audit.report.charts.spec import MOST_POINTS, Curve, Lines
from gan_audit.report.charts.svg.canvas import WIDTH
from gan_audit.report.charts.svg.charts import lines
from trainers.run.files import write_text

TITLE = 28
"""Height above a panel, for its title."""
HEIGHT = re.compile(r'height="([0-9.]+)"')
Line = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """One chart: named lines over a common axis."""

    title: str
    lines: Mapping[str, Line]
    x: str = "step"


def curves_of(rows: Iterable[Mapping[str, Any]]) -> list[Panel]:
    """One panel for the losses and one for each quantity the run measured of itself."""
    losses: dict[str, list[tuple[float, float]]] = {}
    measured: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        for name, value in row.get("losses", {}).items():
            losses.setdefault(name, []).append((row["step"], value))
        for name, value in row.get("monitor", {}).items():
            if value is not None:
                measured.setdefault(name, []).append((row["step"], value))
    panels = [Panel("losses", losses)] if losses else []
    return panels + [Panel(name.replace("_", " "), {name: line}) for name, line in measured.items()]


def write_curves(path: Path, panels: Sequence[Panel]) -> None:
    """Writes the panels below each other; nothing where there are none."""
    if panels:
        write_text(path, svg_of(panels))


def svg_of(panels: Sequence[Panel]) -> str:
    """The SVG text: each panel as the report draws curves, its title above."""
    parts, top = [], 0.0
    for panel in panels:
        series = tuple(Curve(name.replace("_", " "), *_columns(line)) for name, line in panel.lines.items())
        drawn = lines(Lines(panel.title, "", panel.x, "", series))
        height = float(HEIGHT.search(drawn)[1])  # type: ignore[index]
        parts.append(f'<text x="8" y="{top + 20:g}" font-weight="bold">{escape(panel.title)}</text>')
        parts.append(drawn.replace("<svg ", f'<svg y="{top + TITLE:g}" ', 1))
        top += TITLE + height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top:g}" width="{WIDTH}" height="{top:g}" '
        f'font-family="system-ui, sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>'
        f"{''.join(parts)}</svg>\n"
    )


def _columns(line: Line) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """X and y, thinned evenly to as many points as a figure shows, both ends kept."""
    step = max(1, -(-len(line) // MOST_POINTS))
    kept = [*line[:-1:step], line[-1]]
    return tuple(x for x, _ in kept), tuple(y for _, y in kept)
