"""Small windows of grids: brightness and contrast left aside, flat ones all alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gan_audit.imaging.separable import smooth
from gan_audit.types import FloatArray, IntArray

UNIT = 64
"""Cells a side up to which windows grow with the grid."""
WIDTH = 12 / 64
"""Side of a window, as a share of the grid's: it fits into a patch of a quarter of the side."""
BLUR = 0.5 / 64
"""Gaussian that takes the finest noise off, as a share of the side."""
FOCUS = 0.3
"""Standard deviation of the weights of a window's cells about its middle, as a share of the window."""
FLAT = 0.07
"""Standard deviation, in those of the whole grid, below which a window has hardly anything to compare."""


@dataclass(frozen=True)
class Patches:
    """Square windows of grids (n, s, s), named by their middle: the corner below and right of it."""

    grids: FloatArray
    width: int
    """Side of a window in cells, even."""

    @classmethod
    def of(cls, grids: FloatArray) -> Self:
        """Of grids of mean 0 and standard deviation 1, at least 32 cells along each of two axes.

        Of grids of more than UNIT cells the windows are so much smaller a share.
        """
        side = unit(grids.shape[1])
        return cls(smooth(grids, BLUR * side), even(WIDTH * side))

    def __len__(self) -> int:
        return len(self.grids)

    def inside(self, middle: IntArray) -> IntArray:
        """Middles (..., 2), moved as far as their window and a cell round it need to lie within the grid."""
        half = self.width // 2 + 1
        return np.asarray(np.clip(middle, half, self.grids.shape[1] - half))

    def at(self, which: IntArray, middle: IntArray) -> FloatArray:
        """(m, width²) of grids `which` (m,) the windows about `middle` (m, 2), moved into the grid."""
        return described(windows(self.grids, which, self.inside(middle), self.width))

    def settled(self, which: IntArray, middle: IntArray, wanted: FloatArray) -> FloatArray:
        """The same, moved by less than a cell along each axis to where it is nearest to `wanted` (m, width²).

        Two steps of Lucas and Kanade (1981) on described windows, then linear interpolation.
        """
        wide = windows(self.grids, which, self.inside(middle), self.width + 2)
        by = np.zeros((len(wide), 2))
        for _ in range(2):
            by = np.clip(by + _towards(wide, by, wanted), -1, 1)
        return described(_moved(wide, by))


def windows(grids: FloatArray, which: IntArray, middle: IntArray, width: int) -> FloatArray:
    """(m, width, width) of grids `which` (m,) the windows about `middle` (m, 2), which lie inside."""
    row, column = (middle - width // 2).T
    return np.asarray(sliding_window_view(grids, (width, width), axis=(1, 2))[which, row, column])


def described(cells: FloatArray) -> FloatArray:
    """(m, w²) of windows (m, w, w): weighted towards the middle, less their mean, of length 1 unless they are flat."""
    width = cells.shape[1]
    across = np.exp(-0.5 * np.square((np.arange(width) - 0.5 * (width - 1)) / (FOCUS * width)))
    weight = np.outer(across, across).ravel()
    weight /= weight.sum()
    flat = cells.reshape(len(cells), width**2)
    centred = (flat - (flat @ weight)[:, None]) * np.sqrt(weight)
    length = np.sqrt(np.square(centred).sum(axis=1, keepdims=True) + FLAT**2)
    return np.asarray(centred / length)


def distance(left: FloatArray, right: FloatArray) -> FloatArray:
    """Squared distance between described windows: 2 (1 − correlation) where neither is flat, [0, 4]."""
    return np.asarray(np.square(left - right).sum(axis=-1))


def _moved(wide: FloatArray, by: FloatArray) -> FloatArray:
    """(m, w, w) of windows (m, w + 2, w + 2) the inner part, moved by up to a cell along each axis."""
    for axis in (1, 2):
        back, here, forth = (np.take(wide, range(k, wide.shape[axis] - 2 + k), axis=axis) for k in range(3))
        step = by[:, axis - 1, None, None]
        wide = here + np.maximum(step, 0) * (forth - here) + np.maximum(-step, 0) * (back - here)
    return wide


def _towards(wide: FloatArray, by: FloatArray, wanted: FloatArray) -> FloatArray:
    """(m, 2) the step by which, going by its slopes, a moved window comes nearest to `wanted`."""
    here, ahead = described(_moved(wide, by)), 0.5
    slopes = []
    for axis in (0, 1):
        step = ahead * np.eye(2)[axis]
        there = [described(_moved(wide, np.clip(by + sign * step, -1, 1))) for sign in (1, -1)]
        slopes.append((there[0] - there[1]) / (2 * ahead))
    slope = np.stack(slopes, axis=1)
    gram = slope @ slope.swapaxes(1, 2) + 1e-6 * np.eye(2)
    return np.asarray(np.linalg.solve(gram, slope @ (wanted - here)[:, :, None])[:, :, 0])


def unit(side: int) -> int:
    """Cells that shares of the side are taken of."""
    return min(side, UNIT)


def even(length: float) -> int:
    """The even number nearest to a length, at least 2."""
    return 2 * max(1, round(0.5 * length))
