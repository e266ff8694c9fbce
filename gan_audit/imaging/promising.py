"""Which matches are worth proving, and how odd each one is: what is left of the detail on small grids."""

from __future__ import annotations

import numpy as np

from gan_audit.imaging.affine import Windows
from gan_audit.imaging.alignment import residual
from gan_audit.imaging.blocks import Agreement, agreement, white_noise
from gan_audit.imaging.laying import NOISIEST, STORAGE
from gan_audit.imaging.matching import BLUR, Matches, oriented, prepared
from gan_audit.types import FloatArray, IntArray

PROMISING = 0.2
"""Share of the detail that may be left on small grids, where window and curve are only roughly fitted."""


def detail(queries: FloatArray, base: FloatArray, levels: FloatArray, found: Matches, place: int) -> Agreement:
    """How much of the detail of each query its match in that place explains, on grids of 32 cells.

    queries (m, s, ...), base (n, s, ...): thumbnails in stored units; levels (m,): units of a query that count as one
    grey level. A query without a match has nothing explained.
    """
    rows = np.flatnonzero(found.row[:, place] >= 0)
    m = len(queries)
    result = Agreement(np.ones(m), np.ones(m), np.zeros(m, np.int64), np.zeros(m, np.int64))
    if len(rows):
        seen = _agreement(queries, base, levels, found, rows, place)
        for name, values in vars(result).items():
            values[rows] = getattr(seen, name)
    return result


def _agreement(
    queries: FloatArray, base: FloatArray, levels: FloatArray, found: Matches, rows: IntArray, place: int
) -> Agreement:
    match = found.row[rows, place]
    windows = Windows(found.matrix[rows, place], found.middle[rows, place])
    left = oriented(prepared(standardized(queries[rows])), found.orientation[rows, place])
    rest, inside = residual(left, prepared(standardized(base[match])), windows)
    contrast = _deviation(queries[rows]) / levels[rows].reshape(-1, *[1] * (left.ndim - 1))
    noise = np.maximum(white_noise(queries[rows]) / levels[rows], _relative_noise(base[match]) * contrast.ravel())
    passed = min(1.0, float((2 * np.sqrt(np.pi) * BLUR * queries.shape[1]) ** ((1 - left.ndim) / 2)))
    return agreement(
        left * contrast, rest.reshape(left.shape) * contrast, inside.reshape(left.shape),
        passed * np.minimum(noise, NOISIEST), passed * STORAGE,
    )  # fmt: skip


def standardized(grids: FloatArray) -> FloatArray:
    """Grids (n, s, ...) of mean 0 and standard deviation 1."""
    axes = tuple(range(1, grids.ndim))
    return np.asarray((grids - grids.mean(axis=axes, keepdims=True)) / _deviation(grids))


def _deviation(grids: FloatArray) -> FloatArray:
    axes = tuple(range(1, grids.ndim))
    return np.asarray(np.maximum(grids.std(axis=axes, keepdims=True), np.finfo(float).tiny))


def _relative_noise(grids: FloatArray) -> FloatArray:
    return white_noise(grids) / _deviation(grids).ravel()
