"""Each image's best match among the real images: candidates from coarse thumbnails, then aligned cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gan_audit.checks.base import Side
from gan_audit.stats.alignment import Alignment, align, layout, prepared, shifted
from gan_audit.stats.fit import Place, looked_at
from gan_audit.stats.neighbours import nearest
from gan_audit.stats.registration import ORIENTATIONS, View, undone, views
from gan_audit.types import FloatArray, IntArray

FACTOR = 4
"""Cells of the thumbnail to a cell of the coarse one in which candidates are sought."""
CANDIDATES = 4
"""Real images, over all views, that are compared cell by cell."""
NEIGHBOURHOOD = 0.25
"""How far the match with the next patient's image counts against a match: where all images are alike, less is odd."""
FLOOR = 1e-5
"""Differences below this are rounding."""
BLOCK = 128


@dataclass(frozen=True)
class Matches:
    """The best match of each image of one set among the real images."""

    row: IntArray
    """(m,) row of the real image."""
    difference: FloatArray
    """(m,) 1 − correlation after alignment, [0, 2]."""
    closeness: FloatArray
    """(m,) logarithm of the difference, less a quarter of that of the next patient's image; lower is closer."""
    how: tuple[str, ...]
    """(m,) what turns the real image into this one, in words."""


def best_matches(queries: Side, real: Side, grid: tuple[int, ...], *, apart: bool, device: str = "cpu") -> Matches:
    """Each query's best match among the real images, in every view of `registration.views`.

    apart: images of the query's own group do not count (the queries are then the real images themselves).
    """
    fine, base = (side.points.reshape(len(side), *grid) for side in (queries, real))
    groups = (queries.groups, real.groups) if apart else None
    left = right = prepared(base)
    if queries is not real:
        left = prepared(fine)
    found = _candidates(left, right, max(1, grid[0] // FACTOR), groups, device)
    tried = _Tried(np.full(found.row.shape, 2.0), [[""] * found.row.shape[1] for _ in fine])
    layouts = layout(left), layout(right)
    for column in range(found.row.shape[1]):
        for rows in _blocks(np.flatnonzero(found.row[:, column] >= 0)):
            here, view = found.row[rows, column], found.view[rows, column]
            tried.enter(rows, column, view, _aligned((left, right), layouts, rows, here, view))
    return _best(found.row, tried, real.groups)


@dataclass(frozen=True)
class _Candidates:
    """The nearest real images of each query over all views, each image once, nearest first."""

    row: IntArray
    """(m, k); −1 where there is none."""
    view: IntArray
    """(m, k) the view in which it is nearest."""
    distance: FloatArray

    def merged(self, row: IntArray, view: int, distance: FloatArray) -> _Candidates:
        """With what one more view found."""
        rows = np.concatenate([self.row, row], axis=1)
        which = np.concatenate([self.view, np.full(row.shape, view)], axis=1)
        far = np.concatenate([self.distance, distance], axis=1)
        order = np.argsort(far, axis=1, kind="stable")
        rows, which, far = (np.take_along_axis(x, order, axis=1) for x in (rows, which, far))
        again = np.triu(rows[:, :, None] == rows[:, None, :], 1).any(axis=1)
        far[again], rows[again] = np.inf, -1
        order = np.argsort(far, axis=1, kind="stable")[:, : self.row.shape[1]]
        return _Candidates(*(np.take_along_axis(x, order, axis=1) for x in (rows, which, far)))


def _candidates(
    fine: FloatArray, base: FloatArray, target: int, groups: tuple[IntArray, IntArray] | None, device: str
) -> _Candidates:
    shape = (len(fine), min(CANDIDATES, len(base)))
    found = _Candidates(np.full(shape, -1), np.zeros(shape, np.int64), np.full(shape, np.inf))
    mine, theirs = groups or (None, None)
    plain, whole = View().coarse(fine, target), View().coarse(base, target)
    for number, view in enumerate(views(base.ndim - 1)):
        turned = View().coarse(view.turn(fine), target) if view.whole else plain
        seen = whole if view.whole else view.coarse(base, target)
        near = nearest(turned, seen, shape[1], query_groups=mine, base_groups=theirs, device=device)
        found = found.merged(near.index, number, near.distance)
    return found


def _aligned(
    grids: tuple[FloatArray, FloatArray],
    layouts: tuple[FloatArray, FloatArray],
    rows: IntArray,
    found: IntArray,
    view: IntArray,
) -> Alignment:
    """Queries `rows` held against the real images `found`, each in its view."""
    known = views(grids[0].ndim - 1)
    left, fast = (_turned(x[rows], view, known) for x in (grids[0], layouts[0]))
    axes = left.ndim - 1
    place = Place(
        np.array([known[v].centre or (0.0,) * axes for v in view]),
        np.array([[known[v].scale] * axes for v in view]),
    )
    seen = layouts[1][found]
    part = np.array([not known[v].whole for v in view])
    if part.any():
        seen[part] = looked_at(seen[part], place.take(part))
    return align(left, grids[1][found], shifted(fast, seen, place))


def _turned(grids: FloatArray, view: IntArray, known: tuple[View, ...]) -> FloatArray:
    for number in np.unique(view):
        if number and known[number].whole:
            grids[view == number] = known[number].turn(grids[view == number])
    return grids


@dataclass(frozen=True)
class _Tried:
    """What every candidate came to."""

    difference: FloatArray
    """(m, k)"""
    how: list[list[str]]

    def enter(self, rows: IntArray, column: int, view: IntArray, found: Alignment) -> None:
        self.difference[rows, column] = np.minimum(found.difference, 2.0)
        known = views(found.place.centre.shape[1])
        for i, row in enumerate(rows):
            self.how[row][column] = _words(known[view[i]], found, i)


def _words(view: View, found: Alignment, i: int) -> str:
    """What makes the query of the real image."""
    centre, scale = found.place.centre[i], found.place.scale[i]
    cropped = float(scale.mean()) < 0.975
    words = [
        (ORIENTATIONS[undone(view.orientation)], view.orientation > 0),
        ("negative", view.negative != bool(found.opposite[i])),
        ("cropped and resized", cropped),
        ("shifted", not cropped and bool(np.abs(centre).max() > 1 / 128)),
        ("grey levels bent", bool(found.bent[i])),
    ]
    return ", ".join(word for word, true in words if true) or "in place"


def _best(rows: IntArray, tried: _Tried, groups: IntArray) -> Matches:
    """The closest candidate of each query, and how far the closest one of another patient is."""
    order = np.argsort(tried.difference, axis=1, kind="stable")
    far = np.take_along_axis(tried.difference, order, axis=1)
    sorted_rows = np.take_along_axis(rows, order, axis=1)
    patient = groups[sorted_rows]
    other = (patient != patient[:, :1]) & (sorted_rows >= 0)
    next_far = np.where(other, far, np.inf).min(axis=1)
    next_far = np.where(np.isinf(next_far), far[:, -1], next_far)
    logs = [np.log(np.maximum(x, FLOOR)) for x in (far[:, 0], next_far)]
    how = tuple(tried.how[i][place] for i, place in enumerate(order[:, 0]))
    return Matches(np.maximum(sorted_rows[:, 0], 0), far[:, 0], logs[0] - NEIGHBOURHOOD * logs[1], how)


def _blocks(rows: IntArray) -> Iterator[IntArray]:
    return (rows[i : i + BLOCK] for i in range(0, len(rows), BLOCK))
