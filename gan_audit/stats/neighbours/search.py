"""Exact nearest neighbours: candidates in single precision, distances and proof of completeness in double."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.stats.neighbours.backends import NearestRows, choose
from gan_audit.stats.neighbours.base_slices import Slices, blocks, candidates
from gan_audit.stats.neighbours.rows import METRICS, Rows, paired_squares, rounding
from gan_audit.types import BoolArray, FloatArray, IntArray, Single

SPARE = 8
"""Candidates beyond those asked for: their distances show that no row left out can be nearer."""
WIDEST = 1024
"""Candidates for one query, at most, before it is compared with every row in double precision."""
BLOCK = 1 << 25
"""Numbers in one block of queries."""


@dataclass(frozen=True)
class Neighbours:
    """The k nearest rows of a base for each query, nearest first, the lower row number first where two tie."""

    distance: FloatArray
    """(q, k) distances, float64; infinite where the base has fewer than k rows to offer."""
    index: IntArray
    """(q, k) row numbers in the base; −1 where there is none."""


def nearest(
    queries: FloatArray,
    base: FloatArray,
    k: int = 1,
    *,
    query_groups: IntArray | None = None,
    base_groups: IntArray | None = None,
    metric: str = "l2",
    device: str = "cpu",
) -> Neighbours:
    """Exact k nearest rows of base (n, d) for queries (q, d), float32 or float64, never one of the query's own group.

    query_groups (q,), base_groups (n,): both or neither; equal codes are never neighbours of each other, which
    is how a row, or a patient, is kept from being its own baseline. metric: `l2`, Euclidean distance, or `cosine`,
    1 − cosine of the angle, [0, 2]. device: `cpu`, `cuda`, or `auto`.

    Candidates come from an exhaustive search in single precision about the base's centre, or about 0 where that is
    near; their distances are then recomputed from differences in double precision, so that copies are at 0 and
    near-copies where they are, the same on every device. Where rounding could have hidden a nearer row, the search is
    widened. Beyond the sets themselves memory holds one float32 copy of the base (at most 1 GiB of it at a time; none
    about 0), blocks of the queries, and the result.

    ValueError for NaN or infinite values, a row of length zero under `cosine`, a metric that is not known; UsageError
    for a device that is not there.
    """
    if metric not in METRICS:
        raise ValueError(f"Expected a metric of {', '.join(METRICS)}, got {metric}.")
    rows, columns = (Rows.of(x, metric) for x in (queries, base))
    groups = None if query_groups is None or base_groups is None else (query_groups, base_groups)
    job = Job(rows, columns, min(k, len(base)), groups, choose(device))
    squared, index = job.run()
    distance = METRICS[metric](squared)
    return Neighbours(distance, index)


@dataclass(frozen=True)
class Job:
    """One search: `nearest` in parts, in squared distances."""

    queries: Rows
    base: Rows
    k: int
    groups: tuple[IntArray, IntArray] | None
    backend: str

    def run(self) -> tuple[FloatArray, IntArray]:
        """Squared distances and row numbers, (q, k): first the usual number of candidates, then more where needed."""
        n, k = len(self.base), self.k
        squared, index = np.full((len(self.queries), k), np.inf), np.full((len(self.queries), k), -1, dtype=np.int64)
        if not squared.size:
            return squared, index
        centre = self.base.origin()
        slices = Slices(self.base, centre, self.backend)
        widest = min(n, max(WIDEST, k + SPARE))
        need = np.minimum(k + SPARE + self._own(), widest)
        width, done = int(need.min()), widest + 2
        while width <= widest:
            for part in blocks(np.flatnonzero(need <= width), BLOCK // max(self.base.dimension, 8 * width)):
                single = self.queries.single(part, centre)
                found = candidates(single, slices, width)
                squared[part], index[part], proven = self._rank(part, single, found)
                need[part] = np.where(proven, done, width + 1)
            width = widest if width < widest <= 4 * width else 4 * width
        for part in blocks(np.flatnonzero(need < done), 256):
            squared[part], index[part] = self._exhaust(part, centre)
        return squared, index

    def _own(self) -> IntArray:
        """(q,) how many rows of the base each query must not be given."""
        if self.groups is None:
            return np.zeros(len(self.queries), np.int64)
        codes, counts = np.unique(self.groups[1], return_counts=True)
        place = np.minimum(np.searchsorted(codes, self.groups[0]), len(codes) - 1)
        return np.where(codes[place] == self.groups[0], counts[place], 0)

    def _strange(self, part: IntArray, index: IntArray) -> BoolArray:
        """Which rows of the base, (n,) or (q, n), are not of the query's own group."""
        if self.groups is None:
            return np.ones((len(part), index.shape[-1]), bool)
        return np.asarray(self.groups[1][index] != self.groups[0][part][:, None])

    def _rank(self, part: IntArray, single: Single, found: NearestRows) -> tuple[FloatArray, IntArray, BoolArray]:
        """The nearest k of the candidates by their exact distances, and for which queries nothing can be missing."""
        k = self.k
        lengths = np.einsum("ij,ij->i", single, single).astype(np.float64)
        allowed = self._strange(part, found.row) & (found.row >= 0)
        order = np.argsort(~allowed, axis=1, kind="stable")
        index, rough = np.take_along_axis(found.row, order, axis=1), np.take_along_axis(found.squared, order, axis=1)
        allowed = np.take_along_axis(allowed, order, axis=1)
        exact = np.full(index.shape, np.inf)
        exact[:, :k] = self._exact(part, index[:, :k], allowed[:, :k])
        limit = exact[:, :k].max(axis=1)
        limit += rounding(lengths, limit, self.base.dimension)
        near = allowed[:, k:] & ~(rough[:, k:] > limit[:, None])  # an overflow, NaN, is near as well
        last = k + 1 + int(np.flatnonzero(near.any(axis=0)).max(initial=-1))
        exact[:, k:last] = self._exact(part, index[:, k:last], near[:, : last - k])
        order = np.lexsort((index[:, :last], exact[:, :last]), axis=1)[:, :k]
        squared, index = np.take_along_axis(exact, order, axis=1), np.take_along_axis(index, order, axis=1)
        reached = squared[:, -1]
        if found.row.shape[1] == len(self.base):
            proven = np.asarray((found.row >= 0).all(axis=1))
        else:
            proven = np.asarray(reached + rounding(lengths, reached, self.base.dimension) < found.squared[:, -1])
        return squared, np.where(np.isfinite(squared), index, -1), proven

    def _exact(self, part: IntArray, index: IntArray, wanted: BoolArray) -> FloatArray:
        exact = np.full(index.shape, np.inf)
        i, _ = np.nonzero(wanted)
        exact[wanted] = paired_squares(self.queries, self.base, part[i], index[wanted])
        return exact

    def _exhaust(self, part: IntArray, centre: FloatArray) -> tuple[FloatArray, IntArray]:
        """Against every row in double precision, for queries with many ties, huge groups or huge norms."""
        k, d = self.k, self.base.dimension
        best, index = np.full((len(part), k), np.inf), np.full((len(part), k), -1, dtype=np.int64)
        left = self.queries.take(part) - centre
        lengths = np.einsum("ij,ij->i", left, left)
        for columns in blocks(np.arange(len(self.base)), max(1, (1 << 22) // max(d, len(part)))):
            right = self.base.take(columns) - centre
            rough = lengths[:, None] + np.einsum("ij,ij->i", right, right) - 2.0 * (left @ right.T)
            rough[~self._strange(part, columns)] = np.inf
            limit = np.partition(rough, k - 1, axis=1)[:, k - 1] if rough.shape[1] >= k else np.full(len(part), np.inf)
            slack = rounding(lengths, np.maximum(limit, 0.0), d, np.float64)
            limit = np.minimum(limit + 2.0 * slack, best[:, -1] + rounding(lengths, best[:, -1], d, np.float64))
            near = np.isfinite(rough) & (rough <= limit[:, None]) & (best[:, -1:] > 0.0)
            width = int(near.sum(axis=1).max(initial=0))
            order = np.argsort(~near, axis=1, kind="stable")[:, :width]
            chosen = columns[order]
            exact = self._exact(part, chosen, np.take_along_axis(near, order, axis=1))
            exact, chosen = np.concatenate([best, exact], axis=1), np.concatenate([index, chosen], axis=1)
            order = np.argsort(exact, axis=1, kind="stable")[:, :k]
            best, index = np.take_along_axis(exact, order, axis=1), np.take_along_axis(chosen, order, axis=1)
        return best, np.where(np.isfinite(best), index, -1)
