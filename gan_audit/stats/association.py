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
    return _ross(values / np.where(deviation > 0, deviation, 1.0), classes, k)


def _ross(values: FloatArray, classes: IntArray, k: int) -> FloatArray:
    n, d = values.shape
    radius, used, sizes = np.empty((n, d)), np.empty(n), np.empty(n)
    for code in np.unique(classes):
        rows = np.flatnonzero(classes == code)
        near = min(k, len(rows) - 1)
        radius[rows], used[rows], sizes[rows] = _kth_distance(values[rows], near), near, len(rows)
    inside = np.nextafter(radius, 0)
    ordered = np.sort(values, axis=0)
    below, above = _shrunk(values, -inside), _shrunk(values, inside)
    within = np.empty((n, d))
    for j in range(d):
        column = ordered[:, j]
        within[:, j] = np.searchsorted(column, above[:, j], "right") - np.searchsorted(column, below[:, j], "left")
    known = digamma(n) + digamma(used).mean() - digamma(sizes).mean()
    return np.asarray(np.maximum(known - digamma(np.maximum(within, 1)).mean(axis=0), 0.0))


def _kth_distance(values: FloatArray, k: int) -> FloatArray:
    """Distance of each value to its k-th nearest other in its column: in sorted order it bounds a window."""
    n, d = values.shape
    order = np.argsort(values, axis=0, kind="stable")
    here = np.take_along_axis(values, order, axis=0)
    padded = np.concatenate([np.full((k, d), -np.inf), here, np.full((k, d), np.inf)])
    windows = [np.maximum(here - padded[j : j + n], padded[j + k : j + k + n] - here) for j in range(k + 1)]
    distance = np.empty((n, d))
    np.put_along_axis(distance, order, np.min(windows, axis=0), axis=0)
    return distance


def _shrunk(values: FloatArray, radius: FloatArray) -> FloatArray:
    """The edge value + radius, drawn in by the few ulps that rounding of the sum could push it out."""
    edge = values + radius
    slack = 4 * np.spacing(np.maximum(np.abs(values), np.abs(edge)))
    shrunk: FloatArray = edge - np.sign(radius) * np.minimum(slack, np.abs(radius))
    return shrunk
