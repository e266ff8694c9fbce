"""Nearest neighbours of feature rows, and the manifold statistics made of them."""

from __future__ import annotations

import numpy as np

from gan_audit.stats.neighbours.manifold import Manifold
from gan_audit.stats.neighbours.one_pass import Overlap, overlap
from gan_audit.stats.neighbours.search import Neighbours, nearest
from gan_audit.types import FloatArray

__all__ = ["Manifold", "Neighbours", "Overlap", "kth_smallest", "manifold", "manifold_of", "nearest", "overlap"]


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


def manifold_of(left: FloatArray, right: FloatArray, k: int = 5, block: int = 1024) -> Manifold:
    """`manifold` of left (n, d) and right (m, d) in memory linear in n + m, for samples of any size."""
    return overlap(left, right, k, block).manifold
