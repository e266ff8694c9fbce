"""Thumbnails as the search for one picture under two names takes them: smoothed, on two grids, with their noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from gan_audit.imaging.block_agreement import white_noise
from gan_audit.imaging.separable import along_axes, averaging, smooth
from gan_audit.types import FloatArray, IntArray

SIDE = 32
"""Cells along each axis at most of the finer grids that are aligned; the coarser ones have half as many."""
BLUR = 1.5 / 64
"""Gaussian that takes noise and block artefacts off first, as a share of the side."""
WIDER = 3 / 64
"""The same for the coarser grids: it reaches farther."""


@dataclass(frozen=True)
class Pictures:
    """n thumbnails."""

    points: FloatArray
    """(n, s, ...) of mean 0 and standard deviation 1."""
    fine: FloatArray
    """(n, SIDE, ...) smoothed by BLUR."""
    coarse: FloatArray
    """(n, SIDE / 2, ...) smoothed by WIDER."""
    contrast: FloatArray
    """(n,) standard deviation of the thumbnail, in grey levels of 255."""
    noise: FloatArray
    """(n,) standard deviation of the white noise of the image's pixels, as a share of that of the thumbnail."""
    kept: FloatArray
    """(n,) share of that noise that is left on the finer grids."""

    @classmethod
    def of(cls, grids: FloatArray, levels: FloatArray | None = None, widths: IntArray | None = None) -> Self:
        """Of thumbnails (n, s, ...) in stored units.

        levels (n,): units that count as one grey level of 255, 1 by default. widths (n,): pixels along the longest side
        of the image, s by default: where they are fewer, noise is not white from cell to cell.
        """
        n, cells = grids.shape[:2]
        axes = tuple(range(1, grids.ndim))
        widths = np.full(n, cells) if widths is None else widths
        deviation = np.maximum(grids.std(axis=axes), np.finfo(float).tiny)
        points = (grids - grids.mean(axis=axes, keepdims=True)) / deviation.reshape(-1, *[1] * len(axes))
        contrast = deviation if levels is None else deviation / levels
        kept = surviving(grids.ndim - 1, np.minimum(widths, cells))
        return cls(points, fine(points), _reduced(smooth(points, WIDER * cells), SIDE // 2), contrast,
                   _noise(points, widths), kept)  # fmt: skip

    def __len__(self) -> int:
        return len(self.points)

    def take(self, rows: IntArray) -> Pictures:
        """Those alone."""
        return Pictures(*(value[rows] for value in vars(self).values()))


def fine(grids: FloatArray) -> FloatArray:
    """Grids (n, s, ...) smoothed and brought down to SIDE cells along each axis where they have a multiple of that."""
    return _reduced(smooth(grids, BLUR * grids.shape[1]), SIDE)


def surviving(axes: int, side: IntArray | int) -> FloatArray:
    """Share of the standard deviation of white noise, of so many values a side, that `fine` leaves."""
    return np.asarray(np.minimum(1.0, (2 * np.sqrt(np.pi) * BLUR * np.asarray(side)) ** (-axes / 2)))


def _noise(points: FloatArray, widths: IntArray) -> FloatArray:
    apart = np.maximum(1, -(-points.shape[1] // widths))
    found = np.zeros(len(points))
    for step in np.unique(apart):
        found[apart == step] = white_noise(points[apart == step], apart=int(step))
    return found


def _reduced(grids: FloatArray, target: int) -> FloatArray:
    sides = grids.shape[1:]
    if any(side <= target or side % target for side in sides):
        return grids
    return along_axes(grids, [averaging(side, target) for side in sides])
