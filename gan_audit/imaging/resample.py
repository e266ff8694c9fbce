"""Resizing by one small weight matrix for each axis: exact, in float64, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from gan_audit.types import FloatArray


@lru_cache(maxsize=256)
def area_weights(size: int, target: int) -> FloatArray:
    """(target, size): row i averages the stretch [i, i + 1) * size / target, each pixel by the part that it covers."""
    edges = np.arange(target + 1) * (size / target)
    pixels = np.arange(size)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return _rows_sum_to_one(np.clip(covered, 0, None))


@lru_cache(maxsize=256)
def linear_weights(size: int, target: int) -> FloatArray:
    """(target, size): linear interpolation, widened to a triangle of the new pixel's width where it shrinks."""
    step = size / target
    centres = (np.arange(target) + 0.5) * step - 0.5
    distance = np.abs(centres[:, None] - np.arange(size)) / max(step, 1.0)
    return _rows_sum_to_one(np.clip(1 - distance, 0, None))


def averaged(values: FloatArray, side: int) -> FloatArray:
    """Values over any axes on a grid of `side` cells along each of them, by area."""
    return resample(values, [area_weights(size, side) for size in values.shape])


def resample(array: FloatArray, matrices: Sequence[FloatArray]) -> FloatArray:
    """Applies matrices[k] along axis k; further axes (channels) are left alone."""
    for axis, matrix in enumerate(matrices):
        if matrix.shape[0] != matrix.shape[1]:
            array = np.moveaxis(np.tensordot(matrix, array, axes=(1, axis)), 0, axis)
    return array


def _rows_sum_to_one(weights: FloatArray) -> FloatArray:
    result: FloatArray = weights / weights.sum(axis=1, keepdims=True)
    result.setflags(write=False)
    return result
