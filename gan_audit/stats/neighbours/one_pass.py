"""Manifold statistics, kernel distance and nearest rows of two samples from one pass over their inner products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.stats.neighbours.backends import choose
from gan_audit.stats.neighbours.gram import CentredSample, KernelSums, prepare, tiles
from gan_audit.stats.neighbours.manifold import Balls, Manifold
from gan_audit.stats.neighbours.rows import Rows, paired_squares
from gan_audit.stats.neighbours.search import Job, Neighbours
from gan_audit.stats.neighbours.top_k import Closest
from gan_audit.types import FloatArray, IntArray, Single


@dataclass(frozen=True)
class Overlap:
    """What one pass over two samples tells."""

    manifold: Manifold
    kernel_distance: float
    """Unbiased MMD² with Bińkowski's kernel, as `distances.kernel_distance_of` gives it."""
    neighbours: Neighbours
    """Of each right row, the k nearest left rows."""


def overlap(left: FloatArray, right: FloatArray, k: int = 5, block: int = 1024) -> Overlap:
    """Everything of two samples left (n, d), the real one, and right (m, d), in memory linear in n + m.

    Inner products are taken once, in single precision, and within a sample on one side of the diagonal; whatever
    they leave open (which rows are the k nearest, which lie about the rim of a ball) is decided by differences in
    double precision. Manifold and neighbours are therefore those of double precision; the kernel distance is off
    by less than 1e-7 of the mean kernel. Beyond the samples, memory holds a float32 copy of both.

    A ball's radius is the distance to the k-th nearest other row, and a row on its rim is outside, as in `prdc`.
    ValueError unless each side has more than k rows, and for NaN or infinity.
    """
    if min(len(left), len(right)) <= k:
        raise ValueError(
            f"Expected more than {k} rows for the {k}-th nearest neighbour, got {min(len(left), len(right))}."
        )
    first, second, frame = prepare(Rows.of(left), Rows.of(right))
    sums = KernelSums(first, first, frame), KernelSums(second, second, frame), KernelSums(second, first, frame)
    radii = _radii(first, k, block, sums[0]), _radii(second, k, block, sums[1])
    balls = Balls(second, first, radii[1], radii[0], frame.scale)
    neighbours = _between(balls, k, block, sums[2])
    n, m = len(left), len(right)
    within = (sums[0].total() - first.diagonal) / (n * (n - 1)) + (sums[1].total() - second.diagonal) / (m * (m - 1))
    return Overlap(balls.manifold(k), within - 2.0 * sums[2].total() / (n * m), neighbours)


def _radii(side: CentredSample, k: int, block: int, sums: KernelSums) -> FloatArray:
    """(n,) squared distance of each row to its k-th nearest other row, in the sample's order."""
    closest, half = Closest(side.lengths, k, side.rows.dimension), 0.5 * side.shrunk
    for tile in tiles(side, side, block, within=True):
        rows, columns, found = tile.rows, tile.columns, tile.products
        own = rows.start < columns.stop
        diagonal = found[:, rows.start - columns.start :] if own else found[:0]
        np.fill_diagonal(diagonal, 0.0)
        sums.add(tile, mirrored=not own)
        np.fill_diagonal(diagonal, -np.inf)
        if columns.start == 0:
            closest.seed(rows, _bounds(half[rows, None], half[columns][:block], found[:, :block]))
        i, j = tile.above(half[rows] - 0.5 * closest.limit[rows], half[columns])
        closest.add(rows.start + i, columns.start + j, _bounds(half[rows][i], half[columns][j], found[i, j]))
        if not own:
            i, j = tile.above(half[rows], half[columns] - 0.5 * closest.limit[columns])
            closest.add(columns.start + j, rows.start + i, _bounds(half[rows][i], half[columns][j], found[i, j]))
    return _kth(closest, side, k)


def _between(balls: Balls, k: int, block: int, sums: KernelSums) -> Neighbours:
    """Fills the balls, and finds the nearest left rows of each right one."""
    right, left = balls.right, balls.left
    closest = Closest(right.lengths, k, right.rows.dimension)
    half_right, half_left = 0.5 * right.shrunk, 0.5 * left.shrunk
    for tile in tiles(right, left, block):
        rows, columns, found = tile.rows, tile.columns, tile.products
        sums.add(tile)
        if columns.start == 0:
            closest.seed(rows, _bounds(half_right[rows, None], half_left[columns][:block], found[:, :block]))
        limit = closest.limit[rows]
        i, j = tile.above(half_right[rows] - 0.5 * np.maximum(limit, balls.right_radii[rows]), half_left[columns])
        bound = _bounds(half_right[rows][i], half_left[columns][j], found[i, j])
        balls.around_right(rows.start + i, columns.start + j, bound)
        close = bound < limit[i]
        closest.add(rows.start + i[close], columns.start + j[close], bound[close])
        i, j = tile.above(half_right[rows], half_left[columns] - 0.5 * balls.left_radii[columns])
        bound = _bounds(half_right[rows][i], half_left[columns][j], found[i, j])
        balls.around_left(rows.start + i, columns.start + j, bound)
    squared, index = _nearest(closest, right, left, k)
    return Neighbours(np.sqrt(squared), index)


def _bounds(half: FloatArray, other: FloatArray, found: Single) -> Single:
    """Lower bounds of squared distances."""
    return np.asarray(2.0 * (half.astype(np.float32) + other.astype(np.float32) - found))


def _nearest(closest: Closest, queries: CentredSample, base: CentredSample, k: int) -> tuple[FloatArray, IntArray]:
    """Exact squared distances and row numbers of the k nearest, (n, k), in the samples' own order."""
    row, other, _ = closest.trim()
    i, j = queries.order[row], base.order[other]
    exact = paired_squares(queries.rows, base.rows, i, j)
    order = np.lexsort((j, exact, i))
    i, j, exact = i[order], j[order], exact[order]
    place = _places(i)
    kept = place < k
    squared, index = np.full((len(queries.rows), k), np.inf), np.full((len(queries.rows), k), -1, dtype=np.int64)
    squared[i[kept], place[kept]], index[i[kept], place[kept]] = exact[kept], j[kept]
    crowded = queries.order[closest.crowded]
    squared[crowded], index[crowded] = _job(queries, base, crowded, k, None).run()
    return squared, index


def _kth(closest: Closest, side: CentredSample, k: int) -> FloatArray:
    """Exact squared distance to the k-th nearest, (n,), in the sample's own order.

    Only rows that may be the k-th are measured exactly: a pair certainly nearer than the k-th smallest lower bound
    is one of the k − 1 before it.
    """
    row, other, bound = closest.trim()
    smallest = np.full(len(side.rows), np.inf)
    place = _places(row)
    smallest[row[place == k - 1]] = bound[place == k - 1]
    sure = closest.upper(row, bound) < smallest[row]
    before = np.bincount(row[sure], minlength=len(side.rows))
    row, other = row[~sure], other[~sure]
    exact = paired_squares(side.rows, side.rows, side.order[row], side.order[other])
    order = np.lexsort((exact, row))
    last = order[_places(row) == k - 1 - before[row]]
    squared = np.full(len(side.rows), np.inf)
    squared[side.order[row[last]]] = exact[last]
    crowded = side.order[closest.crowded]
    squared[crowded] = _job(side, side, crowded, k, (crowded, np.arange(len(side.rows)))).run()[0][:, -1]
    return squared


def _places(row: IntArray) -> IntArray:
    """Each entry's place among those of its row; rows ascend."""
    return np.asarray(np.arange(len(row)) - np.searchsorted(row, row))


def _job(
    queries: CentredSample, base: CentredSample, rows: IntArray, k: int, groups: tuple[IntArray, IntArray] | None
) -> Job:
    """The exact search, for rows in a crowd that rounding cannot tell apart."""
    return Job(queries.rows.part(rows), base.rows, k, groups, choose("cpu"))
