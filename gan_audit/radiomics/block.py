"""Regions of one padded shape as flat arrays, in which a step to a neighbour is one addition to the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gan_audit.radiomics.offsets import Offset, offsets
from gan_audit.radiomics.region import Region
from gan_audit.radiomics.settings import Settings
from gan_audit.types import BoolArray, FloatArray, IntArray

VOXELS = 1 << 18
"""Voxels of a block, about: enough to spread the cost of a call, few enough for a few tens of MB."""
CELLS = 1 << 18
"""Co-occurrence cells of a block, about."""
LARGE = 1 << 13
"""Voxels from which on a region's shape is not rounded up."""


@dataclass(frozen=True)
class Block:
    """n regions, padded at the end of each axis by the largest distance: an offset that leaves a region meets 0."""

    regions: Sequence[Region]
    shape: tuple[int, int, int]
    """Of a padded region."""
    top: int
    """Grey levels 1 to `top` have a place in the tables, the same for all regions."""
    rule: Settings
    level: np.ndarray[Any, Any]
    """Grey level of each place, 0 outside; n times the padded shape, flat, with a tail of zeros for the last steps."""
    size: int
    """Places without the tail."""
    image_level: IntArray
    """image x (top + 1) + level, for each place without the tail."""
    cache: dict[Any, Any] = field(default_factory=dict)

    def step(self, offset: Offset) -> int:
        """The offset as a difference of flat indices."""
        _, height, width = self.shape
        return (offset[0] * height + offset[1]) * width + offset[2]

    @property
    def steps(self) -> list[Offset]:
        """Half of the neighbours at distance 1: those that lie ahead in the flat order."""
        return offsets((1,), self.flat)

    @property
    def flat(self) -> bool:
        """Whether features are taken slice by slice."""
        return self.rule.force_2d or self.shape[0] == 1

    @property
    def inside(self) -> BoolArray:
        """Whether a place belongs to a region, without the tail."""
        found: BoolArray = self._once("inside", lambda: self.level[: self.size] > 0)
        return found

    @property
    def histogram(self) -> IntArray:
        """Voxels of each grey level, (n, top + 1); column 0 counts the places outside."""
        most = len(self.regions) * (self.top + 1)
        found: IntArray = self._once("histogram", lambda: np.bincount(self.image_level, minlength=most))
        return found.reshape(len(self.regions), -1)

    @property
    def same(self) -> dict[Offset, BoolArray]:
        """For each step: whether a place and the one a step ahead lie in the region and have one grey level."""
        return dict(zip(self.steps, self.same_stacked, strict=True))

    @property
    def same_stacked(self) -> BoolArray:
        """The flags of `same`, (steps, places)."""
        found: BoolArray = self._once("same", self._same)
        return found

    def _same(self) -> BoolArray:
        found = np.empty((len(self.steps), self.size), dtype=bool)
        here = self.level[: self.size]
        for row, step in zip(found, map(self.step, self.steps), strict=True):
            np.equal(here, self.level[step : step + self.size], out=row)
            np.logical_and(row, self.inside, out=row)
        return found

    def pairs(self, offset: Offset) -> IntArray:
        """(n, top + 1, top + 1): how often a place of one level has one of another level an offset ahead."""
        found: IntArray = self._once(offset, lambda: self._pairs(self.step(offset)))
        return found

    def _pairs(self, step: int) -> IntArray:
        levels = self.top + 1
        row = self._once("row", lambda: self.image_level * levels)
        key = row + self.level[step : step + self.size]
        table = np.bincount(key, minlength=len(self.regions) * levels * levels)
        found: IntArray = table.reshape(len(self.regions), levels, levels)
        return found

    def _once(self, key: Any, make: Any) -> Any:
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]


def blocks(regions: Sequence[Region], rule: Settings) -> Iterator[tuple[list[int], Block]]:
    """Blocks of regions alike in padded shape and in number of levels, and their places in `regions`.

    Shape and levels are rounded up by a rule that looks at one region alone, so that a region's numbers do not depend
    on its company.
    """
    groups: dict[tuple[tuple[int, ...], int], list[int]] = {}
    for place, region in enumerate(regions):
        groups.setdefault((_padded(region.values.shape), _rounded(region.levels, 4)), []).append(place)
    for (shape, top), places in groups.items():
        most = max(1, min(VOXELS // int(np.prod(shape)), CELLS // (top + 1) ** 2))
        for start in range(0, len(places), most):
            chosen = places[start : start + most]
            yield chosen, _block([regions[place] for place in chosen], shape, top, rule)


def _padded(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A large region pays for its own calls: it is not made larger to have company."""
    if int(np.prod(shape)) >= LARGE:
        return shape
    return tuple(size if size <= 1 else _rounded(size, 4) for size in shape)


def _rounded(size: int, step: int) -> int:
    while size > 16 * step:
        step *= 2
    return -(-size // step) * step


def _block(regions: list[Region], shape: tuple[int, ...], top: int, rule: Settings) -> Block:
    margin = max(rule.distances)
    flat = rule.force_2d or shape[0] == 1
    padded = (shape[0] + (0 if flat else margin), shape[1] + margin, shape[2] + margin)
    places = len(regions) * int(np.prod(padded))
    tail = (margin * (0 if flat else padded[1]) + margin) * padded[2] + margin
    level = np.zeros(places + tail, dtype=np.uint8 if top < 256 else np.uint16)
    grid = level[:places].reshape(len(regions), *padded)
    _fill(grid, regions)
    base = np.arange(len(regions), dtype=np.int64) * (top + 1)
    image_level = np.add(grid.reshape(len(regions), -1), base[:, None], dtype=np.int64).ravel()
    return Block(regions, padded, top, rule, level, places, image_level)


def _fill(grid: np.ndarray[Any, Any], regions: list[Region]) -> None:
    """Writes the grey levels of each region into its part of the grid."""
    for part, region in zip(grid, regions, strict=True):
        depth, height, width = region.values.shape
        part[:depth, :height, :width] = _levels(region)


def _levels(region: Region) -> IntArray:
    """Grey levels from 1, 0 outside: a guess by division, put right where rounding led over an edge."""
    edges = region.edges
    width = edges[1] - edges[0]
    guess = np.subtract(region.values, edges[0])
    guess /= width
    if region.mask is not None:
        guess[~region.mask] = 0
    place: IntArray = guess.astype(np.int64)
    if not _exact(edges, region.values):
        np.minimum(place, len(edges) - 2, out=place)
        place += (region.values >= edges[place + 1]).astype(np.int64) - (region.values < edges[place])
    place += 1
    if region.mask is not None:
        place *= region.mask
    return place


def _exact(edges: FloatArray, values: FloatArray) -> bool:
    """Whether edges and values are whole, small numbers: the division then never crosses an edge."""
    even = edges[-1] - edges[-2] == edges[1] - edges[0]
    whole = even and float(edges[0]).is_integer() and float(edges[1]).is_integer() and abs(edges[0]) < 2**31
    return bool(whole and np.array_equal(values, np.rint(values)))
