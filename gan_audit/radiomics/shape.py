"""Outline of a region: of a volume by its surface, of an image by its border (PyRadiomics' `shape` and `shape2D`)."""

from __future__ import annotations

from itertools import product

import numpy as np

from gan_audit.radiomics.region import bounding_box
from gan_audit.types import BoolArray, FloatArray, IntArray

CUBE = np.array(list(product((0, 1), repeat=3)), dtype=np.float64)
"""Of a cube of eight neighbouring voxels, (z, y, x); corner k has the binary digits of k."""
EDGES = [(one, other) for one in range(8) for other in range(one + 1, 8) if (one ^ other).bit_count() == 1]
MIDDLES = np.array([(CUBE[one] + CUBE[other]) / 2 for one, other in EDGES])
TRIANGLES = (
    ",021,340,421341,165,650260,165340,534654264,573,021573,574054,742721571,673163,267730270,674640160,674264,89"
    "2,891081,892340,489349391,165892,508896586,165892340,896486346536,892573,891081573,892574054,748891781571,67"
    "3163892,308896386736,674640160892,896486746,4a8,0214a8,a803a0,821a813a1,1654a8,6502604a8,165a803a0,3a8538658"
    "268,5734a8,0215734a8,805a857a5,821a817a1571,6731634a8,2677302704a8,67aa806a0160,2677a8278,a924a2,a914a1041,3"
    "a9392032,a913a1,165a924a2,a964a6046506,1653a9392032,3a9396536,a924a2573,a914a1041573,a927a2572052,a917a1571,"
    "673163a924a2,73004a0a9096706,920a907a0670160,a967a6,69b,29b02bb610b1,69b340,29b42b34bb613b1,9b5195,b509b0290"
    ",534b549b4194140,9b5534954294,b739b3935695,561730b709b0290,9b7974940905695,5619b7297274,b739b3193,730b709b02"
    "90,740b709b0190,9b7297274,b628b2,08bb610b1,34838b3b6362032,48bb614b1341,8b5285125,8b5085,1208b5485345,8b5485"
    "345,b738b3356362832,56108bb730b3,562052b748b4,561b748b4,28bb732b3123,08bb730b3,120b748b4,b748b4,9846944ab64b"
    ",b61ab14a1041298,69868060363a6ab,b61ab13a1298,9841944ab4b5145,298b50ab04a0,980190ab53a5,298ab53a5,4358459856"
    "957ab,01275348ab96,8059856957ab,5612987ab,8439831937ab,2980437ab,9801907ab,2987ab,ab64a6462,b61ab14a1041,3ab"
    "b623b2032,b61ab13a1,24aab52a5125,b50ab04a0,120ab53a5,ab53a5,3564364627ab,5610437ab,5620527ab,5617ab,2431237a"
    "b,0437ab,1207ab,7ab"
)
"""For each set of corners inside without corner 7, as a binary number: the triangles, three edges each, as hexadecimal
digits, seen anticlockwise from outside. A set and its complement share their triangles, the other way round. The choice
where a surface can be drawn in several ways was read off from the areas and volumes that PyRadiomics 3.0.1 returns."""
SQUARE = np.array([[1, 2], [4, 8]])
"""A square of four pixels as a number from 0 to 15."""
SINGLE, ADJACENT_ROWS, ADJACENT_COLUMNS, DIAGONAL, TRIPLE = (1, 2, 4, 8), (3, 12), (5, 10), (6, 9), (7, 11, 13, 14)
DIAGONAL_AREA = 1 / 4
"""Of a square whose two diagonal corners lie inside: they are cut off from each other."""


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


def axis_lengths(points: FloatArray) -> FloatArray:
    """Four standard deviations along each principal axis, ascending, (axes,). points: (n, axes).

    Deviations of less than 1e-10, squared, below 0 are taken for 0, as in PyRadiomics.
    """
    centred = (points - points.mean(axis=0)) / np.sqrt(len(points))
    values = np.linalg.eigvalsh(centred.T @ centred)
    found: FloatArray = 4 * np.sqrt(np.maximum(values, 0))
    return found


def widest(points: FloatArray) -> float:
    """The largest distance between two of the points, (n, axes)."""
    from scipy.spatial.distance import pdist

    return float(pdist(_outer(points)).max())


def _outer(points: FloatArray) -> FloatArray:
    """The corners of the convex hull, among which the two farthest points are; all points where they lie flat."""
    from scipy.spatial import ConvexHull, QhullError

    if len(points) < 50:
        return points
    try:
        corners: FloatArray = points[ConvexHull(points).vertices]
    except QhullError:
        return points
    return corners


def area_and_volume(inside: BoolArray, spacing: FloatArray) -> tuple[float, float]:
    """Of the surface round a region, in the spacing's unit squared and cubed.

    inside: (D, H, W), with a margin of False on every side. Where the surface is not closed, which the table allows for
    voxels that touch over an edge, the volume depends on the region's place in the array, as it does in PyRadiomics.
    """
    place, triangles = _surface(inside)
    corners = (MIDDLES[triangles] + place[:, None]) * spacing
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(first, second)
    area = np.sqrt(np.square(normal).sum(axis=1)).sum() / 2
    return float(area), float(np.einsum("ij,ij->", normal, corners[:, 0]) / 6)


def corners(inside: BoolArray) -> FloatArray:
    """(points, 3): the corners of the surface's triangles, in voxels."""
    found = []
    for axis, half in enumerate(np.eye(3) / 2):
        ahead, behind = [slice(None)] * 3, [slice(None)] * 3
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        found.append(np.argwhere(inside[tuple(ahead)] != inside[tuple(behind)]) + half)
    return np.concatenate(found)


def _surface(inside: BoolArray) -> tuple[IntArray, IntArray]:
    """Cube (triangles, 3) and edges (triangles, 3) of every triangle."""
    depth, height, width = (size - 1 for size in inside.shape)
    kind = np.zeros((depth, height, width), dtype=np.int64)
    for corner, (z, y, x) in enumerate(product((0, 1), repeat=3)):
        kind += inside[z : z + depth, y : y + height, x : x + width].astype(np.int64) << corner
    starts, table = _table()
    cubes = np.argwhere((kind > 0) & (kind < 255))
    kinds = kind[tuple(cubes.T)]
    number = starts[kinds + 1] - starts[kinds]
    within = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    return np.repeat(cubes, number, axis=0), table[np.repeat(starts[kinds], number) + within]


def _table() -> tuple[IntArray, IntArray]:
    """Where each set's triangles start, (257,), and all triangles, (all, 3)."""
    half = [np.array([int(digit, 16) for digit in part]).reshape(-1, 3) for part in TRIANGLES.split(",")]
    every = half + [part[:, ::-1] for part in reversed(half)]
    starts = np.concatenate([[0], np.cumsum([len(part) for part in every])])
    return starts, np.concatenate(every).astype(np.int64)


def shape2d(mask: BoolArray, spacing: tuple[float, ...]) -> dict[str, float]:
    """9 features, in millimetres: the outline runs halfway between the pixels inside and those outside.

    mask: (H, W), not empty. spacing: along the same axes. Two pixels of a square that touch over the corner are taken
    as PyRadiomics does. Source: PyRadiomics 3.0.1.
    """
    inside = np.pad(mask[bounding_box(mask, mask.shape)], 1)
    high, wide = spacing
    squares = sum(
        SQUARE[row, column] * inside[row : inside.shape[0] - 1 + row, column : inside.shape[1] - 1 + column]
        for row in (0, 1)
        for column in (0, 1)
    )
    count = np.bincount(np.asarray(squares).ravel(), minlength=16)
    one, rows, columns, diagonal, three = (
        int(count[list(kinds)].sum()) for kinds in (SINGLE, ADJACENT_ROWS, ADJACENT_COLUMNS, DIAGONAL, TRIPLE)
    )
    surface = (one / 8 + (rows + columns) / 2 + diagonal * DIAGONAL_AREA + three * 7 / 8 + count[15]) * high * wide
    perimeter = (one + three + 2 * diagonal) * float(np.hypot(high, wide)) / 2 + rows * wide + columns * high
    minor, major = axis_lengths(np.argwhere(inside) * np.array(spacing))
    return {
        "Elongation": minor / major,
        "MajorAxisLength": major,
        "MaximumDiameter": widest(_outline(inside) * np.array(spacing)),
        "MeshSurface": float(surface),
        "MinorAxisLength": minor,
        "Perimeter": perimeter,
        "PerimeterSurfaceRatio": perimeter / float(surface),
        "PixelSurface": int(inside.sum()) * high * wide,
        "Sphericity": 2 * float(np.sqrt(np.pi * surface)) / perimeter,
    }


def _outline(inside: BoolArray) -> FloatArray:
    """The points halfway between a pixel inside and its neighbour outside."""
    down, across = np.argwhere(inside[1:] != inside[:-1]), np.argwhere(inside[:, 1:] != inside[:, :-1])
    return np.concatenate([down + np.array([0.5, 0.0]), across + np.array([0.0, 0.5])])
