"""Regions of one padded shape on a device, as flat tensors in which a step to a neighbour is one addition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gan_audit.radiomics.offsets import Offset, offsets
from gan_audit.radiomics.region import Region
from gan_audit.radiomics.settings import RadiomicsSettings
from gan_audit.radiomics.torch_engine.counting import counted

if TYPE_CHECKING:
    from torch import Tensor

Extent = tuple[int, int, int]


@dataclass(frozen=True)
class RegionGrid:
    """n regions, padded at the end of each axis by the largest distance: an offset that leaves a region meets 0."""

    regions: Sequence[Region]
    shape: Extent
    """Of a padded region."""
    top: int
    """Grey levels 1 to `top` have a place in the tables, the same for all regions."""
    rule: RadiomicsSettings
    values: Tensor
    """(n, places of a padded region), float64; infinite outside the region."""
    level: Tensor
    """int32, the grey level of each place, 0 outside; flat, with a tail of zeros for the last steps."""

    @property
    def size(self) -> int:
        """Places without the tail."""
        return self.values.numel()

    @property
    def flat(self) -> bool:
        """Whether features are taken slice by slice."""
        return self.rule.force_2d or self.shape[0] == 1

    @property
    def steps(self) -> list[Offset]:
        """Half of the neighbours at distance 1: those that lie ahead in the flat order."""
        return offsets((1,), self.flat)

    @property
    def reach(self) -> list[Offset]:
        """Half of the neighbours at the distances of the settings."""
        return offsets(self.rule.distances, self.flat)

    def step(self, offset: Offset) -> int:
        """The offset as a difference of flat indices."""
        _, height, width = self.shape
        return (offset[0] * height + offset[1]) * width + offset[2]

    def here(self) -> Tensor:
        """Grey levels without the tail."""
        return self.level[: self.size]

    def ahead(self, offset: Offset) -> Tensor:
        """The grey level an offset ahead of each place."""
        step = self.step(offset)
        return self.level[step : step + self.size]

    @cached_property
    def inside(self) -> Tensor:
        """Whether a place belongs to a region, without the tail."""
        return self.here() > 0

    @cached_property
    def image_level(self) -> Tensor:
        """int64, image x (top + 1) + level, for each place without the tail."""
        import torch

        base = torch.arange(len(self.regions), device=self.level.device) * (self.top + 1)
        return (self.here().view(len(self.regions), -1) + base[:, None]).view(-1)

    @cached_property
    def histogram(self) -> Tensor:
        """int64, voxels of each grey level, (n, top + 1); column 0 counts the places outside."""
        return counted(self.image_level, (len(self.regions), self.top + 1))

    @cached_property
    def same(self) -> dict[Offset, Tensor]:
        """For each step: whether a place and the one a step ahead lie in the region and have one grey level."""
        return {offset: (self.here() == self.ahead(offset)) & self.inside for offset in self.steps}


def padded(shape: tuple[int, ...], rule: RadiomicsSettings) -> Extent:
    """The shape with the margin that the settings' distances need."""
    margin = max(rule.distances)
    deep = 0 if rule.force_2d or shape[0] == 1 else margin
    return shape[0] + deep, shape[1] + margin, shape[2] + margin


def laid_out(
    regions: Sequence[Region], shape: tuple[int, ...], top: int, rule: RadiomicsSettings, device: str
) -> RegionGrid:
    """The regions on the device. shape: room for each of them. top: at least the largest of their levels."""
    import torch

    room = padded(shape, rule)
    packed = _packed(regions, shape, device).to(device, non_blocking=True)
    values = packed.new_full((len(regions), *room), torch.inf)
    values[:, : shape[0], : shape[1], : shape[2]] = packed
    values = values.view(len(regions), -1)
    edges = torch.from_numpy(_edges(regions)).to(device)
    found = torch.searchsorted(edges, values, right=True, out_int32=True)
    found *= torch.isfinite(values)
    margin = max(rule.distances)
    tail = ((room[0] - shape[0]) * room[1] + margin) * room[2] + margin
    level = torch.cat([found.view(-1), found.new_zeros(tail)])
    return RegionGrid(regions, room, top, rule, values, level)


def _packed(regions: Sequence[Region], shape: tuple[int, ...], device: str) -> Tensor:
    """Grey values, (n, *shape), infinite outside the region; where a GPU can fetch them itself."""
    import torch

    values = torch.empty((len(regions), *shape), dtype=torch.float64, pin_memory=device != "cpu")
    if any(region.mask is not None or region.values.shape != shape for region in regions):
        values.fill_(torch.inf)
    for part, region in zip(values.numpy(), regions, strict=True):
        depth, height, width = region.values.shape
        np.copyto(part[:depth, :height, :width], region.values, where=True if region.mask is None else region.mask)
    return values


def _edges(regions: Sequence[Region]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    edges = np.full((len(regions), max(len(region.edges) for region in regions)), np.inf)
    for row, region in zip(edges, regions, strict=True):
        row[: len(region.edges)] = region.edges
    return edges
