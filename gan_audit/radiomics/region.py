"""One image's region of interest, cut out, with its grey levels' edges: what every feature class starts from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from gan_audit.radiomics.settings import RadiomicsSettings
from gan_audit.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Region:
    """The bounding box of a region of interest."""

    values: FloatArray
    """(D, H, W), float64; a 2-D image has D = 1."""
    mask: BoolArray | None
    """The same shape, or None where the box is filled."""
    spacing: tuple[float, ...]
    """Along the image's own axes, two or three of them."""
    edges: FloatArray
    """Left edges of the grey levels, ascending; the last one lies above the largest value."""
    levels: int
    """The largest grey level that occurs."""
    count: int
    """Voxels in the region."""

    @cached_property
    def places(self) -> IntArray:
        """Where the region's voxels lie in the flat box."""
        return np.arange(self.values.size) if self.mask is None else np.flatnonzero(self.mask)

    @cached_property
    def inside(self) -> FloatArray:
        """The region's values, (count,), in the order of their places."""
        return self.values.ravel() if self.mask is None else self.values.take(self.places)


def region(
    values: np.ndarray[Any, Any], mask: BoolArray | None, spacing: tuple[float, ...], rule: RadiomicsSettings
) -> Region:
    """Cuts the region out and lays the edges of its grey levels as PyRadiomics does.

    values: (H, W) or (D, H, W); float32 keeps its precision in the edges. mask: the same shape, None for all.
    Raises ValueError where PyRadiomics refuses the region: empty, one voxel, too few axes longer than one voxel
    (`minimumROIDimensions`), too few voxels (`minimumROISize`); and beyond `most_levels` grey levels, or for a value
    that is not finite.
    """
    if values.ndim == 2:
        values, mask = values[None], None if mask is None else mask[None]
    axis = rule.flat_axis if values.ndim == 3 and rule.force_2d else 0
    if axis:
        values, mask = np.moveaxis(values, axis, 0), None if mask is None else np.moveaxis(mask, axis, 0)
    box = bounding_box(mask, values.shape)
    values, mask = np.ascontiguousarray(values[box]), None if mask is None else np.ascontiguousarray(mask[box])
    places = None if mask is None else np.flatnonzero(mask)
    if places is None or len(places) == values.size:
        mask, inside = None, values
    else:
        inside = values.take(places)
    refuse_size(values.shape, inside.size, rule)
    refuse_alone(values.shape, rule)
    low, high = inside.min(), inside.max()
    if not (isfinite(low) and isfinite(high)):
        raise ValueError("Expected finite grey values, got NaN or an infinity within the region.")
    edges = level_edges(low, high, rule)
    levels = int(edges.searchsorted(high, side="right"))
    return Region(values.astype(np.float64, copy=False), mask, spacing, edges, levels, inside.size)


def bounding_box(mask: BoolArray | None, shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Slices of the smallest box that holds the region; ValueError where it is empty."""
    if mask is None:
        return tuple(slice(0, size) for size in shape)
    sides, rest = [], np.asarray(mask)
    while rest.ndim > 1:
        sides.append(np.flatnonzero(rest.reshape(len(rest), -1).any(axis=1)))
        rest = np.asarray(rest.any(axis=0))
    sides.append(np.flatnonzero(rest))
    if not len(sides[0]):
        raise ValueError("The region of interest is empty.")
    return tuple(slice(int(places[0]), int(places[-1]) + 1) for places in sides)


def refuse_size(box: tuple[int, ...], count: int, rule: RadiomicsSettings) -> None:
    """ValueError where PyRadiomics' check of the mask refuses a box of this shape with so many voxels."""
    long = sum(size > 1 for size in box)
    if long == 0:
        raise ValueError("The region of interest is one voxel.")
    if long < rule.minimum_axes:
        raise ValueError(f"The region of interest extends along {long} axes, {rule.minimum_axes} are required.")
    if rule.minimum_size is not None and count <= rule.minimum_size:
        raise ValueError(f"The region of interest has {count} voxels, more than {rule.minimum_size} are required.")


def refuse_alone(box: tuple[int, ...], rule: RadiomicsSettings) -> None:
    """ValueError where a texture class would find no direction in which a box of this shape has neighbours."""
    longest = max(box[1:] if rule.force_2d else box)
    for name, _ in rule.classes:
        nearest = 1 if name in ("glrlm", "glszm") else min(rule.distances)
        if longest <= nearest and name in ("glcm", "glrlm", "glszm", "gldm", "ngtdm"):
            raise ValueError(f"The region of interest is too small for neighbours at a distance of {nearest} ({name}).")


def level_edges(low: Any, high: Any, rule: RadiomicsSettings) -> FloatArray:
    """Edges of the grey levels: multiples of the bin width, or `binCount` equal parts of the range.

    low, high: numpy scalars of the image's own precision, which the edges keep.
    Raises ValueError beyond `most_levels`.
    """
    most = rule.most_levels
    if rule.bin_count is not None:
        edges = np.histogram_bin_edges(np.array([low, high]), rule.bin_count)
        edges[-1] += 1
    else:
        width = rule.bin_width
        if not (high - low) / width < most:
            raise ValueError(f"The image has more than {most} grey levels of the width {width:g}.")
        edges = np.arange(low - low % width, high + 2 * width, width)
    if len(edges) > most + 3:
        raise ValueError(f"The image has more than {most} grey levels.")
    return np.asarray(edges, dtype=np.float64)
