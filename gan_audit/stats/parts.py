"""Small windows of grids, compared at one place: brightness and contrast left aside, flat ones all alike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from gan_audit.stats.separable import along_axes, averaging, smooth
from gan_audit.types import FloatArray, IntArray

WIDTH = 12 / 64
"""Side of a window, as a share of the grid's: it fits into a patch of a quarter of the side."""
HOP = 4 / 64
"""Distance between the windows in which candidates are sought."""
BLUR = 0.7 / 64
"""Gaussian that takes the finest noise off, as a share of the side."""
FOCUS = 0.3
"""Standard deviation of the weights of a window's cells about its middle, as a share of the window."""
FLAT = 0.07
"""Standard deviation, in those of the whole grid, below which a window has hardly anything to compare."""


@dataclass(frozen=True)
class Parts:
    """Square windows of grids (n, s, s)."""

    grids: FloatArray
    halved: FloatArray
    """The grids, two cells to one along each axis."""
    width: int
    """Side of a window in cells, even."""
    hop: int
    """Even, too."""

    @classmethod
    def of(cls, grids: FloatArray) -> Parts:
        """Of grids of mean 0 and standard deviation 1, an even number of cells, at least 32, along each of two axes."""
        side = grids.shape[1]
        smoothed = smooth(grids, BLUR * side)
        halved = along_axes(smoothed, [averaging(side, side // 2)] * 2)
        width, hop = (2 * max(1, round(0.5 * share * side)) for share in (WIDTH, HOP))
        return cls(smoothed, halved, width, hop)

    def __len__(self) -> int:
        return len(self.grids)

    @property
    def last(self) -> int:
        """Largest row or column at which a window can begin."""
        return int(self.grids.shape[1]) - self.width

    def places(self) -> IntArray:
        """(p, 2) rows and columns at which the windows for candidates begin."""
        begins = range(0, self.last + 1, self.hop)
        return np.array(list(product(begins, begins)), np.int64)

    def coarse(self, place: IntArray) -> FloatArray:
        """(n, width² / 4) the window that begins at `place` of every grid, two cells to one along each axis."""
        row, column = (int(x) // 2 for x in place)
        half = self.width // 2
        cells = self.halved[:, row : row + half, column : column + half]
        return _described(cells.reshape(len(self), -1), half)

    def at(self, which: IntArray, place: IntArray) -> FloatArray:
        """(m, width²) of grids `which` (m,) the windows that begin at `place` (m, 2), moved into the grid."""
        row, column = np.clip(place, 0, self.last).T
        windows = sliding_window_view(self.grids, (self.width, self.width), axis=(1, 2))
        return _described(windows[which, row, column].reshape(len(which), -1), self.width)


def distance(left: FloatArray, right: FloatArray) -> FloatArray:
    """Squared distance between described windows: 2 (1 − correlation) where neither is flat, [0, 4]."""
    return np.asarray(np.square(left - right).sum(axis=-1))


def _described(cells: FloatArray, width: int) -> FloatArray:
    """Weighted towards the middle, less their mean, brought to length 1 as far as they are not flat."""
    across = np.exp(-0.5 * np.square((np.arange(width) - 0.5 * (width - 1)) / (FOCUS * width)))
    weight = np.outer(across, across).ravel()
    weight /= weight.sum()
    centred = (cells - (cells @ weight)[:, None]) * np.sqrt(weight)
    length = np.sqrt(np.square(centred).sum(axis=1, keepdims=True) + FLAT**2)
    return np.asarray(centred / length)
