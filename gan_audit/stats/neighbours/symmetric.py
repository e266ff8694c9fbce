"""Thumbnails held against each other in every view: the eight orientations of a square, as they are and as negatives.

The views form a group that leaves lengths alone, so the least distance over the views of one row is the least over the
views of the other, and it does not matter which of the two is turned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gan_audit.imaging.orientations import ORIENTATIONS, orient
from gan_audit.stats.distances import squared_distances
from gan_audit.stats.neighbours.backends import choose
from gan_audit.stats.neighbours.rows import Rows, looseness, paired_squares, spans
from gan_audit.stats.neighbours.search import Neighbours, nearest
from gan_audit.types import BoolArray, FloatArray, IntArray

BLOCK = 1 << 18
"""Distances that are held at once."""
COPIES = 1e-6
"""Share of the squared lengths under which a squared distance is computed again from the differences."""


def nearest_in_views(
    queries: FloatArray,
    base: FloatArray,
    grid: tuple[int, ...],
    *,
    query_groups: IntArray | None = None,
    base_groups: IntArray | None = None,
    device: str = "cpu",
) -> Neighbours:
    """The nearest row of base (n, d) for each query (q, d), by the least distance over all views of the query.

    grid: the shape that a row folds back to, its last two sides equal; empty where rows are no thumbnails, for the
    plain `nearest`. Groups and device as there; of base rows that tie the lowest. Distances are exact as there, and the
    same on every device: a turned or inverted copy is at 0.
    """
    if not grid:
        return nearest(queries, base, query_groups=query_groups, base_groups=base_groups, device=device)
    groups = None if query_groups is None or base_groups is None else (query_groups, base_groups)
    if device != "cpu" and choose(device) != "faiss-cpu":
        return _view_by_view(queries, base, grid, groups, device)
    if not (np.isfinite(queries).all() and np.isfinite(base).all()):
        raise ValueError("Expected finite features, got NaN or infinity. Leave out such rows or columns.")
    distance, index = np.full((len(queries), 1), np.inf), np.full((len(queries), 1), -1, np.int64)
    right = _Folded.of(base, grid)
    for span in spans(len(queries), BLOCK // len(base)):
        left = _Folded.of(queries[span], grid)
        same = None if groups is None else groups[0][span, None] == groups[1]
        distance[span, 0], index[span, 0] = _nearest_of(left, right, same)
    return Neighbours(distance, index)


def squared_in_views(left: FloatArray, right: FloatArray, grid: tuple[int, ...]) -> FloatArray:
    """(n, m) `squared_distances` of left (n, d) and right (m, d), each the least over the views; plain without a grid.

    As there, what is small beside the lengths is computed from the differences: copies are at exactly 0.
    """
    if not grid:
        return squared_distances(left, right)
    first, second = _Folded.of(left, grid), _Folded.of(right, grid)
    squared = first.squared(second)
    rows, columns = np.nonzero(squared < COPIES * (first.lengths[:, None] + second.lengths))
    squared[rows, columns] = _least(first, second, rows, columns)
    return squared


def views_of(rows: FloatArray, grid: tuple[int, ...]) -> Iterator[FloatArray]:
    """The rows (n, d) in each of the sixteen views."""
    grids = rows.reshape(len(rows), *grid)
    for orientation in range(len(ORIENTATIONS)):
        turned = np.ascontiguousarray(orient(grids, orientation)).reshape(rows.shape)
        yield turned
        yield -turned


@dataclass(frozen=True)
class _Folded:
    """Thumbnails, and their parts even and odd under both mirrorings, from which all views' products come at once."""

    rows: FloatArray
    grid: tuple[int, ...]
    upright: list[FloatArray]
    """Parts even-even, even-odd, odd-even and odd-odd, (n, d / 4) each: products of parts add up to those of rows."""
    lengths: FloatArray
    """(n,) squared lengths."""

    @classmethod
    def of(cls, rows: FloatArray, grid: tuple[int, ...]) -> _Folded:
        rows = rows.astype(np.float64, copy=False)
        return cls(rows, grid, _parts(rows.reshape(len(rows), *grid)), np.einsum("ij,ij->i", rows, rows))

    def squared(self, right: _Folded) -> FloatArray:
        """(n, m) least squared distances, off by rounding: lengths less twice the product that is largest by size."""
        turned = _parts(np.swapaxes(self.rows.reshape(len(self.rows), *self.grid), -2, -1))
        largest = _largest(self.upright, right.upright)
        np.maximum(largest, _largest(turned, right.upright), out=largest)
        largest *= -2.0
        largest += self.lengths[:, None]
        largest += right.lengths
        return np.maximum(largest, 0.0, out=largest)


def _parts(grids: FloatArray) -> list[FloatArray]:
    return [part.reshape(len(grids), -1) for half in _halves(grids, -1) for part in _halves(half, -2)]


def _halves(grids: FloatArray, axis: int) -> tuple[FloatArray, FloatArray]:
    """Even and odd part along an axis, one side of each, scaled to stand for both; the middle is its own mirror."""
    side = grids.shape[axis]
    kept = np.arange((side + 1) // 2)
    near, far = grids.take(kept, axis), grids.take(side - 1 - kept, axis)
    scale = np.where(kept == side - 1 - kept, 0.5, np.sqrt(0.5)).reshape(-1, *[1] * (-1 - axis))
    return (near + far) * scale, (near - far) * scale


def _largest(left: list[FloatArray], right: list[FloatArray]) -> FloatArray:
    """(n, m) largest product by size over both mirrorings and the negative, since max(|u + v|, |u - v|) = |u| + |v|."""
    a, b, c, d = (x @ y.T for x, y in zip(left, right, strict=True))
    alike, apart = np.abs(a + b), np.abs(np.subtract(a, b, out=a))
    alike += np.abs(c + d)
    apart += np.abs(np.subtract(c, d, out=c))
    return np.maximum(alike, apart, out=alike)


def _nearest_of(left: _Folded, right: _Folded, same: BoolArray | None) -> tuple[FloatArray, IntArray]:
    """(q,) distances and rows: whatever rounding may have hidden is compared again by its differences."""
    rough = left.squared(right)
    if same is not None:
        rough[same] = np.inf
    slack = 8.0 * looseness(left.rows.shape[1], np.float64) * (left.lengths + right.lengths.max())
    near = (rough <= (rough.min(axis=1) + slack)[:, None]) & np.isfinite(rough)
    i, j = np.nonzero(near)
    i, j = _distinct(i, j, right.rows)
    exact = _least(left, right, i, j)
    order = np.lexsort((j, exact, i))
    found, first = np.unique(i[order], return_index=True)
    distance, index = np.full(len(rough), np.inf), np.full(len(rough), -1, np.int64)
    distance[found], index[found] = np.sqrt(exact[order][first]), j[order][first]
    return distance, index


def _distinct(i: IntArray, j: IntArray, rows: FloatArray) -> tuple[IntArray, IntArray]:
    """Pairs (i, j) in ascending order, of equal rows j only the first for each i: a set of one image ties with all."""
    if len(i) <= 2 * len(np.unique(i)):
        return i, j
    used, place = np.unique(j, return_inverse=True)
    code = np.unique(rows[used], axis=0, return_inverse=True)[1].reshape(-1)[place]
    first = np.sort(np.unique(i * len(rows) + code, return_index=True)[1])
    return i[first], j[first]


def _least(left: _Folded, right: _Folded, i: IntArray, j: IntArray) -> FloatArray:
    """(p,) least squared distances of rows left[i] and right[j] from their differences."""
    used, place = np.unique(i, return_inverse=True)
    least = np.full(len(i), np.inf)
    for turned in views_of(left.rows[used], left.grid):
        np.minimum(least, paired_squares(Rows(turned), Rows(right.rows), place, j), out=least)
    return least


def _view_by_view(
    queries: FloatArray,
    base: FloatArray,
    grid: tuple[int, ...],
    groups: tuple[IntArray, IntArray] | None,
    device: str,
) -> Neighbours:
    """One plain search for each view, where a GPU makes it."""
    mine, theirs = groups or (None, None)
    distance, index = np.full((len(queries), 1), np.inf), np.full((len(queries), 1), -1, np.int64)
    for turned in views_of(queries, grid):
        found = nearest(turned, base, query_groups=mine, base_groups=theirs, device=device)
        tied = (found.distance == distance) & (found.index < index)
        better = (found.distance < distance) | tied
        distance[better], index[better] = found.distance[better], found.index[better]
    return Neighbours(distance, index)
