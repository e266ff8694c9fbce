"""Zones: connected voxels that share a grey level (PyRadiomics' class `glszm`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gan_audit.radiomics.glszm import NAMES
from gan_audit.radiomics.torch_engine.counting import counted, emphases, fetched
from gan_audit.radiomics.torch_engine.grid import RegionGrid
from gan_audit.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor


def glszm(grid: RegionGrid) -> dict[str, FloatArray]:
    """16 features, each (n,), of the zones that touch over a side, an edge or a corner."""
    place, size = _zones(grid)
    images, levels = len(grid.regions), grid.top + 1
    rank, sizes = _ranked(place.div(levels, rounding_mode="floor"), size, images)
    table = counted(place * sizes.shape[1] + rank, (images, levels, sizes.shape[1]))[:, 1:]
    found = emphases(table.double(), sizes)
    return fetched({name: found[key] for name, key in NAMES.items()})


def unite(number: int, one: Tensor, other: Tensor) -> Tensor:
    """The smallest member of each member's connected set, (number,); one, other: pairs that belong together.

    Each root is hung on the smallest root next to it, whatever the order; then every way to a root is made one step
    long. A set that is not yet one loses a root each time.
    """
    import torch

    root = torch.arange(number, device=one.device)
    while len(one):
        root.scatter_reduce_(0, one.maximum(other), one.minimum(other), "amin")
        while not torch.equal(shorter := root[root], root):
            root = shorter
        one, other = root[one], root[other]
        apart = one != other
        one, other = one[apart], other[apart]
    return root


def _zones(grid: RegionGrid) -> tuple[Tensor, Tensor]:
    """Image and level (as in `image_level`) and number of voxels of every zone.

    The voxels are first taken together to runs along the last axis; runs that touch are then united.
    """
    right = grid.same[0, 0, 1]
    left = _behind(right)
    first = grid.inside & ~left
    start = first.nonzero()[:, 0]
    length = (grid.inside & ~right).nonzero()[:, 0] - start + 1
    run = first.cumsum(0) - 1
    root = unite(len(start), *_touching(grid, right, left, run))
    size = length.new_zeros(len(start)).scatter_add_(0, root, length)
    zones = size.nonzero()[:, 0]
    return grid.image_level[start[zones]], size[zones]


def _touching(grid: RegionGrid, right: Tensor, left: Tensor, run: Tensor) -> tuple[Tensor, Tensor]:
    """Pairs of runs of one level in neighbouring rows, each pair about once."""
    import torch

    ones, others = [], []
    for deep, down in dict.fromkeys(step[:2] for step in grid.steps if any(step[:2])):
        straight = grid.same[deep, down, 0]
        links = {
            0: straight & ~_behind(straight & right),
            1: grid.same[deep, down, 1] & ~(straight | right),
            -1: grid.same[deep, down, -1] & ~(straight | left),
        }
        for sideways, flags in links.items():
            place = flags.nonzero()[:, 0]
            ones.append(run[place])
            others.append(run[place + grid.step((deep, down, sideways))])
    return torch.cat(ones), torch.cat(others)


def _ranked(image: Tensor, size: Tensor, images: int) -> tuple[Tensor, Tensor]:
    """The rank of each zone's size among those of its image, from 0, and the sizes by image and rank, else 1."""
    import torch

    most = int(size.max()) + 1
    kinds, place = torch.unique(image * most + size, return_inverse=True)
    first = torch.searchsorted(kinds, torch.arange(images, device=kinds.device) * most)
    owner = kinds.div(most, rounding_mode="floor")
    rank = torch.arange(len(kinds), device=kinds.device) - first[owner]
    sizes = torch.ones((images, int(rank.max()) + 1), dtype=torch.float64, device=kinds.device)
    sizes[owner, rank] = (kinds - owner * most).double()
    return rank[place], sizes


def _behind(flags: Tensor) -> Tensor:
    """The flags of the place before each."""
    moved = flags.roll(1)
    moved[0] = False
    return moved
