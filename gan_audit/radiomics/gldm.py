"""Dependences: neighbours whose grey level differs by no more than a bound (PyRadiomics' class `gldm`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gan_audit.radiomics.block import Block
from gan_audit.radiomics.count_matrices import Cells, emphases, filled
from gan_audit.radiomics.offsets import offsets
from gan_audit.types import BoolArray, FloatArray

NAMES = {
    "DependenceEntropy": "Entropy",
    "DependenceNonUniformity": "Size",
    "DependenceNonUniformityNormalized": "SizeNormalized",
    "DependenceVariance": "SizeVariance",
    "GrayLevelNonUniformity": "Level",
    "GrayLevelVariance": "LevelVariance",
    "HighGrayLevelEmphasis": "High",
    "LargeDependenceEmphasis": "LongEmphasis",
    "LargeDependenceHighGrayLevelEmphasis": "LongHigh",
    "LargeDependenceLowGrayLevelEmphasis": "LongLow",
    "LowGrayLevelEmphasis": "Low",
    "SmallDependenceEmphasis": "ShortEmphasis",
    "SmallDependenceHighGrayLevelEmphasis": "ShortHigh",
    "SmallDependenceLowGrayLevelEmphasis": "ShortLow",
}


def gldm(block: Block) -> dict[str, FloatArray]:
    """14 features, each (n,), of how many neighbours within the distances resemble each voxel.

    Source: Sun and Wee, Computer Vision, Graphics, and Image Processing 23 (1983), as PyRadiomics 3.0.1 defines them.
    """
    most = 2 * len(offsets(block.rule.distances, block.flat)) + 2
    alike: np.ndarray[Any, Any] = np.zeros(block.size, dtype=np.uint16 if most > 255 else np.uint8)
    for step, flags in _dependent(block):
        ones = flags.view(np.uint8)  # numbers are added faster than truth values
        alike += ones
        alike[step:] += ones[:-step]
    key = block.owner * most
    key += block.at(alike)
    key, count = filled(key + 1, len(block.regions) * (block.top + 1) * most)
    image_level, size = np.divmod(key, most)
    image, level = np.divmod(image_level, block.top + 1)
    real = level > 0
    found = emphases(Cells(image[real], level[real], size[real], count[real], len(block.regions)))
    return {name: found[key] for name, key in NAMES.items()}


def _dependent(block: Block) -> Iterator[tuple[int, BoolArray]]:
    """For each step ahead: whether a place and the one there lie in the region and resemble each other."""
    rule = block.rule
    if rule.dependence == 0 and rule.distances == (1,):
        yield from ((block.step(offset), flags) for offset, flags in block.same.items())
        return
    level = block.level.astype(np.int32)
    for step in map(block.step, offsets(rule.distances, block.flat)):
        here, there = level[: block.size], level[step : step + block.size]
        yield step, (np.abs(here - there) <= rule.dependence) & (here > 0) & (there > 0)
