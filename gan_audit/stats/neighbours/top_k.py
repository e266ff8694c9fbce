"""The k nearest rows met so far, kept for many rows at once as lower bounds of squared distances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gan_audit.stats.neighbours.rows import rounding
from gan_audit.types import BoolArray, FloatArray, IntArray, Single

PENDING = 24
"""Entries for each row that are gathered before they are sorted, at most 2²² for few rows."""
CROWD = 64
"""Entries beyond k that a row may keep; a row with more ties within rounding is left to the exact search."""


class Closest:
    """Gathers (row, other row, lower bound of their squared distance), and drops what cannot be among the k nearest."""

    def __init__(self, lengths: FloatArray, k: int, dimension: int) -> None:
        self._lengths, self._k, self._dimension = lengths, k, dimension
        self.limit = np.full(len(lengths), np.inf)
        """(n,) a pair whose lower bound is not below is of no interest for its row."""
        self.crowded: BoolArray = np.zeros(len(lengths), bool)
        self._parts: list[tuple[IntArray, IntArray, Single]] = []
        self._pending = 0

    def seed(self, rows: slice, bounds: Single) -> None:
        """Limits from the lower bounds (r, c) of these rows to some columns, infinite for a row and itself."""
        if bounds.shape[1] >= self._k:
            kth = np.partition(bounds, self._k - 1, axis=1)[:, self._k - 1]
            self.limit[rows] = np.minimum(self.limit[rows], self.upper(rows, kth))

    def upper(self, rows: IntArray | slice, bound: FloatArray | Single) -> FloatArray:
        """Squared distance that no pair of such a row and another with that lower bound exceeds."""
        bound = bound.astype(np.float64)
        return bound + 2.0 * rounding(self._lengths[rows], np.maximum(bound, 0.0), self._dimension)

    def add(self, row: IntArray, other: IntArray, bound: Single) -> None:
        """Pairs below the row's limit."""
        self._parts.append((row, other, bound))
        self._pending += len(row)
        if self._pending > max(1 << 22, PENDING * len(self.limit)):
            self.trim()

    def trim(self) -> tuple[IntArray, IntArray, Single]:
        """Pairs (row, other, bound) still of interest, by row, then by bound; crowded rows have none.

        For every other row, the k nearest among what was added are there.
        """
        row, other, bound = (np.concatenate(x) for x in zip(*self._parts, strict=True))
        order = np.argsort(_key(row, bound), kind="stable")
        row, other, bound = row[order], other[order], bound[order]
        start = np.searchsorted(row, np.arange(len(self.limit)))
        count = np.diff(np.append(start, len(row)))
        full = np.flatnonzero((count >= self._k) & ~self.crowded)
        kth = bound[start[full] + self._k - 1]
        self.limit[full] = np.minimum(self.limit[full], self.upper(full, kth))
        kept = bound < self.limit[row]
        many = np.bincount(row[kept], minlength=len(self.limit)) > self._k + CROWD
        self.crowded |= many
        self.limit[many] = -np.inf
        kept &= ~self.crowded[row]
        self._parts = [(row[kept], other[kept], bound[kept])]
        self._pending = int(kept.sum())
        return self._parts[0]


def _key(row: IntArray, bound: Single) -> NDArray[np.uint64]:
    """Sorts by row, then by bound: a float that is not negative has the order of its bits."""
    bits = np.ascontiguousarray(np.maximum(bound, np.float32(0.0)) + np.float32(0.0)).view(np.uint32)
    return (row.astype(np.uint64) << np.uint64(32)) | bits.astype(np.uint64)
