"""Statistics of the grey values, whatever their places (PyRadiomics' class `firstorder`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gan_audit.radiomics.region import Region
from gan_audit.radiomics.settings import Settings
from gan_audit.types import BoolArray, FloatArray, IntArray

CHUNK = 1 << 16
"""Voxels worked on at a time, about."""


def firstorder(regions: Sequence[Region], rule: Settings) -> dict[str, FloatArray]:
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
        row[: region.count] = (region.values if region.mask is None else region.values[region.mask]).ravel()
    values.sort(axis=1)
    beyond = None if (number == width).all() else np.arange(width) >= number[:, None]
    low, high = values[:, 0].copy(), values[np.arange(len(values)), number - 1]
    tenth, quarter, median, three, ninetieth = (_quantile(values, number, q) for q in (0.1, 0.25, 0.5, 0.75, 0.9))
    outer = (values < tenth[:, None]) | (values > ninetieth[:, None])
    _clear(values, beyond)
    mean = values.sum(axis=1) / number
    volume = np.array([np.prod(region.spacing) for region in regions])
    energy = _energy(values, beyond, shift)
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
        "RobustMeanAbsoluteDeviation": _robust(values, outer),
        "RootMeanSquared": np.sqrt(energy / number),
        "TotalEnergy": energy * volume,
        **_central(values, beyond, mean, number, low == high),
    }


def _quantile(values: FloatArray, number: IntArray, q: float) -> FloatArray:
    """Linear between the two nearest ranks, from sorted rows."""
    rank = (number - 1) * q
    below = np.floor(rank).astype(np.int64)
    rows, part = np.arange(len(values)), rank - below
    left, right = values[rows, below], values[rows, np.minimum(below + 1, number - 1)]
    gap = right - left
    found: FloatArray = np.where(part < 0.5, left + gap * part, right - gap * (1 - part))
    return found


def _robust(values: FloatArray, outer: BoolArray) -> FloatArray:
    """Mean distance from the mean of the values between 10th and 90th percentile; NaN if there is none."""
    number = (outer.shape[1] - np.count_nonzero(outer, axis=1)).astype(np.float64)
    number[number == 0] = np.nan
    mean = np.where(outer, 0.0, values).sum(axis=1) / number
    apart = np.abs(values - mean[:, None])
    apart[outer] = 0
    found: FloatArray = apart.sum(axis=1) / number
    return found


def _energy(values: FloatArray, beyond: BoolArray | None, shift: float) -> FloatArray:
    moved = values + shift if shift else values
    if shift:
        _clear(moved, beyond)
    found: FloatArray = np.square(moved).sum(axis=1)
    return found


def _central(
    values: FloatArray, beyond: BoolArray | None, mean: FloatArray, number: IntArray, equal: BoolArray
) -> dict[str, FloatArray]:
    values -= mean[:, None]
    _clear(values, beyond)
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


def _clear(values: FloatArray, beyond: BoolArray | None) -> None:
    if beyond is not None:
        values[beyond] = 0
