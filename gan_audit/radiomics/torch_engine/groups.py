"""Which regions are worked on together: alike in shape and levels, as many as the memory holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

from gan_audit.radiomics.offsets import offsets
from gan_audit.radiomics.region import Region
from gan_audit.radiomics.settings import RadiomicsSettings
from gan_audit.radiomics.torch_engine.grid import padded

BYTES = {"cpu": 1 << 26, "cuda": 1 << 31}
"""Of a block, about: on a CPU little enough to stay near the caches, on a GPU enough to keep it busy."""
LARGE = 1 << 15
"""Voxels from which on a region pays for its own calls, and is not made larger to have company."""


@dataclass(frozen=True)
class RegionGroup:
    """Regions that share a padded shape and a number of levels."""

    places: list[int]
    shape: tuple[int, ...]
    """Room for each of them."""
    top: int
    """The largest of their grey levels."""

    def halves(self) -> tuple[RegionGroup, RegionGroup]:
        """The first and the second half; two regions at least."""
        middle = len(self.places) // 2
        return replace(self, places=self.places[:middle]), replace(self, places=self.places[middle:])


def groups(regions: Sequence[Region], rule: RadiomicsSettings, device: str) -> Iterator[RegionGroup]:
    """Every region in one group of about as many bytes as suit the device.

    Regions go together where neither their sides nor their levels differ by more than half: many calls become few.
    """
    alike: dict[tuple[tuple[int, ...], int], list[int]] = {}
    for place, region in enumerate(regions):
        alike.setdefault((_room(region.values.shape), _rounded(region.levels)), []).append(place)
    for (shape, _), places in alike.items():
        places.sort(key=lambda place: regions[place].levels, reverse=True)
        while places:
            top = regions[places[0]].levels
            step = max(1, BYTES[device] // bytes_of(shape, top, rule))
            yield RegionGroup(places[:step], shape, top)
            places = places[step:]


def bytes_of(shape: tuple[int, ...], top: int, rule: RadiomicsSettings) -> int:
    """Memory that one region needs on the device at most, about: places, co-occurrence and run-length matrices."""
    room, flat = padded(shape, rule), rule.force_2d or shape[0] == 1
    places = prod(room) * (128 + len(offsets((1,), flat)))
    pairs = 64 * len(offsets(rule.distances, flat)) * (top + 1) ** 2
    return places + pairs + 24 * len(offsets((1,), flat)) * (top + 1) * (max(room) + 1)


def _room(shape: tuple[int, ...]) -> tuple[int, ...]:
    if prod(shape) >= LARGE:
        return shape
    return tuple(size if size <= 1 else _rounded(size) for size in shape)


def _rounded(size: int) -> int:
    """4, 8, 12, 16, 24, 32, 48 and so on: at most half as much again, from 8 up."""
    step = 4
    while size > 4 * step:
        step *= 2
    return -(-size // step) * step
