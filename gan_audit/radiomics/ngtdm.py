"""Difference of each voxel from the mean of its neighbours (PyRadiomics' class `ngtdm`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audit.radiomics.block import Block
from gan_audit.types import FloatArray

Counts = NDArray[Any]


def ngtdm(block: Block) -> dict[str, FloatArray]:
    """5 features, each (n,): Busyness, Coarseness, Complexity, Contrast, Strength.

    Source: Amadasun and King, IEEE Transactions on Systems, Man, and Cybernetics 19 (1989), as PyRadiomics 3.0.1
    defines them: a voxel without a neighbour counts, with difference 0; a coarseness of 0 / 0 is 1e6.
    """
    number = block.histogram[:, 1:].astype(np.float64)
    voxels = number.sum(axis=1)
    p, s = number / voxels[:, None], _differences(block)
    level = np.arange(1.0, block.top + 1)
    present = (p > 0).astype(np.float64)
    kinds = present.sum(axis=1)
    mean = (p * level).sum(axis=1)
    spread = (p * np.square(level - mean[:, None])).sum(axis=1)
    strength = 2 * (kinds * spread + (present * np.square(level - mean[:, None])).sum(axis=1))
    total, product = s.sum(axis=1), (p * s).sum(axis=1)
    busy, complexity = _pairs(p, s, present, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "Busyness": np.where(busy > 0, product / busy, 0.0),
            "Coarseness": np.where(product > 0, 1 / product, 1e6),
            "Complexity": complexity / voxels,
            "Contrast": np.where(kinds > 1, 2 * spread * total / voxels / (kinds * (kinds - 1)), 0.0),
            "Strength": np.where(total > 0, strength / total, 0.0),
        }


def _pairs(p: FloatArray, s: FloatArray, present: FloatArray, level: FloatArray) -> tuple[FloatArray, FloatArray]:
    """|i p_i - j p_j| and |i - j| (p_i s_i + p_j s_j) / (p_i + p_j), summed over the pairs of levels that occur."""
    far = np.abs(level[:, None] - level)
    busy, complexity = np.empty(len(p)), np.empty(len(p))
    step = max(1, (1 << 15) // far.size)
    for start in range(0, len(p), step):
        part = slice(start, start + step)
        both = present[part, :, None] * present[part, None, :]
        scaled, moved = p[part] * level, p[part] * s[part]
        weight = p[part, :, None] + p[part, None, :]
        weight[both == 0] = 1
        busy[part] = (np.abs(scaled[:, :, None] - scaled[:, None, :]) * both).sum(axis=(1, 2))
        both *= far
        complexity[part] = (both * (moved[:, :, None] + moved[:, None, :]) / weight).sum(axis=(1, 2))
    return busy, complexity


def _differences(block: Block) -> FloatArray:
    """(n, levels): sum over the voxels of a level of |level - mean level of their neighbours within the distances|."""
    most = sum((2 * far + 1) ** (2 if block.flat else 3) for far in block.rule.distances)
    bits = most.bit_length()  # voxels are counted in the low bits, their levels summed above them
    level: Counts = block.level.astype(np.min_scalar_type(-((block.top + 1) * most << bits)))
    both = (level << bits) + np.minimum(level, 1)
    total = np.zeros_like(both[: block.size])
    for distance in block.rule.distances:
        total += _box(both, block, distance)
        total -= _box(both, block, distance - 1)
    total = block.at(total)
    number = total & ((1 << bits) - 1)
    total >>= bits
    apart = np.abs(block.at(level) * number - total) / np.maximum(number, 1).astype(np.float64)
    shape = len(block.regions), block.top + 1
    table = np.bincount(block.owner, weights=apart, minlength=shape[0] * shape[1])
    return table.reshape(shape)[:, 1:].astype(np.float64, copy=False)


def _box(values: Counts, block: Block, radius: int) -> Counts:
    """Sum over the box that reaches `radius` places along each axis."""
    for axis in ((0, 0, 1), (0, 1, 0), (1, 0, 0))[: 2 if block.flat else 3]:
        total = values.copy()
        for step in (far * block.step(axis) for far in range(1, radius + 1)):
            total[step:] += values[:-step]
            total[:-step] += values[step:]
        values = total
    return values[: block.size]
