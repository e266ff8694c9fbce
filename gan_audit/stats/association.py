"""How features depend on each other and on a class: Spearman correlation and mutual information."""

from __future__ import annotations

import numpy as np
from scipy.special import digamma
from scipy.stats import rankdata

from gan_audit.types import FloatArray, IntArray


def spearman_matrix(values: FloatArray) -> FloatArray:
    """Spearman rank correlations (d, d) of the columns of values (n, d), average ranks for ties, in [−1, 1].

    A column without variation correlates with nothing: its row and column are 0 off the diagonal, not NaN.
    """
    ranks = rankdata(values, axis=0)
    centred = ranks - ranks.mean(axis=0)
    norms = np.sqrt(np.square(centred).sum(axis=0))
    unit = np.divide(centred, norms, out=np.zeros_like(centred), where=norms > 0)
    matrix: FloatArray = np.clip(unit.T @ unit, -1.0, 1.0)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def mutual_information(values: FloatArray, classes: IntArray, k: int = 3) -> FloatArray:
    """Mutual information I(feature; class) in nats, (d,), for values (n, d) and integer classes (n,).

    Ross 2014, eq. 2: the k-nearest-neighbour estimator for a continuous and a discrete variable, the one behind
    scikit-learn's mutual_info_classif. As there, columns are scaled to unit variance, classes of one row are
    left out, and negative estimates are reported as 0. Misleads where many values are tied.
    """
    counts = np.bincount(classes)
    kept = counts[classes] > 1
    values, classes = values[kept], classes[kept]
    if not len(values):
        return np.zeros(values.shape[1])
    deviation = values.std(axis=0)
    values = values / np.where(deviation > 0, deviation, 1.0)
    return np.array([_ross(column, classes, k) for column in values.T])


def _ross(column: FloatArray, classes: IntArray, k: int) -> float:
    n = len(column)
    radius, used, sizes = np.empty(n), np.empty(n), np.empty(n)
    for code in np.unique(classes):
        rows = np.flatnonzero(classes == code)
        near = min(k, len(rows) - 1)
        radius[rows], used[rows], sizes[rows] = _kth_distance(column[rows], near), near, len(rows)
    inside = np.nextafter(radius, 0)
    ordered = np.sort(column)
    below = np.searchsorted(ordered, _shrunk(column, -inside), side="left")
    above = np.searchsorted(ordered, _shrunk(column, inside), side="right")
    estimate = digamma(n) + digamma(used).mean() - digamma(sizes).mean() - digamma(np.maximum(above - below, 1)).mean()
    return max(0.0, float(estimate))


def _kth_distance(column: FloatArray, k: int) -> FloatArray:
    """Distance of each value to its k-th nearest other: in sorted order it bounds one of k + 1 windows."""
    order = np.argsort(column, kind="stable")
    padded = np.r_[np.full(k, -np.inf), column[order], np.full(k, np.inf)]
    n = len(column)
    here = padded[k : k + n]
    windows = [np.maximum(here - padded[j : j + n], padded[j + k : j + k + n] - here) for j in range(k + 1)]
    distance = np.empty(n)
    distance[order] = np.min(windows, axis=0)
    return distance


def _shrunk(column: FloatArray, radius: FloatArray) -> FloatArray:
    """The edge column + radius, drawn in by the few ulps that rounding of the sum could push it out."""
    edge = column + radius
    slack = 4 * np.spacing(np.maximum(np.abs(column), np.abs(edge)))
    shrunk: FloatArray = edge - np.sign(radius) * np.minimum(slack, np.abs(radius))
    return shrunk
