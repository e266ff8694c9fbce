"""Zones: connected voxels that share a grey level (PyRadiomics' class `glszm`)."""

from __future__ import annotations

import numpy as np

from gan_audit.radiomics.block import Block
from gan_audit.radiomics.cells import Cells, emphases, filled
from gan_audit.types import BoolArray, FloatArray, IntArray

NAMES = {
    "GrayLevelNonUniformity": "Level",
    "GrayLevelNonUniformityNormalized": "LevelNormalized",
    "GrayLevelVariance": "LevelVariance",
    "HighGrayLevelZoneEmphasis": "High",
    "LargeAreaEmphasis": "LongEmphasis",
    "LargeAreaHighGrayLevelEmphasis": "LongHigh",
    "LargeAreaLowGrayLevelEmphasis": "LongLow",
    "LowGrayLevelZoneEmphasis": "Low",
    "SizeZoneNonUniformity": "Size",
    "SizeZoneNonUniformityNormalized": "SizeNormalized",
    "SmallAreaEmphasis": "ShortEmphasis",
    "SmallAreaHighGrayLevelEmphasis": "ShortHigh",
    "SmallAreaLowGrayLevelEmphasis": "ShortLow",
    "ZoneEntropy": "Entropy",
    "ZonePercentage": "Percentage",
    "ZoneVariance": "SizeVariance",
}


def glszm(block: Block) -> dict[str, FloatArray]:
    """16 features, each (n,), of the zones that touch over a side, an edge or a corner.

    Source: Thibault et al., Pattern Recognition and Information Processing (2009), as PyRadiomics 3.0.1 defines them.
    """
    place, size = _zones(block)
    most = int(np.prod(block.shape)) + 1
    key, count = filled(place * most + size, len(block.regions) * (block.top + 1) * most)
    image_level, size = np.divmod(key, most)
    image, level = np.divmod(image_level, block.top + 1)
    found = emphases(Cells(image, level, size, count, len(block.regions)))
    return {name: found[key] for name, key in NAMES.items()}


def _zones(block: Block) -> tuple[IntArray, IntArray]:
    """Image and level (as in `image_level`) and number of voxels of every zone.

    The voxels are first taken together to runs along the last axis; runs that touch are then united.
    """
    right = block.same[0, 0, 1]
    left = _behind(right)
    first = block.inside & ~left
    start = np.flatnonzero(first)
    length = np.flatnonzero(block.inside & ~right) - start + 1
    run: IntArray = np.cumsum(first, dtype=np.int64) - 1
    root = unite(len(start), *_touching(block, right, left, run))
    size = np.bincount(root, weights=length, minlength=len(start))
    zones = np.flatnonzero(size != 0)
    return block.image_level[start[zones]], size[zones].astype(np.int64)


def _touching(block: Block, right: BoolArray, left: BoolArray, run: IntArray) -> tuple[IntArray, IntArray]:
    """Pairs of runs of one level in neighbouring rows, each pair about once."""
    ones, others = [], []
    for deep, down, across in block.steps:
        if across or not (deep or down):
            continue
        straight = block.same[deep, down, 0]
        links = {
            0: straight & ~_behind(straight & right),
            1: block.same[deep, down, 1] & ~(straight | right),
            -1: block.same[deep, down, -1] & ~(straight | left),
        }
        for sideways, flags in links.items():
            place = np.flatnonzero(flags)
            ones.append(run.take(place))
            others.append(run.take(place + block.step((deep, down, sideways))))
    return np.concatenate(ones), np.concatenate(others)


def unite(number: int, one: IntArray, other: IntArray) -> IntArray:
    """The smallest member of each member's connected set, (number,); one, other: pairs that belong together."""
    root = np.arange(number)
    while len(one):
        root[np.maximum(one, other)] = np.minimum(one, other)
        while True:
            shorter = root.take(root)
            if np.array_equal(shorter, root):
                break
            root = shorter
        one, other = root.take(one), root.take(other)
        apart = np.flatnonzero(one != other)
        one, other = one.take(apart), other.take(apart)
    return root


def _behind(flags: BoolArray) -> BoolArray:
    """The flags of the place before each."""
    moved = np.empty_like(flags)
    moved[0] = False
    moved[1:] = flags[:-1]
    return moved
