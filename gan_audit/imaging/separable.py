"""Linear maps along each axis of a stack of grids: smoothing, averaging, and looking at a window of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter1d

from gan_audit.types import FloatArray


def along_axes(grids: FloatArray, matrices: Sequence[FloatArray]) -> FloatArray:
    """Grids (n, s_1, ..., s_d), matrices[k] (t_k, s_k), or one for each grid (n, t_k, s_k), applied along axis k."""
    for matrix in matrices:
        mapped = matrix @ grids.reshape(*grids.shape[:2], -1)
        grids = np.moveaxis(mapped.reshape(*mapped.shape[:2], *grids.shape[2:]), 1, -1)
    return np.ascontiguousarray(grids)


def smooth(grids: FloatArray, deviation: float) -> FloatArray:
    """Gaussian filter of `deviation` cells along every axis, the edge repeated."""
    return along_axes(grids, [smoothing(side, deviation) for side in grids.shape[1:]])


@lru_cache(maxsize=64)
def smoothing(side: int, deviation: float) -> FloatArray:
    """(side, side): Gaussian filter."""
    return _constant(gaussian_filter1d(np.eye(side), deviation, axis=0, mode="nearest"))


@lru_cache(maxsize=64)
def averaging(side: int, target: int) -> FloatArray:
    """(target, side): means over side / target cells each, which must be a whole number."""
    return _constant(np.kron(np.eye(target), np.full((1, side // target), target / side)))


def interpolation(side: int, places: FloatArray) -> FloatArray:
    """(..., t, side): linear interpolation at places (..., t), in cells from the first one's middle; edges repeated."""
    distance = np.abs(np.clip(places, 0, side - 1)[..., None] - np.arange(side))
    return np.asarray(np.clip(1 - distance, 0, None))


def window(side: int, centre: FloatArray, scale: FloatArray) -> FloatArray:
    """(n, side) places of a window `scale` (n,) times as wide as the axis, its middle moved by `centre` (n,) sides."""
    middle = 0.5 * (side - 1)
    steps = np.arange(side) - middle
    return np.asarray(middle + side * centre[:, None] + scale[:, None] * steps)


def _constant(matrix: FloatArray) -> FloatArray:
    matrix.setflags(write=False)
    return matrix
