"""Grey levels of regions, written into a block's grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audit.radiomics.region import Region
from gan_audit.types import FloatArray


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
