"""Exact nearest neighbours, and the manifold statistics made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.stats.distances import squared_distances
from gan_audit.types import FloatArray, IntArray

SPARE = 8
"""Candidates beyond those asked for, so that single-precision ties are put right by the exact re-ranking."""


@dataclass(frozen=True)
class Neighbours:
    """The k nearest rows of a base for each query, nearest first."""

    distance: FloatArray
    """(q, k) Euclidean distances, float64; infinite where the base has fewer than k rows to offer."""
    index: IntArray
    """(q, k) row numbers in the base; −1 where there is none."""


def nearest(
    queries: FloatArray,
    base: FloatArray,
    k: int = 1,
    *,
    query_groups: IntArray | None = None,
    base_groups: IntArray | None = None,
) -> Neighbours:
    """Exact k nearest rows of base (n, d) for queries (q, d), never one of the query's own group.

    query_groups (q,), base_groups (n,): both or neither; equal codes are never neighbours of each other, which
    is how a row, or a patient, is kept from being its own baseline. Candidates come from faiss' exhaustive search in
    single precision; their distances are then recomputed from differences in double precision and ranked again.
    """
    k = min(k, len(base))
    wanted = k + SPARE
    pending = np.arange(len(queries))
    distance = np.full((len(queries), k), np.inf)
    index = np.full((len(queries), k), -1, dtype=np.int64)
    while len(pending):
        candidates = _search(queries[pending], base, min(wanted, len(base)))
        own = None if query_groups is None or base_groups is None else query_groups[pending]
        ranked = _rerank(queries[pending], base, candidates, own, base_groups, k)
        distance[pending], index[pending] = ranked.distance, ranked.index
        if wanted >= len(base):
            break
        pending = pending[np.isinf(ranked.distance[:, -1])]
        wanted *= 4
    return Neighbours(distance, index)


def _search(queries: FloatArray, base: FloatArray, k: int) -> IntArray:
    """(q, k) row numbers of the nearest rows by faiss, single precision, about the base's centre."""
    import SimpleITK  # noqa: F401  (loaded after faiss it would break faiss' SWIG types)
    import faiss  # isort: skip

    centre = base.mean(axis=0)
    left = np.ascontiguousarray(queries - centre, dtype=np.float32)
    right = np.ascontiguousarray(base - centre, dtype=np.float32)
    found: IntArray = faiss.knn(left, right, k)[1]
    return found


def _rerank(
    queries: FloatArray,
    base: FloatArray,
    candidates: IntArray,
    own: IntArray | None,
    base_groups: IntArray | None,
    k: int,
) -> Neighbours:
    exact = np.empty(candidates.shape)
    block = max(1, 4_000_000 // (candidates.shape[1] * base.shape[1]))
    for start in range(0, len(queries), block):
        rows = slice(start, start + block)
        difference = queries[rows, None, :] - base[candidates[rows]]
        exact[rows] = np.sqrt(np.square(difference).sum(axis=2))
    if own is not None and base_groups is not None:
        exact[base_groups[candidates] == own[:, None]] = np.inf
    order = np.lexsort((candidates, exact), axis=1)[:, :k]
    distance = np.take_along_axis(exact, order, axis=1)
    index = np.where(np.isinf(distance), -1, np.take_along_axis(candidates, order, axis=1))
    return Neighbours(distance, index)


@dataclass(frozen=True)
class Manifold:
    """Overlap of two samples seen through their k-nearest-neighbour balls."""

    precision: float
    """Share of the right sample inside any ball of the left one, [0, 1]: Kynkäänniemi et al. 2019, eq. 2."""
    recall: float
    """Share of the left sample inside any ball of the right one, [0, 1]: the same, eq. 3."""
    density: float
    """Mean number of left balls that hold a right row, over k, [0, n/k]: Naeem et al. 2020, eq. 4. 1 if equal."""
    coverage: float
    """Share of the left balls that hold a right row, [0, 1]: Naeem et al. 2020, eq. 5."""


def manifold(within_left: FloatArray, within_right: FloatArray, between: FloatArray, k: int = 5) -> Manifold:
    """Precision, recall, density and coverage from squared distances (n, n), (m, m) and (n, m).

    left is the real sample. A ball's radius is the distance to the k-th nearest other row, and a row on its rim
    is outside, as in the `prdc` package. Needs more than k rows on each side.
    """
    left, right = kth_smallest(within_left, k), kth_smallest(within_right, k)
    inside = between < left[:, None]
    return Manifold(
        precision=float(inside.any(axis=0).mean()),
        recall=float((between < right[None, :]).any(axis=1).mean()),
        density=float(inside.sum(axis=0).mean() / k),
        coverage=float((between.min(axis=1) < left).mean()),
    )


def kth_smallest(distances: FloatArray, k: int) -> FloatArray:
    """Squared distance of each row to its k-th nearest other row.

    distances (r, n): squared distances of some or all of n rows to all of them, each row's own zero included.
    """
    if distances.shape[1] <= k:
        raise ValueError(f"Expected more than {k} rows for the {k}-th nearest neighbour, got {distances.shape[1]}.")
    radii: FloatArray = np.partition(distances, k, axis=1)[:, k]
    return radii


def manifold_of(left: FloatArray, right: FloatArray, k: int = 5, block: int = 2048) -> Manifold:
    """`manifold` of left (n, d) and right (m, d) in memory linear in n + m, for samples of any size."""
    radius_left, radius_right = _radii(left, k, block), _radii(right, k, block)
    reached, hits, covered = np.zeros(len(left), bool), np.zeros(len(right)), np.zeros(len(left), bool)
    for start in range(0, len(left), block):
        rows = slice(start, start + block)
        between = squared_distances(left[rows], right)
        inside = between < radius_left[rows, None]
        reached[rows] = (between < radius_right[None, :]).any(axis=1)
        covered[rows] = inside.any(axis=1)
        hits += inside.sum(axis=0)
    return Manifold(float((hits > 0).mean()), float(reached.mean()), float(hits.mean() / k), float(covered.mean()))


def _radii(rows: FloatArray, k: int, block: int) -> FloatArray:
    parts = [kth_smallest(squared_distances(rows[i : i + block], rows), k) for i in range(0, len(rows), block)]
    return np.concatenate(parts)
