"""Sums along the diagonals of many small matrices."""

from __future__ import annotations

import numpy as np

from gan_audit.types import FloatArray


def diagonals(both: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sums of symmetric matrices over i + j, (..., 2 levels - 1), and over |i - j|, (..., levels).

    Rows laid twice as wide, read as rows one narrower or wider, bring the diagonals into columns.
    """
    *lead, levels, _ = both.shape
    wide = np.zeros((*lead, levels, 2 * levels))
    wide[..., :levels] = both
    line = wide.reshape(*lead, -1)
    sums = line[..., : levels * (2 * levels - 1)].reshape(*lead, levels, 2 * levels - 1).sum(axis=-2)
    rows = line[..., : (levels - 1) * (2 * levels + 1)].reshape(*lead, levels - 1, 2 * levels + 1)[..., :levels]
    differences = rows.sum(axis=-2)
    differences[..., 0] += both[..., -1, -1]
    differences[..., 1:] *= 2
    return sums, differences
