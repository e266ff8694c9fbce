"""Difference of each voxel from the mean of its neighbours (PyRadiomics' class `ngtdm`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gan_audit.radiomics.torch_engine.counting import fetched
from gan_audit.radiomics.torch_engine.grid import RegionGrid
from gan_audit.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor


def ngtdm(grid: RegionGrid) -> dict[str, FloatArray]:
    """5 features, each (n,): Busyness, Coarseness, Complexity, Contrast, Strength."""
    import torch

    number = grid.histogram[:, 1:].double()
    voxels = number.sum(1)
    p, s = number / voxels[:, None], _differences(grid)
    level = torch.arange(1, grid.top + 1, device=p.device, dtype=p.dtype)
    present = (p > 0).double()
    kinds, total, product = present.sum(1), s.sum(1), (p * s).sum(1)
    apart = (level - (p * level).sum(1)[:, None]).square()
    spread = (p * apart).sum(1)
    strength = 2 * (kinds * spread + (present * apart).sum(1))
    busy, complexity = _pairs(p, s, present, level)
    return fetched(
        {
            "Busyness": (product / busy).where(busy > 0, 0.0),
            "Coarseness": (1 / product).where(product > 0, 1e6),
            "Complexity": complexity / voxels,
            "Contrast": (2 * spread * total / voxels / (kinds * (kinds - 1))).where(kinds > 1, 0.0),
            "Strength": (strength / total).where(total > 0, 0.0),
        }
    )


def _pairs(p: Tensor, s: Tensor, present: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
    """|i p_i - j p_j| and |i - j| (p_i s_i + p_j s_j) / (p_i + p_j), summed over the pairs of levels that occur."""
    both = present[:, :, None] * present[:, None, :]
    scaled, moved = p * level, p * s
    busy = ((scaled[:, :, None] - scaled[:, None, :]).abs_() * both).sum((1, 2))
    weight = (p[:, :, None] + p[:, None, :]).masked_fill_(both == 0, 1)
    both *= (level[:, None] - level).abs()
    return busy, (both * (moved[:, :, None] + moved[:, None, :]) / weight).sum((1, 2))


def _differences(grid: RegionGrid) -> Tensor:
    """(n, levels): sum over the voxels of a level of |level - mean level of their neighbours within the distances|.

    The numerators are whole and are added by level and number of neighbours, so that the order does not matter.
    """
    import torch

    most = 2 * len(grid.reach) + 1
    sums, numbers = (_around(grid, values) for values in (grid.level, (grid.level > 0).int()))
    apart = (grid.here() * numbers - sums).abs_().long()
    shape = len(grid.regions), grid.top + 1, most
    table = apart.new_zeros(shape[0] * shape[1] * most)
    table.scatter_add_(0, grid.image_level * most + numbers, apart)
    table = table.view(shape)[:, 1:, 1:].double()
    return (table / torch.arange(1, most, device=table.device, dtype=table.dtype)).sum(2)


def _around(grid: RegionGrid, values: Tensor) -> Tensor:
    """Sum over the neighbours within the distances, int32."""
    total = values.new_zeros(grid.size)
    for distance in grid.rule.distances:
        total += _box(grid, values, distance)
        total -= _box(grid, values, distance - 1)
    return total


def _box(grid: RegionGrid, values: Tensor, radius: int) -> Tensor:
    """Sum over the box that reaches `radius` places along each axis."""
    for axis in ((0, 0, 1), (0, 1, 0), (1, 0, 0))[: 2 if grid.flat else 3]:
        total = values.clone()
        for step in (far * grid.step(axis) for far in range(1, radius + 1)):
            total[step:] += values[:-step]
            total[:-step] += values[step:]
        values = total
    return values[: grid.size]
