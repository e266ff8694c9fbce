"""Dependences: neighbours whose grey level differs by no more than a bound (PyRadiomics' class `gldm`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gan_audit.radiomics.gldm import NAMES
from gan_audit.radiomics.torch_engine.counting import counted, emphases, fetched
from gan_audit.radiomics.torch_engine.grid import RegionGrid
from gan_audit.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor


def gldm(grid: RegionGrid) -> dict[str, FloatArray]:
    """14 features, each (n,), of how many neighbours within the distances resemble each voxel."""
    import torch

    most = 2 * len(grid.reach) + 1
    alike = torch.zeros(grid.size, dtype=torch.int32, device=grid.level.device)
    for step, flags in _dependent(grid):
        alike += flags
        alike[step:] += flags[:-step]
    table = counted(grid.image_level * most + alike, (len(grid.regions), grid.top + 1, most))[:, 1:].double()
    found = emphases(table, torch.arange(1, most + 1, device=table.device, dtype=table.dtype))
    return fetched({name: found[key] for name, key in NAMES.items()})


def _dependent(grid: RegionGrid) -> Iterator[tuple[int, Tensor]]:
    """For each step ahead: whether a place and the one there lie in the region and resemble each other."""
    rule = grid.rule
    if rule.dependence == 0 and rule.distances == (1,):
        yield from ((grid.step(offset), flags) for offset, flags in grid.same.items())
        return
    here = grid.here()
    for offset in grid.reach:
        there = grid.ahead(offset)
        yield grid.step(offset), ((here - there).abs_() <= rule.dependence) & grid.inside & (there > 0)
