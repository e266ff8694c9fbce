"""Outline of a volume's region (PyRadiomics' class `shape`)."""

from __future__ import annotations

import numpy as np

from gan_audit.radiomics.extent import axis_lengths, widest
from gan_audit.radiomics.mesh import area_and_volume, corners
from gan_audit.radiomics.region import bounding_box
from gan_audit.types import BoolArray, FloatArray


def shape(mask: BoolArray, spacing: tuple[float, ...]) -> dict[str, float]:
    """14 features, in millimetres, of the surface halfway between voxels inside and outside.

    mask: (D, H, W), not empty. spacing: along the same axes. `Maximum2DDiameterSlice`, `Column` and `Row` are the
    largest distances within a plane of constant z, y and x. Source: PyRadiomics 3.0.1; Lorensen and Cline, Computer
    Graphics 21 (1987).
    """
    inside, step = np.pad(mask[bounding_box(mask, mask.shape)], 1), np.array(spacing)
    area, volume = area_and_volume(inside, step)
    least, minor, major = axis_lengths(np.argwhere(inside) * step)
    points = corners(inside)
    planes = [_widest_in_plane(points, axis, step) for axis in range(3)]
    return {
        "Elongation": float(minor / major),
        "Flatness": float(least / major),
        "LeastAxisLength": float(least),
        "MajorAxisLength": float(major),
        "Maximum2DDiameterColumn": planes[1],
        "Maximum2DDiameterRow": planes[2],
        "Maximum2DDiameterSlice": planes[0],
        "Maximum3DDiameter": widest(points * step),
        "MeshVolume": volume,
        "MinorAxisLength": float(minor),
        "Sphericity": float(np.cbrt(36 * np.pi * volume**2)) / area,
        "SurfaceArea": area,
        "SurfaceVolumeRatio": area / volume,
        "VoxelVolume": int(inside.sum()) * float(step.prod()),
    }


def _widest_in_plane(points: FloatArray, axis: int, step: FloatArray) -> float:
    """The largest distance between two points that agree in one coordinate."""
    ordered = points[np.argsort(points[:, axis], kind="stable")]
    borders = np.flatnonzero(np.diff(ordered[:, axis])) + 1
    return max(widest(plane * step) for plane in np.split(ordered, borders) if len(plane) > 1)
