"""The surface between voxels inside and outside, in triangles whose corners lie halfway between the two."""

from __future__ import annotations

from itertools import product

import numpy as np

from gan_audit.types import BoolArray, FloatArray, IntArray

CORNERS = np.array(list(product((0, 1), repeat=3)), dtype=np.float64)
"""Of a cube of eight neighbouring voxels, (z, y, x); corner k has the binary digits of k."""
EDGES = [(one, other) for one in range(8) for other in range(one + 1, 8) if (one ^ other).bit_count() == 1]
MIDDLES = np.array([(CORNERS[one] + CORNERS[other]) / 2 for one, other in EDGES])
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
