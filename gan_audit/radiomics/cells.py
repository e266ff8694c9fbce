"""Features of matrices that count things by grey level and size: runs, zones, dependences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.types import FloatArray, IntArray


@dataclass(frozen=True)
class Cells:
    """The filled cells of `owners` matrices; the cells of one owner need not stand together."""

    owner: IntArray
    """Which matrix each cell belongs to."""
    level: IntArray
    """Grey level, from 1."""
    size: IntArray
    """Length of a run, voxels of a zone, or dependent neighbours plus one."""
    count: FloatArray
    """How often it occurs; whole numbers unless directions are weighted."""
    owners: int

    def total(self, weights: FloatArray) -> FloatArray:
        """Sum of the weights over each owner's cells, (owners,)."""
        return np.bincount(self.owner, weights=weights, minlength=self.owners).astype(np.float64, copy=False)


def emphases(cells: Cells) -> dict[str, FloatArray]:
    """The sixteen statistics that run, zone and dependence matrices share, each (owners,); NaN without a cell.

    Keys: `ShortEmphasis`, `LongEmphasis` (of the size), `Low`, `High` (of the level), their four products, the
    non-uniformities `Level`, `LevelNormalized`, `Size`, `SizeNormalized`, the variances `LevelVariance`,
    `SizeVariance`, `Entropy` and `Percentage`.
    """
    number = cells.total(cells.count)
    number[number == 0] = np.nan
    level2, size2 = np.square(cells.level, dtype=np.float64), np.square(cells.size, dtype=np.float64)
    low, short = cells.count / level2, cells.count / size2
    parts = {
        "ShortEmphasis": short,
        "LongEmphasis": cells.count * size2,
        "Low": low,
        "High": cells.count * level2,
        "ShortLow": low / size2,
        "ShortHigh": short * level2,
        "LongLow": low * size2,
        "LongHigh": cells.count * level2 * size2,
    }
    result = {name: cells.total(part) / number for name, part in parts.items()}
    for name, axis in (("Level", cells.level), ("Size", cells.size)):
        squares = _squares(cells, axis)
        result |= {name: squares / number, f"{name}Normalized": squares / number**2}
        result[f"{name}Variance"] = _variance(cells, axis, number)
    result["Entropy"] = np.log2(number) - cells.total(cells.count * np.log2(cells.count)) / number
    result["Percentage"] = number / cells.total(cells.count * cells.size)
    return result


def filled(keys: IntArray, size: int, weights: FloatArray | None = None) -> tuple[IntArray, FloatArray]:
    """The distinct keys, ascending and below `size`, and how often each occurs, or its sum of weights."""
    if weights is None and size > 8 * len(keys):
        keys = np.sort(keys)
        first = np.flatnonzero(np.diff(keys, prepend=-1) != 0)  # of truth values it is 20 times faster
        return keys[first], np.diff(first, append=len(keys)).astype(np.float64)
    counts = np.bincount(keys, weights=weights, minlength=size)
    places = np.flatnonzero(counts != 0)
    return places, counts[places].astype(np.float64, copy=False)


def _squares(cells: Cells, axis: IntArray) -> FloatArray:
    """Sum over the levels, or sizes, of the squared number of their cells' counts."""
    width = int(axis.max(initial=0)) + 1
    keys, sums = filled(cells.owner * width + axis, cells.owners * width, cells.count)
    return np.bincount(keys // width, weights=sums * sums, minlength=cells.owners).astype(np.float64, copy=False)


def _variance(cells: Cells, axis: IntArray, number: FloatArray) -> FloatArray:
    mean = cells.total(cells.count * axis) / number
    return cells.total(cells.count * (axis - mean[cells.owner]) ** 2) / number
