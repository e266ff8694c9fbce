"""A grid of results: a row for each check, a column for each class, in each place the verdict's shape and the value."""

from __future__ import annotations

from dataclasses import dataclass

from gan_audit.report.charts.spec import Plot
from gan_audit.report.words import STATES

COLOURS = {
    "met": "#1B6E3A",
    "not-met": "#9B1C1C",
    "required-not-evaluated": "#9B1C1C",
    "inconclusive": "#7A4B00",
    "warning": "#7A4B00",
    "waived": "#7A4B00",
}
"""State to the colour of its shape; any other is grey."""
GREY = "#4A5568"


@dataclass(frozen=True)
class Tile:
    """One result."""

    state: str
    text: str
    """The value as printed; empty where there is none."""


@dataclass(frozen=True)
class VerdictGrid(Plot):
    """tiles[row of y][column of x], None where nothing was asked."""

    x_names: tuple[str, ...]
    y_names: tuple[str, ...]
    tiles: tuple[tuple[Tile | None, ...], ...]

    @property
    def states(self) -> tuple[str, ...]:
        """The states that occur, the worst first."""
        found = {tile.state for row in self.tiles for tile in row if tile}
        return tuple(state for state in STATES if state in found)
