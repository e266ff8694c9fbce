"""Rank-sum test of one sample against another, cell by cell, with images that are not independent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.types import FloatArray, IntArray


@dataclass(frozen=True)
class RankSum:
    """Whether the values of a left sample tend to be larger than those of a right one."""

    z: float
    """Mann-Whitney U of the left sample, less its mean if both are alike, over its standard deviation then."""
    left: FloatArray
    """(m,) what each left value adds to z: its influence, of mean 0."""
    right: FloatArray
    """(n,) the same for the right values."""


def rank_sum(left: FloatArray, right: FloatArray) -> RankSum:
    """Mann-Whitney test of left (m,) and right (n,), both not empty: (U − (mn/2 − 1/2)) / sqrt(mn(m + n + 1)/12).

    U counts the pairs in which the left value is the larger, ties half; −1/2 is the continuity correction of Meehan et
    al. 2020, who test for small left values. The influences are DeLong's placements (DeLong et al. 1988): the sum of
    their squares estimates the variance of z, and sums over groups of them that of clustered values (Obuchowski 1997).
    """
    m, n = len(left), len(right)
    above = _placements(left, right)
    below = 1.0 - _placements(right, left)
    deviation = np.sqrt(m * n * (m + n + 1) / 12.0)
    u = float(above.sum()) * n
    scale = m * n / deviation
    return RankSum((u - (m * n / 2 - 0.5)) / deviation, _centred(above, scale), _centred(below, scale))


def _placements(values: FloatArray, others: FloatArray) -> FloatArray:
    """Share of the others that are smaller than each value, ties half."""
    ordered = np.sort(others)
    ends = [np.searchsorted(ordered, values, side=side) for side in ("left", "right")]
    return np.asarray((ends[0] + ends[1]) / (2.0 * len(others)))


def _centred(placements: FloatArray, scale: float) -> FloatArray:
    return np.asarray(scale * (placements - placements.mean()) / len(placements))


def variance_of_sum(influence: FloatArray, groups: IntArray) -> float:
    """Variance of the sum of influences (n,) whose groups (n,) are independent of each other; 0 for one group."""
    totals = np.bincount(np.unique(groups, return_inverse=True)[1], influence)
    return float(np.square(totals).sum() * len(totals) / (len(totals) - 1)) if len(totals) > 1 else 0.0
