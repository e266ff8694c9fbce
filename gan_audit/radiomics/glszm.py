"""Zones: connected voxels that share a grey level (PyRadiomics' class `glszm`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gan_audit.radiomics.block import Block
from gan_audit.radiomics.count_matrices import Cells, emphases, filled, truths
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
    first = block.inside > left
    start, stop = np.flatnonzero(first), np.flatnonzero(block.inside > right)
    run = np.cumsum(first, dtype=np.int32)
    run -= 1
    root = unite(len(start), *_touching(block, right, left, run))
    stop -= start
    stop += 1
    size = np.bincount(root, weights=stop, minlength=len(start))
    zones = np.flatnonzero(size != 0)
    return block.image_level.take(start.take(zones)), size.take(zones).astype(np.int64)


def _touching(block: Block, right: BoolArray, left: BoolArray, run: NDArray[np.int32]) -> tuple[IntArray, IntArray]:
    """Pairs of runs of one level in neighbouring rows, each pair about once. `a > b` of flags is a and not b."""
    ones, others = [], []
    for deep, down, across in block.steps:
        if across or not (deep or down):
            continue
        straight = block.same[deep, down, 0]
        links = {
            0: straight > _behind(straight & right),
            1: block.same[deep, down, 1] > (straight | right),
            -1: block.same[deep, down, -1] > (straight | left),
        }
        for sideways, flags in links.items():
            place = truths(flags)
            ones.append(run.take(place))
            place += block.step((deep, down, sideways))
            others.append(run.take(place))
    return np.concatenate(ones, dtype=np.int64), np.concatenate(others, dtype=np.int64)


def unite(number: int, one: IntArray, other: IntArray) -> IntArray:
    """The smallest member of each member's connected set, (number,); one, other: pairs that belong together."""
    root = np.arange(number)
    while len(one):
        high = np.maximum(one, other)
        root[high] = np.minimum(one, other)
        root = _settled(root, high)
        one, other = root.take(one), root.take(other)
        apart = np.flatnonzero(one != other)
        one, other = one.take(apart), other.take(apart)
    return _settled(root, root)


def _settled(root: IntArray, changed: IntArray) -> IntArray:
    """Each member's root's root and so on; only that of the changed members where they are few."""
    if 8 * len(changed) > len(root):
        while not np.array_equal(shorter := root.take(root), root):
            root = shorter
        return root
    parent = root.take(changed)
    while not np.array_equal(further := root.take(parent), parent):
        root[changed] = parent = further
    return root


def _behind(flags: BoolArray) -> BoolArray:
    """The flags of the place before each."""
    moved = np.empty_like(flags)
    moved[0] = False
    moved[1:] = flags[:-1]
    return moved
