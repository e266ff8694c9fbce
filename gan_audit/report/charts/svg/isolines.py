"""Lines of equal value on a grid, by marching squares (Lorensen and Cline's cubes in two dimensions)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from gan_audit.report.charts.spec import Surface

Edge = tuple[int, int, int]
"""(0 along x or 1 along y, row, column): the side of a cell that a line crosses."""
Point = tuple[float, float]

_SIDES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((3, 0),),
    2: ((0, 1),),
    3: ((3, 1),),
    4: ((1, 2),),
    5: ((3, 0), (1, 2)),
    6: ((0, 2),),
    7: ((3, 2),),
    8: ((2, 3),),
    9: ((2, 0),),
    10: ((0, 1), (2, 3)),
    11: ((2, 1),),
    12: ((1, 3),),
    13: ((1, 0),),
    14: ((0, 3),),
}
"""Corners above the level, as bits in the order (row, column), (row, column+1), (row+1, column+1), (row+1, column),
to the sides 0 bottom, 1 right, 2 top, 3 left that a line joins."""


def isolines(surface: Surface, level: float) -> Iterator[list[Point]]:
    """Every connected line where the surface crosses the level, in a fixed order; a closed one ends where it began."""
    joined = _joined(surface, level)
    for start in [edge for edge in joined if len(joined[edge]) == 1] + list(joined):
        if joined[start]:
            yield [_crossing(surface, level, edge) for edge in _walk(joined, start)]


def _joined(surface: Surface, level: float) -> dict[Edge, list[Edge]]:
    joined: dict[Edge, list[Edge]] = defaultdict(list)
    for row in range(len(surface.y) - 1):
        low, high = surface.z[row], surface.z[row + 1]
        for column in range(len(surface.x) - 1):
            corners = (low[column], low[column + 1], high[column + 1], high[column])
            case = sum(1 << bit for bit, value in enumerate(corners) if value > level)
            sides = ((0, row, column), (1, row, column + 1), (0, row + 1, column), (1, row, column))
            for first, second in _SIDES.get(case, ()):
                joined[sides[first]].append(sides[second])
                joined[sides[second]].append(sides[first])
    return joined


def _walk(joined: dict[Edge, list[Edge]], start: Edge) -> Iterator[Edge]:
    """Follows a line from one of its edges and unhooks what it passed."""
    here = start
    yield here
    while joined[here]:
        following = joined[here].pop()
        joined[following].remove(here)
        here = following
        yield here


def _crossing(surface: Surface, level: float, edge: Edge) -> Point:
    upright, row, column = edge
    other_row, other_column = row + upright, column + 1 - upright
    first, second = surface.z[row][column], surface.z[other_row][other_column]
    part = (level - first) / (second - first)
    x, y = surface.x, surface.y
    return x[column] + part * (x[other_column] - x[column]), y[row] + part * (y[other_row] - y[row])
