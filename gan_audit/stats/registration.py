"""Thumbnails turned, mirrored and shifted onto each other, and how well they then agree."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gan_audit.types import FloatArray, IntArray

Scalar = TypeVar("Scalar", bound=np.generic)

ORIENTATIONS = (
    "as it is",
    "rotated by 90°",
    "rotated by 180°",
    "rotated by 270°",
    "mirrored",
    "mirrored and rotated by 90°",
    "mirrored and rotated by 180°",
    "mirrored and rotated by 270°",
)
"""The symmetries of a square, in the order of `orient`; mirrored means left and right exchanged."""


def orient(grids: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """Grids (n, ..., s, s) turned in the plane of the last two axes by the orientation of that number."""
    flipped = grids[..., ::-1] if orientation >= 4 else grids
    return np.asarray(np.rot90(flipped, orientation % 4, axes=(-2, -1)))


def shrink(grids: FloatArray, factor: int) -> FloatArray:
    """Block means over `factor` cells along every axis but the first, each grid then with mean 0 and length 1."""
    for axis in range(1, grids.ndim):
        shape = (*grids.shape[:axis], grids.shape[axis] // factor, factor, *grids.shape[axis + 1 :])
        grids = grids.reshape(shape).mean(axis=axis + 1)
    return unit_rows(grids.reshape(len(grids), -1))


def unit_rows(rows: FloatArray) -> FloatArray:
    """Rows (n, d) with mean 0 and length 1, so that their dot products are correlations; flat rows become 0."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=length > 0))


def best_correlation(left: FloatArray, right: FloatArray, reach: int) -> tuple[FloatArray, IntArray]:
    """Correlation in [−1, 1] of each pair of grids left[i], right[i] (n, s, ...) at its best shift, and that shift.

    The shift, up to `reach` cells along each axis, is where the circular cross-correlation peaks; the correlation
    is then taken over the cells that overlap, with their own means and lengths (Lewis 1995). shift (n, axes): cells
    by which right has to move to lie on left.
    """
    shifts = _peaks(left, right, reach)
    scores = np.empty(len(left))
    for shift in np.unique(shifts, axis=0):
        rows = np.flatnonzero((shifts == shift).all(axis=1))
        here = tuple(slice(max(0, d), min(s, s + d)) for d, s in zip(shift, left.shape[1:], strict=True))
        there = tuple(slice(max(0, -d), min(s, s - d)) for d, s in zip(shift, left.shape[1:], strict=True))
        first, second = (
            unit_rows(x[rows][(slice(None), *part)].reshape(len(rows), -1))
            for x, part in ((left, here), (right, there))
        )
        scores[rows] = np.einsum("ij,ij->i", first, second)
    return np.clip(scores, -1.0, 1.0), shifts


def _peaks(left: FloatArray, right: FloatArray, reach: int) -> IntArray:
    axes = tuple(range(1, left.ndim))
    shape = left.shape[1:]
    spectrum = np.fft.rfftn(left, axes=axes) * np.conj(np.fft.rfftn(right, axes=axes))
    correlation = np.fft.irfftn(spectrum, s=shape, axes=axes)
    window = np.r_[0 : reach + 1, -reach:0]
    near = correlation[np.ix_(np.arange(len(left)), *(window for _ in axes))]
    best = near.reshape(len(left), -1).argmax(axis=1)
    places = np.unravel_index(best, near.shape[1:])
    return np.stack([window[place] for place in places], axis=1)


def describe(orientation: int, shift: IntArray) -> str:
    """What made `right` of `left`, in words, when left was turned by `orientation` and right then moved by `shift`."""
    undone = {1: 3, 3: 1}.get(orientation, orientation)
    words = [ORIENTATIONS[undone]] if undone else []
    return ", ".join(words + ["shifted"] * bool(np.any(shift))) or "in place"
