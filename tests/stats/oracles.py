"""Brute force in double precision, row by row, and samples that are hard on single precision."""

import numpy as np

KINDS = ("plain", "grid", "doubles", "offset", "blank", "far", "tiny", "huge", "outliers", "constant", "classes")


def sample(kind, n, d, rng):
    """(n, d) rows with ties, equal rows, offsets, outliers or extreme sizes."""
    rows = rng.normal(size=(n, d))
    if kind == "grid":
        rows = rng.integers(0, 2, (n, d)).astype(float)
    elif kind == "doubles":
        rows = rows[rng.integers(0, max(1, n // 20), n)]
    elif kind == "offset":
        rows += 10.0 ** rng.integers(0, 7)
    elif kind == "blank":
        rows[rng.random(n) < 0.7] = 0.5
    elif kind == "far":
        rows[rng.random(n) < 0.5] += 1e4
    elif kind == "outliers":
        rows *= np.exp(3 * rng.normal(size=(n, 1)))
    elif kind == "constant":
        rows[:] = 1.0
    elif kind == "classes":
        rows[: n // 2] += 30
    return rows * {"tiny": 1e-25, "huge": 1e25}.get(kind, 1.0)


def squares(left, right):
    left, right = left.astype(float), right.astype(float)
    return np.array([np.einsum("ij,ij->i", x - right, x - right) for x in left]).reshape(len(left), len(right))


def nearest(queries, base, k, own=None, groups=None, metric="l2"):
    """Distances and row numbers, ties to the lower number."""
    if metric == "cosine":
        queries, base = (x / np.linalg.norm(x.astype(float), axis=1)[:, None] for x in (queries, base))
    found = squares(queries, base)
    if own is not None:
        found[own[:, None] == groups[None]] = np.inf
    order = np.argsort(found, axis=1, kind="stable")[:, :k]
    found = np.take_along_axis(found, order, axis=1)
    return (np.sqrt(found) if metric == "l2" else found / 2), np.where(np.isinf(found), -1, order)


def manifold(left, right, k):
    """Precision, recall, density, coverage."""
    between = squares(left, right)
    first, second = (np.partition(squares(x, x), k, axis=1)[:, k] for x in (left, right))
    inside = between < first[:, None]
    recall = (between < second).any(axis=1).mean()
    return inside.any(axis=0).mean(), recall, inside.sum(axis=0).mean() / k, inside.any(axis=1).mean()
