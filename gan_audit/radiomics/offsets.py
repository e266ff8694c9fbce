"""Steps from a voxel to its neighbours."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

Offset = tuple[int, int, int]
"""Along (z, y, x), in voxels."""


@lru_cache(maxsize=64)
def offsets(distances: tuple[int, ...], flat: bool) -> list[Offset]:
    """Half of the offsets whose largest component is one of the distances, each before its opposite in flat order.

    flat: within one slice, the first component is 0.
    """
    reach = range(-max(distances), max(distances) + 1)
    every = product((0,) if flat else reach, reach, reach)
    return [offset for offset in every if offset > (0, 0, 0) and max(map(abs, offset)) in distances]


def single(box: tuple[int, ...], distances: tuple[int, ...], flat: bool, weighting: str | None) -> bool:
    """Whether PyRadiomics works with one direction, or with one sum of all: it then never drops an empty one."""
    return weighting is not None or len(within(box, distances, flat)) == 1


def within(box: tuple[int, ...], distances: tuple[int, ...], flat: bool) -> list[Offset]:
    """Those that do not lead from one side of the box beyond the other: PyRadiomics' directions."""
    most = max(distances) + 1
    return _within(tuple(min(size, most) for size in box), distances, flat)


@lru_cache(maxsize=256)
def _within(box: tuple[int, ...], distances: tuple[int, ...], flat: bool) -> list[Offset]:
    return [
        offset
        for offset in offsets(distances, flat)
        if all(abs(part) < size for part, size in zip(offset, box, strict=True))
    ]
