"""A window of one grid held against another grid: its place and its grey levels, by least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.stats.separable import along_axes, interpolation, smooth, window
from gan_audit.types import BoolArray, FloatArray

BAND = (1 / 32, 4 / 32)
"""Gaussians between which layout alone is compared, brightness left aside, as shares of the side."""
LARGEST = (0.03, 0.05)
"""Largest step of the centre, in sides, and of the scale."""
SCALES = (0.75, 1.05)
"""Widths of a window that count, as shares of the side."""
BEND = 3
"""Degree of the polynomial that carries one set of grey levels to the other."""
FLAT = 1e-8
"""Variance of the cells compared below which they hold rounding alone; the whole grid's is about 1."""


@dataclass(frozen=True)
class Place:
    """The window of each right grid (n, s, ...) that lies under the left one."""

    centre: FloatArray
    """(n, axes) its middle, from the grid's own, in sides."""
    scale: FloatArray
    """(n, axes) its width, in sides."""

    def take(self, rows: BoolArray) -> Place:
        """Some of them."""
        return Place(self.centre[rows], self.scale[rows])


def looked_at(grids: FloatArray, place: Place) -> FloatArray:
    """The windows of grids (n, s, ...), as large as the grids."""
    return along_axes(
        grids,
        [
            interpolation(side, window(side, place.centre[:, axis], place.scale[:, axis]))
            for axis, side in enumerate(grids.shape[1:])
        ],
    )


class Fit:
    """Grey levels of the windows of right grids (n, s, ...) fitted to those of the left grids, by a polynomial."""

    def __init__(self, left: FloatArray, right: FloatArray, place: Place) -> None:
        self.place, self.shape = place, left.shape
        self.window = looked_at(right, place)
        self.inside = _inside(place, left.shape[1:])
        self.left = left.reshape(len(left), -1) * self.inside
        self.seen = self.window.reshape(len(left), -1)
        self.basis = np.empty((len(left), BEND + 1, self.seen.shape[1]))
        self.basis[:, 0] = self.inside
        for power in range(BEND):
            np.multiply(self.basis[:, power], self.seen, out=self.basis[:, power + 1])
        self.gram = self.basis @ self.basis.swapaxes(1, 2)
        self.target = (self.basis @ self.left[:, :, None])[:, :, 0]
        self.curve = _solve(self.gram, self.target)
        self.mean = self.target[:, 0] ** 2 / np.maximum(self.gram[:, 0, 0], 1.0)
        total = np.square(self.left).sum(axis=1) - self.mean
        self.total = np.where(total > FLAT * self.gram[:, 0, 0], total, 0.0)

    def rest(self, degree: int) -> FloatArray:
        """1 − correlation of the left grids with a polynomial of the windows."""
        few = slice(0, degree + 1)
        curve = self.curve if degree == BEND else _solve(self.gram[:, few, few], self.target[:, few])
        explained = np.einsum("ij,ij->i", curve, self.target[:, few]) - self.mean
        share = np.divide(explained, self.total, out=np.zeros_like(self.total), where=self.total > 0)
        return np.asarray(1.0 - np.sqrt(np.clip(share, 0.0, 1.0)))

    def slope(self) -> FloatArray:
        """Slope of the straight line between the grey levels."""
        return _solve(self.gram[:, :2, :2], self.target[:, :2])[:, 1]

    def moved(self) -> Place:
        """The place after one Gauss-Newton step."""
        slopes = np.arange(1, BEND + 1) * self.curve[:, 1:]
        bend = (slopes[:, None, :] @ self.basis[:, :-1])[:, 0]
        columns = [column for axis in range(1, len(self.shape)) for column in self._moves(axis, bend)]
        moves = np.stack(columns, axis=1)
        cross = self.basis @ moves.swapaxes(1, 2)
        gram = np.block([[self.gram, cross], [cross.swapaxes(1, 2), moves @ moves.swapaxes(1, 2)]])
        target = np.concatenate([self.target, (moves @ self.left[:, :, None])[:, :, 0]], axis=1)
        step = _solve(gram, target)[:, BEND + 1 :]
        centre, scale = (np.clip(step[:, k::2], -most, most) for k, most in enumerate(LARGEST))
        return Place(self.place.centre + centre, np.clip(self.place.scale + scale, *SCALES))

    def _moves(self, axis: int, bend: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How the fitted grey levels change with the window's centre and width along an axis."""
        side = self.shape[axis]
        slope = np.gradient(self.window, axis=axis).reshape(len(bend), -1)
        with_centre = side / self.place.scale[:, axis - 1 : axis] * slope * bend
        steps = (np.arange(side) - 0.5 * (side - 1)) / side
        shape = [side if k == axis else 1 for k in range(1, len(self.shape))]
        return with_centre, with_centre * np.broadcast_to(steps.reshape(shape), self.shape[1:]).reshape(1, -1)

    def difference(self) -> FloatArray:
        """1 − correlation over the cells inside, of the grids and of their layout: the geometric mean; 1 where flat."""
        fitted = (self.curve[:, None, :] @ self.basis)[:, 0]
        inside = self.inside > 0
        left, right = (np.where(inside, x, 0.0) for x in (self.left, fitted))
        narrow, wide = (share * self.shape[1] for share in BAND)
        whole = (x.reshape(self.shape) for x in (left, right))
        filtered = [(smooth(x, narrow) - smooth(x, wide)).reshape(len(x), -1) for x in whole]
        apart = _apart(left, right, self.inside) * _apart(filtered[0], filtered[1], self.inside)
        return np.where(self.total > 0, np.sqrt(apart), 1.0)


def _inside(place: Place, sides: tuple[int, ...]) -> FloatArray:
    """(n, cells) 1 where the window lies on the right grid and not at the left one's edge, else 0."""
    inside = np.ones((len(place.centre), 1))
    for axis, side in enumerate(sides):
        places = window(side, place.centre[:, axis], place.scale[:, axis])
        covered = ((places >= 0) & (places <= side - 1)).astype(np.float64)
        covered[:, [0, -1]] = 0.0
        inside = (inside[:, :, None] * covered[:, None, :]).reshape(len(inside), -1)
    return inside


def _apart(left: FloatArray, right: FloatArray, inside: FloatArray) -> FloatArray:
    """1 − correlation of rows (n, cells) over the cells inside."""
    count = np.maximum(inside.sum(axis=1, keepdims=True), 1.0)
    x, y = (inside * (z - (z * inside).sum(axis=1, keepdims=True) / count) for z in (left, right))
    length = np.sqrt(np.square(x).sum(axis=1) * np.square(y).sum(axis=1))
    product = np.einsum("ij,ij->i", x, y)
    found = np.divide(product, length, out=np.zeros_like(length), where=length > 0)
    return np.asarray(np.maximum(1.0 - found, 0.0))


def _solve(gram: FloatArray, target: FloatArray) -> FloatArray:
    """Least squares from normal equations (n, p, p) and (n, p), columns brought to one length, a trace of ridge."""
    length = np.sqrt(np.maximum(np.einsum("ijj->ij", gram), 1e-30))
    scaled = gram / (length[:, :, None] * length[:, None, :]) + 1e-9 * np.eye(gram.shape[1])
    return np.asarray(np.linalg.solve(scaled, (target / length)[:, :, None])[:, :, 0] / length)
