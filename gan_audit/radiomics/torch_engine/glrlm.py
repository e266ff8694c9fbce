"""Run lengths: neighbours in a row that share a grey level (PyRadiomics' class `glrlm`)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from gan_audit.radiomics.direction_weights import distances
from gan_audit.radiomics.glrlm import NAMES
from gan_audit.radiomics.offsets import Offset, single
from gan_audit.radiomics.torch_engine.counting import counted, emphases, fetched
from gan_audit.radiomics.torch_engine.grid import RegionGrid
from gan_audit.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor


def glrlm(grid: RegionGrid) -> dict[str, FloatArray]:
    """16 features, each (n,): the mean over the directions in which some line meets the region twice.

    Where none does, all are NaN, but RunEntropy and RunVariance are 0 where there was one direction only.
    """
    import torch

    table = torch.stack([_runs(grid, offset) for offset in grid.steps], dim=1).double()
    table *= _valid(grid)[..., None, None]
    if grid.rule.weighting is not None:
        shared: Any = grid
        weights = torch.from_numpy(distances(shared)).to(table.device)
        table = (table * weights[..., None, None]).sum(1, keepdim=True)
    size = torch.arange(1, table.shape[-1] + 1, device=table.device, dtype=table.dtype)
    found = emphases(table.flatten(0, 1), size)
    result = fetched({name: found[key].view(table.shape[:2]) for name, key in NAMES.items()})
    for image in map(int, np.flatnonzero(np.isnan(result["RunPercentage"]))):
        if single(grid.regions[image].values.shape, (1,), grid.flat, grid.rule.weighting):
            result["RunEntropy"][image] = result["RunVariance"][image] = 0.0
    return result


def _runs(grid: RegionGrid, offset: Offset) -> Tensor:
    """(n, levels, lengths): how often runs of each grey level and length, from 1, occur along the offset."""
    same, step, longest = grid.same[offset], grid.step(offset), max(grid.shape)
    length = _equal_ahead(same, step, longest) + 1
    length *= grid.inside
    length[step:] *= ~same[:-step]
    table = counted(grid.image_level * (longest + 1) + length, (len(grid.regions), grid.top + 1, longest + 1))
    return table[:, 1:, 1:]


def _equal_ahead(same: Tensor, step: int, longest: int) -> Tensor:
    """How many places in a row, from each one on, equal the one a step ahead; doubled until none can have more."""
    import torch

    found, reach = same.to(torch.int32), 1
    while reach < longest and reach * step < len(found):
        jump = reach * step
        further = found[jump:] * (found[:-jump] == reach)
        found[:-jump] += further
        reach *= 2
    return found


def _valid(grid: RegionGrid) -> Tensor:
    """(n, directions): whether some line along the direction meets the region at least twice, gaps allowed."""
    import torch

    images = len(grid.regions)
    pairs = [(grid.inside & (grid.ahead(offset) > 0)).view(images, -1).any(1) for offset in grid.steps]
    valid = torch.stack(pairs, dim=1)
    for number, offset in enumerate(grid.steps):
        if len(rows := (~valid[:, number]).nonzero()[:, 0]):
            valid[rows, number] = _meet_twice(grid, rows, offset)
    return valid


def _meet_twice(grid: RegionGrid, rows: Tensor, offset: Offset) -> Tensor:
    """For each of the images whether two voxels of its region lie on one line along the offset."""
    import torch

    lines, number = _lines(grid.shape, offset)
    line = torch.from_numpy(lines).to(rows.device)
    inside = grid.inside.view(len(grid.regions), -1)[rows]
    row = torch.arange(len(rows), device=rows.device)[:, None]
    met = counted((row * (number + 1) + line.where(inside, number)).view(-1), (len(rows), number + 1))
    return (met[:, :number] > 1).any(1)


@lru_cache(maxsize=64)
def _lines(shape: tuple[int, int, int], offset: Offset) -> tuple[np.ndarray[Any, np.dtype[np.int64]], int]:
    """For each place the number of its line along the offset, and how many lines there are."""
    places = np.indices(shape).reshape(3, -1).T
    axis = int(np.flatnonzero(offset)[0])
    ends = places - np.outer(places[:, axis] * offset[axis], offset)
    ends -= ends.min(axis=0)
    keys = np.ravel_multi_index(tuple(ends.T), tuple(ends.max(axis=0) + 1))
    kinds, line = np.unique(keys, return_inverse=True)
    return line.astype(np.int64), len(kinds)
