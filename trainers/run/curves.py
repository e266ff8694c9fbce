"""Curves of a run as one SVG: losses and what it measured of itself, panel by panel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from trainers.run.files import write_text

WIDTH, HEIGHT, MARGIN = 640, 200, 56
COLOURS = ("#0b5fa5", "#c2410c", "#3f7d20", "#7c3aed", "#8a6d00", "#0f766e")
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
    """The SVG text."""
    inner = "".join(
        f'<g transform="translate(0,{number * (HEIGHT + 40)})">{_panel(panel)}</g>'
        for number, panel in enumerate(panels)
    )
    height = len(panels) * (HEIGHT + 40)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>{inner}</svg>\n'
    )


def _panel(panel: Panel) -> str:
    points = [point for line in panel.lines.values() for point in line]
    across, up = _limits([x for x, _ in points]), _limits([y for _, y in points])
    parts = [f'<text x="{MARGIN}" y="18" font-weight="bold">{escape(panel.title)}</text>', _frame(panel, across, up)]
    for number, (name, line) in enumerate(panel.lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{_place(x, across, MARGIN, WIDTH - 10):.1f},{_place(y, up, HEIGHT, 30):.1f}" for x, y in line)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{path}"/>')
        if len(panel.lines) > 1:
            left = MARGIN + 70 + 105 * number
            parts.append(f'<text x="{left}" y="18" fill="{colour}">{escape(name.replace("_", " "))}</text>')
    return "".join(parts)


def _frame(panel: Panel, across: tuple[float, float], up: tuple[float, float]) -> str:
    parts = [
        f'<rect x="{MARGIN}" y="30" width="{WIDTH - 10 - MARGIN}" height="{HEIGHT - 30}" fill="none" stroke="#999"/>',
        f'<text x="{WIDTH - 10}" y="{HEIGHT + 28}" text-anchor="end">{escape(panel.x)}</text>',
    ]
    for share in (0.0, 0.5, 1.0):
        x, y = across[0] + share * (across[1] - across[0]), up[0] + share * (up[1] - up[0])
        place, level = _place(x, across, MARGIN, WIDTH - 10), _place(y, up, HEIGHT, 30)
        parts.append(f'<text x="{place:.0f}" y="{HEIGHT + 14}" text-anchor="middle">{x:.6g}</text>')
        parts.append(f'<text x="{MARGIN - 6}" y="{level + 4:.0f}" text-anchor="end">{y:.3g}</text>')
    return "".join(parts)


def _limits(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _place(value: float, limits: tuple[float, float], start: float, end: float) -> float:
    return start + (value - limits[0]) / (limits[1] - limits[0]) * (end - start)
