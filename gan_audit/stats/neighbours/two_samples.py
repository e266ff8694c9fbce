"""Which of two samples lies nearer to each query, as if both had the same size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.stats.neighbours.symmetric import nearest_in_views
from gan_audit.stats.resampling import effective_size, wilson
from gan_audit.types import BoolArray, FloatArray, IntArray, Interval

SUBSETS = 4
"""Random subsets of the larger sample that a comparison at equal size is averaged over."""


@dataclass(frozen=True)
class GroupedRows:
    """Rows (n, d) and their group codes (n,)."""

    rows: FloatArray
    groups: IntArray
    grid: tuple[int, ...] = ()
    """Shape that a row folds back to where rows are thumbnails, which are then compared in every view."""

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: BoolArray) -> GroupedRows:
        """Some rows alone."""
        return GroupedRows(self.rows[rows], self.groups[rows], self.grid)


@dataclass(frozen=True)
class Arms:
    """How often the nearest row is a left one rather than a right one."""

    sizes: tuple[int, int]
    """Rows of the left and of the right sample."""
    wins: FloatArray
    """(q,) 1 where the nearest left row is nearer than the nearest right one, 0 where it is farther, 0.5 for a tie."""
    distances: tuple[FloatArray, FloatArray]
    """(q,) to the nearest left row and to the nearest right row."""
    variance: float
    """Of the mean of `wins`, by whole groups of all three samples."""

    @property
    def share(self) -> float:
        """Share of queries won by the left sample, each right row counted as often as makes the samples equal in size.

        0.5 is expected where both samples are drawn alike and the queries depend on neither.
        """
        return self._balanced(float(self.wins.mean()))

    def interval(self, level: float) -> Interval:
        """Wilson's interval of the mean of `wins`, at the number of independent queries that has its variance."""
        mean = float(self.wins.mean())
        size = mean * (1.0 - mean) / self.variance if self.variance > 0 else float(len(self.wins))
        low, high = wilson(mean * size, size, level)
        return self._balanced(low), self._balanced(high)

    def _balanced(self, mean: float) -> float:
        left, right = mean / self.sizes[0], (1.0 - mean) / self.sizes[1]
        return left / (left + right)


def nearer(queries: GroupedRows, left: GroupedRows, right: GroupedRows, *, device: str = "cpu") -> Arms:
    """Compares each query's nearest left row with its nearest right row, all rows of both samples being candidates.

    The variance is that of the ratio A / (A + B), A and B being the sums over the groups of the left and of the right
    sample of the shares of queries that they win (Cochran 1977, section 6.4), to which the clustering of the queries
    adds. Needs two groups in each sample.
    """
    found = [nearest_in_views(queries.rows, side.rows, queries.grid, device=device) for side in (left, right)]
    distances = found[0].distance[:, 0], found[1].distance[:, 0]
    wins = np.where(distances[0] == distances[1], 0.5, (distances[0] < distances[1]).astype(np.float64))
    spreads = [
        _spread(np.bincount(x.index[:, 0], won, len(side)) / len(wins), side.groups)
        for x, side, won in zip(found, (left, right), (wins, 1.0 - wins), strict=True)
    ]
    mean = float(wins.mean())
    clustered = float(wins.var()) * (1.0 / effective_size(wins, queries.groups) - 1.0 / len(wins))
    variance = (1.0 - mean) ** 2 * spreads[0] + mean**2 * spreads[1] + max(clustered, 0.0)
    return Arms((len(left), len(right)), wins, distances, variance)


def at_equal_size(
    queries: GroupedRows, left: GroupedRows, right: GroupedRows, rng: np.random.Generator, *, device: str = "cpu"
) -> list[Arms]:
    """The same with the larger sample cut to the size of the smaller, by whole groups: `SUBSETS` draws, one if equal.

    What was cut off is no candidate: a query that repeats one of those rows is missed.
    """
    size = min(len(left), len(right))
    count = 1 if len(left) == len(right) else SUBSETS
    cut = ([side.take(subset(side.groups, size, rng)) for side in (left, right)] for _ in range(count))
    return [nearer(queries, *sides, device=device) for sides in cut]


def subset(groups: IntArray, size: int, rng: np.random.Generator) -> BoolArray:
    """(n,) which rows a draw of `size` rows takes: whole groups in random order, the last one cut."""
    codes, inverse = np.unique(groups, return_inverse=True)
    order = np.lexsort((rng.random(len(groups)), rng.permutation(len(codes))[inverse]))
    taken = np.zeros(len(groups), bool)
    taken[order[:size]] = True
    return taken


def _spread(mass: FloatArray, groups: IntArray) -> float:
    """Variance of the sum of mass (n,) over groups that are a random sample."""
    totals = np.bincount(np.unique(groups, return_inverse=True)[1], mass)
    return float(len(totals) * totals.var(ddof=1)) if len(totals) > 1 else 0.0
