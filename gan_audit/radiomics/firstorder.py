"""Statistics of the grey values, whatever their places (PyRadiomics' class `firstorder`)."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from gan_audit.radiomics.region import Region
from gan_audit.radiomics.settings import RadiomicsSettings
from gan_audit.types import BoolArray, FloatArray, IntArray

CHUNK = 1 << 16
"""Voxels worked on at a time, about."""


def firstorder(regions: Sequence[Region], rule: RadiomicsSettings) -> dict[str, FloatArray]:
    """16 features, each (n,), in the unit of the grey values or its powers; all but Entropy and Uniformity.

    Variance has the denominator n, Kurtosis is 3 for a normal distribution, and both Skewness and Kurtosis are 0 where
    all values are equal. Source: PyRadiomics 3.0.1.
    """
    result = np.empty((16, len(regions)))
    groups: dict[int, list[int]] = {}
    for place, region in enumerate(regions):
        groups.setdefault(_rounded(region.count), []).append(place)
    names: list[str] = []
    for width, places in groups.items():
        step = max(1, CHUNK // width)
        for start in range(0, len(places), step):
            chosen = places[start : start + step]
            found = _statistics([regions[place] for place in chosen], width, rule.shift)
            names = list(found)
            result[:, chosen] = list(found.values())
    return dict(zip(names, result, strict=True))


def histogram_features(histogram: IntArray) -> dict[str, FloatArray]:
    """Entropy in bits and Uniformity of the grey levels, from their counts (n, levels)."""
    p = histogram / histogram.sum(axis=1, keepdims=True)
    eps = np.spacing(1)
    return {"Entropy": -(p * np.log2(p + eps)).sum(axis=1), "Uniformity": (p * p).sum(axis=1)}


def _rounded(count: int) -> int:
    step = 64
    while count > 16 * step:
        step *= 2
    return -(-count // step) * step


def _statistics(regions: Sequence[Region], width: int, shift: float) -> dict[str, FloatArray]:
    """Rows of `width`, sorted, the values first and then zeros; every sum runs along a whole row."""
    values, number = np.full((len(regions), width), np.inf), np.array([region.count for region in regions])
    for row, region in zip(values, regions, strict=True):
        row[: region.count] = region.inside
    values.sort(axis=1)
    low, high = values[:, 0].copy(), values[np.arange(len(values)), number - 1]
    tenth, quarter, median, three, ninetieth = _quantiles(values, number, (0.1, 0.25, 0.5, 0.75, 0.9))
    robust = _robust(values, number, tenth, ninetieth)
    _clear(values, number)
    mean = values.sum(axis=1) / number
    volume = np.array([prod(region.spacing) for region in regions])
    energy = _energy(values, number, shift)
    return {
        "10Percentile": tenth,
        "90Percentile": ninetieth,
        "Energy": energy,
        "InterquartileRange": three - quarter,
        "Maximum": high,
        "Mean": mean,
        "Median": median,
        "Minimum": low,
        "Range": high - low,
        "RobustMeanAbsoluteDeviation": robust,
        "RootMeanSquared": np.sqrt(energy / number),
        "TotalEnergy": energy * volume,
        **_central(values, mean, number, low == high),
    }


def _quantiles(values: FloatArray, number: IntArray, shares: Sequence[float]) -> FloatArray:
    """(shares, n): linear between the two nearest ranks, from sorted rows."""
    rank = (number - 1) * np.array(shares)[:, None]
    below = np.floor(rank).astype(np.int64)
    rows, part = np.arange(len(values)), rank - below
    left, right = values[rows, below], values[rows, np.minimum(below + 1, number - 1)]
    gap = right - left
    found: FloatArray = np.where(part < 0.5, left + gap * part, right - gap * (1 - part))
    return found


def _robust(values: FloatArray, number: IntArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Mean distance from their mean of the values from `low` to `high`, a part of each sorted row; NaN without any."""
    found = np.full(len(values), np.nan)
    for row, (ordered, count) in enumerate(zip(values, number, strict=True)):
        inner = ordered[ordered.searchsorted(low[row]) : ordered[:count].searchsorted(high[row], side="right")]
        if len(inner):
            found[row] = np.abs(inner - inner.sum() / len(inner)).sum() / len(inner)
    return found


def _energy(values: FloatArray, number: IntArray, shift: float) -> FloatArray:
    moved = values + shift if shift else values
    if shift:
        _clear(moved, number)
    found: FloatArray = np.square(moved).sum(axis=1)
    return found


def _central(values: FloatArray, mean: FloatArray, number: IntArray, equal: BoolArray) -> dict[str, FloatArray]:
    values -= mean[:, None]
    _clear(values, number)
    absolute = np.abs(values).sum(axis=1) / number
    square = values * values
    second = square.sum(axis=1) / number
    values *= square
    third = values.sum(axis=1) / number
    square *= square
    fourth = square.sum(axis=1) / number
    for part in (absolute, second, third, fourth):
        part[equal] = 0
    safe = np.where(second == 0, 1.0, second)
    return {
        "MeanAbsoluteDeviation": absolute,
        "Skewness": third / safe**1.5,
        "Kurtosis": fourth / safe**2,
        "Variance": second,
    }


def _clear(values: FloatArray, number: IntArray) -> None:
    for row, count in zip(values, number.tolist(), strict=True):
        row[count:] = 0
