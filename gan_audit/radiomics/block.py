"""Regions of one padded shape as flat arrays, in which a step to a neighbour is one addition to the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audit.radiomics.offsets import Offset, offsets
from gan_audit.radiomics.region import Region
from gan_audit.radiomics.settings import RadiomicsSettings
from gan_audit.types import BoolArray, FloatArray, IntArray

VOXELS = 1 << 18
"""Voxels of a block, about: enough to spread the cost of a call, few enough for a few tens of MB."""
CELLS = 1 << 18
"""Co-occurrence cells of a block, about."""
LARGE = 1 << 13
"""Number of voxels from which on a region is computed alone: padding it to a common shape costs more than it saves."""
MOSTLY = 0.85
"""Share of a block's places, from which on the others are not worth leaving out."""
Places = IntArray | slice


@dataclass(frozen=True)
class Block:
    """n regions, padded at the end of each axis by the largest distance: an offset that leaves a region meets 0."""

    regions: Sequence[Region]
    shape: tuple[int, int, int]
    """Of a padded region."""
    top: int
    """Grey levels 1 to `top` have a place in the tables, the same for all regions."""
    rule: RadiomicsSettings
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
    def places(self) -> Places:
        """The places that belong to a region, and few others: a slice of all where that wastes little time."""
        found: Places = self._once("places", self._places)
        return found

    def _places(self) -> Places:
        voxels = sum(region.count for region in self.regions)
        return slice(0, self.size) if voxels > MOSTLY * self.size else np.flatnonzero(self.inside)

    def at(self, values: np.ndarray[Any, Any], step: int = 0) -> np.ndarray[Any, Any]:
        """The values, of all places, at `places` or a step ahead of them."""
        ahead = values[step : step + self.size]
        return ahead[self.places] if isinstance(self.places, slice) else ahead.take(self.places)

    @property
    def owner(self) -> IntArray:
        """`image_level` at `places`."""
        found: IntArray = self._once("owner", lambda: self.at(self.image_level))
        return found

    @property
    def histogram(self) -> IntArray:
        """Voxels of each grey level, (n, top + 1); column 0 counts nothing in particular."""
        most = len(self.regions) * (self.top + 1)
        found: IntArray = self._once("histogram", lambda: np.bincount(self.owner, minlength=most))
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
        row = self._once("row", lambda: self.owner * levels)
        wide = self._once("wide", lambda: self.level.astype(np.int64))
        key = self.at(wide, step) + row
        table = np.bincount(key, minlength=len(self.regions) * levels * levels)
        found: IntArray = table.reshape(len(self.regions), levels, levels)
        return found

    def _once(self, key: Any, make: Any) -> Any:
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]


def blocks(regions: Sequence[Region], rule: RadiomicsSettings) -> Iterator[tuple[list[int], Block]]:
    """Blocks of regions alike in padded shape and in number of levels, and their places in `regions`.

    Shape and levels are rounded up by a rule that looks at one region alone, so that a region's numbers do not depend
    on its company.
    """
    groups: dict[tuple[tuple[int, ...], int], list[int]] = {}
    for place, region in enumerate(regions):
        large = region.values.size >= LARGE
        shape = region.values.shape if large else _padded(region.values.shape)
        groups.setdefault((shape, _rounded(region.levels, 4 if large else 8)), []).append(place)
    for (shape, top), places in groups.items():
        most = max(1, min(VOXELS // int(np.prod(shape)), CELLS // (top + 1) ** 2))
        for start in range(0, len(places), most):
            chosen = places[start : start + most]
            yield chosen, _block([regions[place] for place in chosen], shape, top, rule)


def _padded(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size if size <= 1 else _rounded(size, 4) for size in shape)


def _rounded(size: int, step: int) -> int:
    while size > 16 * step:
        step *= 2
    return -(-size // step) * step


def _block(regions: list[Region], shape: tuple[int, ...], top: int, rule: RadiomicsSettings) -> Block:
    margin = max(rule.distances)
    flat = rule.force_2d or shape[0] == 1
    padded = (shape[0] + (0 if flat else margin), shape[1] + margin, shape[2] + margin)
    places = len(regions) * int(np.prod(padded))
    tail = (margin * (0 if flat else padded[1]) + margin) * padded[2] + margin
    level = np.zeros(places + tail, dtype=np.uint8 if top < 256 else np.uint16)
    grid = level[:places].reshape(len(regions), *padded)
    fill(grid, regions)
    base = np.arange(len(regions), dtype=np.int64) * (top + 1)
    image_level = np.add(grid.reshape(len(regions), -1), base[:, None], dtype=np.int64).ravel()
    return Block(regions, padded, top, rule, level, places, image_level)


def fill(grid: np.ndarray[Any, Any], regions: Sequence[Region]) -> None:
    """Writes the grey levels of each region, from 1, into its part of the grid, (n, D, H, W), of zeros."""
    for part, region in zip(grid, regions, strict=True):
        depth, height, width = region.values.shape
        levels: np.ndarray[Any, Any] = _levels(region.inside, region.edges)
        if region.mask is not None:
            box = np.zeros(region.values.size, dtype=grid.dtype)
            box[region.places] = levels
            levels = box
        part[:depth, :height, :width] = levels.reshape(region.values.shape)


def _levels(values: FloatArray, edges: FloatArray) -> NDArray[np.int32]:
    """Grey levels from 1: a guess by division, put right where rounding led over an edge."""
    guess = np.subtract(values, edges[0])
    guess /= edges[1] - edges[0]
    place: NDArray[np.int32] = guess.astype(np.int32)
    if not _exact(edges, values):
        np.minimum(place, len(edges) - 2, out=place)
        above, below = values >= edges[place + 1], values < edges[place]
        place += above
        place -= below
    place += 1
    return place


def _exact(edges: FloatArray, values: FloatArray) -> bool:
    """Whether edges and values are whole, small numbers: the division then never crosses an edge."""
    even = edges[-1] - edges[-2] == edges[1] - edges[0]
    whole = even and float(edges[0]).is_integer() and float(edges[1]).is_integer() and abs(edges[0]) < 2**31
    return bool(whole and (values == np.rint(values)).all())
