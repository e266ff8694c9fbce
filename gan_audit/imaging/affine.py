"""Grids looked at through turned, moved and enlarged windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Self

import numpy as np

from gan_audit.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Windows:
    """One window for each of n grids: the point x of what is seen lies at `matrix @ x + middle` of the grid.

    Points are counted from the grid's middle, in sides: −0.5 and 0.5 are its edges, along every axis.
    """

    matrix: FloatArray
    """(n, axes, axes)"""
    middle: FloatArray
    """(n, axes)"""

    def __len__(self) -> int:
        return len(self.matrix)

    def take(self, rows: IntArray | BoolArray) -> Self:
        """Some of them."""
        return type(self)(self.matrix[rows], self.middle[rows])

    def where(self, choice: BoolArray, other: Self) -> Self:
        """These where `choice` (n,) says so, and the others elsewhere."""
        matrix = np.where(choice[:, None, None], self.matrix, other.matrix)
        return type(self)(matrix, np.where(choice[:, None], self.middle, other.middle))

    @property
    def scale(self) -> FloatArray:
        """(n,) width of the windows, in sides: the mean over the axes, by the determinant."""
        determinant = np.abs(np.linalg.det(self.matrix))
        return np.asarray(determinant ** (1.0 / self.matrix.shape[1]))

    @property
    def angle(self) -> FloatArray:
        """(n,) degrees by which the windows are turned in the plane of the last two axes."""
        block = self.matrix[:, -2:, -2:]
        return np.degrees(np.arctan2(block[:, 1, 0] - block[:, 0, 1], block[:, 0, 0] + block[:, 1, 1]))


def rotation(degrees: float, zoom: float, axes: int) -> FloatArray:
    """(axes, axes) matrix of a window turned in the plane of the last two axes, 1 / zoom sides wide."""
    angle, matrix = np.deg2rad(degrees), np.eye(axes)
    matrix[-2:, -2:] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return np.asarray(matrix / zoom)


@lru_cache(maxsize=32)
def points(shape: tuple[int, ...]) -> FloatArray:
    """(axes, cells) where the cells of a grid of that shape lie, counted from its middle, in sides."""
    axes = [(np.arange(side) + 0.5) / side - 0.5 for side in shape]
    found = np.stack(np.meshgrid(*axes, indexing="ij")).reshape(len(shape), -1)
    found.setflags(write=False)
    return found


def sampled(grids: FloatArray, windows: Windows, shape: tuple[int, ...]) -> tuple[FloatArray, BoolArray]:
    """What the windows show of grids (n, s, ...), (n, cells of `shape`), linearly interpolated; and which cells.

    Beyond its edge a grid is continued by its outermost cells; the second array (n, cells) is False there.
    """
    places = _places(windows, grids.shape[1:], shape)
    flat = np.ascontiguousarray(grids).reshape(len(grids), -1)
    seen = np.zeros((len(places), places.shape[2]))
    for cell, share in _corners(places, grids.shape[1:]):
        seen += share * np.take_along_axis(flat, cell, axis=1)
    sides = np.array(grids.shape[1:])[:, None]
    return seen, np.asarray(((places >= -0.5) & (places <= sides - 0.5)).all(axis=1))


def weights(window: Windows, sides: tuple[int, ...], shape: tuple[int, ...]) -> FloatArray:
    """(cells of `shape`, cells of `sides`) what one window shows of any grid, as a linear map."""
    found = np.zeros((int(np.prod(shape)), int(np.prod(sides))))
    for cell, share in _corners(_places(window, sides, shape), sides):
        found[np.arange(len(found)), cell[0]] += share[0]
    return found


def _places(windows: Windows, sides: tuple[int, ...], shape: tuple[int, ...]) -> FloatArray:
    """(n, axes, cells of `shape`) where the windows' cells lie, in cells of the grid from the first one's middle."""
    sizes = np.array(sides)[:, None]
    return np.asarray((windows.matrix @ points(shape) + windows.middle[:, :, None] + 0.5) * sizes - 0.5)


def _corners(places: FloatArray, sides: tuple[int, ...]) -> Iterator[tuple[IntArray, FloatArray]]:
    """The cells about each place, (n, cells) as numbers in the flattened grid, and their shares, edges repeated."""
    last = np.array(sides)[:, None] - 1
    places = np.clip(places, 0, last)
    corner = np.minimum(places.astype(np.int64), np.maximum(last - 1, 0))
    share = places - corner
    strides = np.array([int(np.prod(sides[axis + 1 :])) for axis in range(len(sides))])
    first = np.einsum("naj,a->nj", corner, strides)
    for step in product((0, 1), repeat=len(sides)):
        parts = [share[:, axis] if up else 1.0 - share[:, axis] for axis, up in enumerate(step)]
        weight = parts[0]
        for part in parts[1:]:
            weight = weight * part
        yield first + int(np.minimum(step, last[:, 0]) @ strides), weight
