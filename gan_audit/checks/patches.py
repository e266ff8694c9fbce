"""Each image's best local match: a window that a real image has at the same place, and no other patient has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gan_audit.checks.base import Side
from gan_audit.checks.copies import Matches
from gan_audit.stats.neighbours import nearest
from gan_audit.stats.parts import Parts, distance
from gan_audit.types import BoolArray, FloatArray, IntArray

PART = "part of a real image"
NEIGHBOURS = 6
"""Real images, for each window, of which one is the candidate and the others say how near other patients come."""
TRIES = 2
"""Windows of each image that are looked at closely."""
FLOOR = 3e-4
"""Squared distances below this are rounding."""
SMALLEST = 32
"""Fewest cells along each axis of a thumbnail in which parts are looked for."""


def best_parts(queries: Side, real: Side, grid: tuple[int, ...], *, apart: bool, device: str = "cpu") -> Matches | None:
    """Each query's window that is nearest to one real image's, measured by how near any other patient's is.

    None for volumes and for thumbnails of fewer than SMALLEST cells. apart: images of the query's own group do not
    count. `difference` is half the squared distance of the windows: 1 − correlation where they are not flat;
    `closeness` is the logarithm of the distance less that of the next patient's window, so that what many images have
    in common (background, a table, a marker) counts for nothing. Only a window at the same place can be found: one that
    was moved by a sixty-fourth of the side mostly escapes.
    """
    if len(grid) != 2 or min(grid) < SMALLEST:
        return None
    base = Parts.of(real.points.reshape(len(real), *grid))
    mine = base if queries is real else Parts.of(queries.points.reshape(len(queries), *grid))
    groups = (queries.groups, real.groups) if apart else None
    found = _Closest.nothing(len(mine))
    for windows in _promising(mine, base, groups, real.groups, device):
        found = found.or_better(_closely(mine, base, windows, real.groups))
    return Matches(found.row, found.difference, found.closeness, (PART,) * len(mine))


@dataclass(frozen=True)
class _Windows:
    """One window of each query."""

    ratio: FloatArray
    """(m,) logarithm of the distance to the nearest real image's window less that to the next patient's."""
    row: IntArray
    """(m, k) the nearest real images there, nearest first; −1 where there are fewer."""
    other: FloatArray
    """(m,) squared distance to the next patient's window."""
    place: IntArray
    """(m, 2)"""

    def where(self, chosen: BoolArray, others: _Windows) -> _Windows:
        """These where chosen (m,), the others elsewhere."""
        return _Windows(
            np.where(chosen, self.ratio, others.ratio),
            np.where(chosen[:, None], self.row, others.row),
            np.where(chosen, self.other, others.other),
            np.where(chosen[:, None], self.place, others.place),
        )


def _promising(
    mine: Parts, base: Parts, groups: tuple[IntArray, IntArray] | None, patients: IntArray, device: str
) -> list[_Windows]:
    """The TRIES windows of each query that stand out most, the best first."""
    k, m = min(NEIGHBOURS, len(base)), len(mine)
    queried, known = groups or (None, None)
    best = [_Windows(np.full(m, np.inf), np.full((m, k), -1), np.ones(m), np.zeros((m, 2), np.int64))] * TRIES
    for place in base.places():
        there = base.coarse(place)
        here = there if mine is base else mine.coarse(place)
        near = nearest(here, there, k, query_groups=queried, base_groups=known, device=device)
        far = np.square(np.where(np.isfinite(near.distance), near.distance, 2.0))
        other = _nearest_other(far, near.index, patients)
        new = _Windows(_ratio(far[:, 0], other), near.index, other, np.tile(place, (m, 1)))
        for rank, old in enumerate(best):
            better = new.ratio < old.ratio
            best[rank], new = new.where(better, old), old.where(better, new)
    return best


@dataclass(frozen=True)
class _Closest:
    """The real image whose window each query has, if any."""

    row: IntArray
    difference: FloatArray
    closeness: FloatArray

    @classmethod
    def nothing(cls, count: int) -> _Closest:
        return cls(np.zeros(count, np.int64), np.full(count, 2.0), np.full(count, np.inf))

    def or_better(self, other: _Closest) -> _Closest:
        better = other.closeness < self.closeness
        return _Closest(
            np.where(better, other.row, self.row),
            np.where(better, other.difference, self.difference),
            np.where(better, other.closeness, self.closeness),
        )


def _closely(mine: Parts, base: Parts, windows: _Windows, patients: IntArray) -> _Closest:
    """The window, moved by a hop at most, in which query and candidate agree best, against the other candidates'."""
    everyone, rows = np.arange(len(mine)), windows.row
    at, least = windows.place, np.full(len(mine), np.inf)
    for step in _steps(mine.hop):
        moved = np.clip(windows.place + step, 0, mine.last)
        far = distance(mine.at(everyone, moved), base.at(rows[:, 0], moved))
        at = np.where((far < least)[:, None], moved, at)
        least = np.minimum(far, least)
    here = mine.at(everyone, at)
    apart = np.stack([distance(here, base.at(column, at)) for column in rows.T], axis=1)
    others = np.minimum(_nearest_other(np.where(rows >= 0, apart, 4.0), rows, patients), windows.other)
    return _Closest(np.maximum(rows[:, 0], 0), 0.5 * apart[:, 0], _ratio(apart[:, 0], others))


def _steps(hop: int) -> Iterator[IntArray]:
    """From a window to its neighbours, half a hop at a time."""
    moves = np.arange(-hop, hop + 1, hop // 2)
    return (np.array([down, right]) for down in moves for right in moves)


def _nearest_other(far: FloatArray, rows: IntArray, patients: IntArray) -> FloatArray:
    """(m,) distance to the nearest window of another patient than the first; to the farthest where there is none."""
    other = (patients[rows] != patients[rows[:, :1]]) & (rows >= 0)
    found = np.where(other, far, np.inf).min(axis=1)
    return np.asarray(np.where(np.isfinite(found), found, far.max(axis=1)))


def _ratio(nearest_one: FloatArray, others: FloatArray) -> FloatArray:
    return np.asarray(np.log(nearest_one + FLOOR) - np.log(others + FLOOR))
