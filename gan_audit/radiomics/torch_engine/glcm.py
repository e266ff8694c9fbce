"""Co-occurrence of grey levels in neighbouring voxels (PyRadiomics' class `glcm`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gan_audit.radiomics.direction_weights import closeness
from gan_audit.radiomics.glcm import FAINT
from gan_audit.radiomics.glcm_exact import information_and_mcc
from gan_audit.radiomics.offsets import single
from gan_audit.radiomics.torch_engine.counting import counted, fetched
from gan_audit.radiomics.torch_engine.directions import entropies, linear, matrices
from gan_audit.radiomics.torch_engine.grid import RegionGrid
from gan_audit.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor


def glcm(grid: RegionGrid) -> dict[str, FloatArray]:
    """24 features, each (n,): the mean over the directions in which the region has neighbours, NaN where none has."""
    import torch

    ahead = _counts(grid)
    both = ahead + ahead.mT
    pairs = both if grid.rule.symmetrical else ahead
    total = pairs.sum((2, 3))
    empty = total == 0
    made = matrices(pairs, total.masked_fill(empty, 1), both)
    top = torch.tensor([float(region.levels) for region in grid.regions], dtype=pairs.dtype)
    values = linear(made, top.to(pairs.device)) | entropies(made)
    faint = ((values.pop("information") < FAINT) | (values["MCC"] < 1e-3)) & ~empty
    result = fetched(values, empty)
    _without_neighbours(grid, result, empty.all(1))
    _by_definition(grid, result, pairs, empty, faint.any(1))
    return result


def _counts(grid: RegionGrid) -> Tensor:
    """(n, directions, levels, levels), float64: how often a voxel of one level has one of another level ahead of it."""
    import torch

    levels = grid.top + 1
    shape, row = (len(grid.regions), levels, levels), grid.image_level * levels
    counts = torch.stack([counted(row + grid.ahead(offset), shape)[:, 1:, 1:] for offset in grid.reach], dim=1).double()
    if grid.rule.weighting is None:
        return counts
    shared: Any = grid
    weights = torch.from_numpy(closeness(shared)).to(counts.device)
    return (counts * weights[..., None, None]).sum(1, keepdim=True)


def _without_neighbours(grid: RegionGrid, result: dict[str, FloatArray], alone: Tensor) -> None:
    """One grey level without neighbours: PyRadiomics defines one feature, and which hangs on its directions."""
    rule = grid.rule
    kinds = (grid.histogram[:, 1:] > 0).sum(1)
    for image in (alone & (kinds == 1)).cpu().nonzero()[:, 0].tolist():
        one = single(grid.regions[image].values.shape, rule.distances, grid.flat, rule.weighting)
        name, value = ("InverseVariance", 0.0) if one else ("MCC", 1.0)
        result[name][image] = value


def _by_definition(
    grid: RegionGrid, result: dict[str, FloatArray], pairs: Tensor, empty: Tensor, faint: Tensor
) -> None:
    """Where rounding decides whether a feature is defined, the CPU's shared code does, in PyRadiomics' own order."""
    for image in faint.cpu().nonzero()[:, 0].tolist():
        seen = np.flatnonzero(grid.histogram[image, 1:].cpu().numpy())
        kept = np.flatnonzero(~empty[image].cpu().numpy())
        for name, value in information_and_mcc(pairs[image].cpu().numpy()[np.ix_(kept, seen, seen)]).items():
            result[name][image] = value
