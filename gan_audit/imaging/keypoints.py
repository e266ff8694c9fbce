"""Places in grids that are brighter or darker than what is round them, and how they look: wherever they may lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter

from gan_audit.imaging.patches import Patches, described, even, unit, windows
from gan_audit.imaging.separable import smooth
from gan_audit.types import FloatArray, IntArray, Single

NARROW, WIDE = 0.8 / 64, 1.6 / 64
"""Gaussians of which the difference is taken, as shares of the side."""
FAINT = 0.003
"""Difference, in standard deviations of the grid, from which a peak counts."""
STRONGEST = 64
"""Peaks of either sign that count, the strongest, in a grid of 64 cells a side; of finer ones in proportion."""
LOOK = 10 / 64
"""Side of the window that is compared, as a share of the grid's; two cells to one along each axis."""
BLOCK = 256


@dataclass(frozen=True)
class Keypoints:
    """Local peaks of the difference of two Gaussians (Lowe 2004, section 3), of one sign: they move with the image."""

    grid: IntArray
    """(b,) in which grid."""
    middle: IntArray
    """(b, 2) row and column."""
    look: Single
    """(b, d) the window about it as `patches.described` gives it."""

    def __len__(self) -> int:
        return len(self.grid)

    @classmethod
    def of(cls, parts: Patches, sign: int) -> Keypoints:
        """The bright ones of all grids for sign 1, the dark ones for −1, in the order of the grids."""
        found = list(_in_blocks(parts.grids, sign))
        return cls(*(np.concatenate([block[column] for block in found]) for column in range(3)))


def _in_blocks(grids: FloatArray, sign: int) -> Iterator[tuple[IntArray, IntArray, Single]]:
    width = even(LOOK * unit(grids.shape[1]))
    for start in range(0, len(grids), BLOCK):
        block = grids[start : start + BLOCK]
        which, *places = np.nonzero(_peaks(block, sign, width // 2))
        middle = np.stack(places, axis=1)
        seen = windows(block, which, middle, width)
        coarse = seen.reshape(len(seen), width // 2, 2, width // 2, 2).mean(axis=(2, 4))
        yield which + start, middle, described(coarse).astype(np.float32)


def _peaks(grids: FloatArray, sign: int, margin: int) -> FloatArray:
    """Where no neighbour stands out more, at least `margin` cells from the edge."""
    side, scale = grids.shape[1], unit(grids.shape[1])
    difference = sign * (smooth(grids, NARROW * scale) - smooth(grids, WIDE * scale))
    peaks = (difference == maximum_filter(difference, size=(1, 3, 3))) & (difference > FAINT)
    inner = np.zeros_like(peaks)
    inner[:, margin : side - margin, margin : side - margin] = True
    strength = np.where(peaks & inner, difference, 0.0).reshape(len(grids), -1)
    most = min(strength.shape[1], round(STRONGEST * side / scale))
    weakest = np.partition(strength, -most, axis=1)[:, -most, None, None]
    return np.asarray(peaks & inner & (difference >= weakest))
