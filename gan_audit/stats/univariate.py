"""Two-sample distances of many features at once, for one pair of samples or for hundreds, after a single sort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan_audit.types import BoolArray, FloatArray, IntArray

BATCH = 128
"""Permutations side by side: few enough for the cache, enough for the processor's vectors."""


@dataclass(frozen=True)
class SortedPool:
    """Pooled rows, sorted feature by feature once, to be split into two samples again and again."""

    order: IntArray
    """(n, d) row numbers in rising order of each feature."""
    ends: BoolArray
    """(n, d) whether the next sorted value is another one; False in the last row."""
    gaps: FloatArray
    """(n, d) distance from each sorted value to the next; 0 in the last row."""

    @classmethod
    def of(cls, pooled: FloatArray, measured: FloatArray | None = None) -> SortedPool:
        """Sorts pooled (n, d); measured (n, d), never falling where pooled rises, holds what distances are taken of."""
        order = np.argsort(pooled, axis=0, kind="stable")
        gaps = _gaps(pooled, order)
        return cls(order, gaps > 0, gaps if measured is None else _gaps(measured, order))


@dataclass(frozen=True)
class MarginalDistances:
    """Per-feature distances of two samples."""

    ks: FloatArray
    """(d,) Kolmogorov-Smirnov D = sup |F − G|, [0, 1]; equal to scipy.stats.ks_2samp's."""
    wasserstein: FloatArray
    """(d,) 1-Wasserstein distance ∫ |F − G| dx in the feature's units; equal to scipy.stats.wasserstein_distance."""


def distances(pool: SortedPool, left: IntArray | BoolArray, right: IntArray | BoolArray) -> MarginalDistances:
    """Kolmogorov-Smirnov and Wasserstein distances between the pooled rows `left` and `right` (indices or masks).

    Ties are handled: the distribution functions are compared only where the value changes.
    """
    weights = np.zeros(len(pool.order))
    weights[left] += 1.0 / _count(left)
    weights[right] -= 1.0 / _count(right)
    difference = np.abs(np.cumsum(weights[pool.order], axis=0))
    return MarginalDistances(
        ks=np.where(pool.ends, difference, 0.0).max(axis=0),
        wasserstein=(difference * pool.gaps).sum(axis=0),
    )


def _gaps(values: FloatArray, order: IntArray) -> FloatArray:
    ordered = np.take_along_axis(values, order, axis=0)
    return np.asarray(np.diff(ordered, axis=0, append=ordered[-1:]))


def _count(rows: IntArray | BoolArray) -> int:
    return int(rows.sum()) if rows.dtype == bool else len(rows)


def permutation_null(
    pool: SortedPool, blocks: Sequence[IntArray], size: int, rng: np.random.Generator, count: int
) -> tuple[FloatArray, FloatArray]:
    """(count, d) null distances, KS and Wasserstein, when whole blocks (groups) of rows change sides at random.

    `size` rows, up to a block, go to the left sample in each permutation. Every permutation reads the same sort: with
    c of the first k sorted rows on the left, F − G = (n c − k n_left) / (n_left n_right), in whole numbers.
    """
    n, d = pool.order.shape
    left = _sides(blocks, n, size, rng, count)
    ks, wasserstein = np.empty((2, count, d))
    for start in range(0, count, BATCH):
        batch = slice(start, start + BATCH)
        chosen = np.ascontiguousarray(left[batch].T, dtype=np.int32 if n < 40_000 else np.int64)
        n_left = chosen.sum(axis=0)
        expected = np.arange(1, n + 1, dtype=chosen.dtype)[:, None] * n_left.astype(chosen.dtype)
        scale = 1.0 / (n_left * (n - n_left))
        for feature in range(d):
            difference = chosen[pool.order[:, feature]]
            np.cumsum(difference, axis=0, out=difference)
            np.multiply(difference, n, out=difference)
            np.subtract(difference, expected, out=difference)
            np.abs(difference, out=difference)
            ks[batch, feature] = difference[pool.ends[:, feature]].max(axis=0, initial=0) * scale
            wasserstein[batch, feature] = (pool.gaps[:, feature] @ difference.astype(np.float64)) * scale
    return ks, wasserstein


def _sides(blocks: Sequence[IntArray], n: int, size: int, rng: np.random.Generator, count: int) -> BoolArray:
    """(count, n) whether each row goes left."""
    sizes = np.array([len(block) for block in blocks])
    owner = np.empty(n, np.int64)
    for code, block in enumerate(blocks):
        owner[block] = code
    chosen = np.zeros((count, len(blocks)), bool)
    for i in range(count):
        order = rng.permutation(len(blocks))
        chosen[i, order[: max(1, np.searchsorted(np.cumsum(sizes[order]), size, side="right"))]] = True
    return np.asarray(chosen[:, owner])
