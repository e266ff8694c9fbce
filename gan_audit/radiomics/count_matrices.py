"""Features of matrices that count things by grey level and size: runs, zones, dependences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.types import BoolArray, FloatArray, IntArray


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
    sizes, levels = _margin(cells, cells.size), _margin(cells, cells.level)
    number = sizes.total(sizes.count)
    number[number == 0] = np.nan
    level2, size2 = np.square(cells.level, dtype=np.float64), np.square(cells.size, dtype=np.float64)
    low, high = cells.count / level2, cells.count * level2
    parts = {"ShortLow": low / size2, "ShortHigh": high / size2, "LongLow": low * size2, "LongHigh": high * size2}
    result = {name: cells.total(part) / number for name, part in parts.items()}
    names = ("Size", "ShortEmphasis", "LongEmphasis"), ("Level", "Low", "High")
    for (name, few, many), margin in zip(names, (sizes, levels), strict=True):
        value = margin.size.astype(np.float64)
        mean = margin.total(margin.count * value) / number
        squares = margin.total(margin.count**2)
        result |= {
            few: margin.total(margin.count / value**2) / number,
            many: margin.total(margin.count * value**2) / number,
            name: squares / number,
            f"{name}Normalized": squares / number**2,
            f"{name}Variance": margin.total(margin.count * (value - mean[margin.owner]) ** 2) / number,
        }
    result["Entropy"] = np.log2(number) - cells.total(cells.count * np.log2(cells.count)) / number
    result["Percentage"] = number / sizes.total(sizes.count * sizes.size)
    return result


def filled(keys: IntArray, size: int, weights: FloatArray | None = None) -> tuple[IntArray, FloatArray]:
    """The distinct keys, ascending and below `size`, and how often each occurs, or its sum of weights."""
    if weights is None and size > 8 * len(keys):
        keys = np.sort(keys.astype(np.int32) if size < 2**31 else keys)  # short numbers sort twice as fast
        first = np.flatnonzero(np.concatenate([keys[:1] >= 0, keys[1:] != keys[:-1]]))
        return keys.take(first).astype(np.int64), np.diff(first, append=len(keys)).astype(np.float64)
    counts = np.bincount(keys, weights=weights, minlength=size)
    places = np.flatnonzero(counts != 0)
    return places, counts.take(places).astype(np.float64, copy=False)


def _margin(cells: Cells, axis: IntArray) -> Cells:
    """The counts summed over the levels, or sizes: far fewer cells, with the other axis as their size."""
    width = int(axis.max(initial=0)) + 1
    keys, sums = filled(cells.owner * width + axis, cells.owners * width, cells.count)
    owner, value = np.divmod(keys, width)
    return Cells(owner, value, value, sums, cells.owners)


RARE, COMMON = 0.01, 0.1
"""Shares of set flags between which numpy's own search takes three times as long as ours."""


def truths(flags: BoolArray) -> IntArray:
    """`numpy.flatnonzero` of flags, (n,): here eight at a time where few are set, so that most are never looked at."""
    whole = len(flags) & -8
    if not RARE < np.count_nonzero(flags) / max(whole, 1) < COMMON:
        return np.flatnonzero(flags)
    words = flags[:whole].view(np.uint64)
    some = np.flatnonzero(words != 0)
    inner = np.flatnonzero(words.take(some).view(np.bool_))
    found = some.take(inner >> 3)
    found <<= 3
    inner &= 7
    found += inner
    return np.concatenate([found, whole + np.flatnonzero(flags[whole:])])
