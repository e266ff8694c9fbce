"""One grid laid on another: window and grey levels fitted by least squares, and how much then differs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.imaging.affine import Windows, points, sampled
from gan_audit.types import BoolArray, FloatArray

BEND = 3
"""Degree of the polynomial that carries one set of grey levels to the other."""
LARGEST = 0.08
"""Largest change of any entry of a window in one step."""
SCALES = (0.6, 1.4)
"""Widths of a window that count, in sides."""
FARTHEST = 0.3
"""How far the middle of a window may lie from the grid's, in sides."""
COVERED = 0.5
"""Share of the left grid that a window must cover."""
FLAT = 1e-8
"""Variance of the cells compared below which they hold rounding alone; the whole grid's is about 1."""


@dataclass(frozen=True)
class Alignment:
    """How n pairs of grids agree at their best."""

    rest: FloatArray
    """(n,) share of the left grid's variance that the window of the right one does not explain, [0, 1]."""
    windows: Windows


def align(left: FloatArray, right: FloatArray, windows: Windows, steps: int, degree: int = BEND) -> Alignment:
    """The window of each right grid (n, s, ...) that agrees best with the left one, looked for from `windows` on.

    Every affine window counts, and a polynomial of `degree` between the grey levels, over the cells that both cover:
    Gauss-Newton steps (Lucas and Kanade 1981), of which the best is kept. Misleads where the grids are finer than the
    distance to be bridged: smooth them first.
    """
    best, least = windows, np.full(len(left), np.inf)
    for step in range(steps + 1):
        fit = _Fit(left, right, windows, degree)
        better = fit.rest < least
        least, best = np.where(better, fit.rest, least), windows.where(better, best)
        if step < steps:
            moved = fit.moved()
            windows = moved.where(_sane(moved), best)
    return Alignment(least, best)


def residual(left: FloatArray, right: FloatArray, windows: Windows) -> tuple[FloatArray, BoolArray]:
    """What is left of the left grids (n, cells) when the fitted windows are taken away, 0 outside; and the inside."""
    fit = _Fit(left, right, windows, BEND)
    inside = fit.basis[:, 0] > 0
    return fit.left - (fit.curve[:, None, :] @ fit.basis)[:, 0], inside


def _sane(windows: Windows) -> BoolArray:
    scale = windows.scale
    near = np.abs(windows.middle).max(axis=1) <= FARTHEST
    return np.asarray(near & (scale >= SCALES[0]) & (scale <= SCALES[1]))


class _Fit:
    """Grey levels of the windows fitted to those of the left grids, by a polynomial."""

    def __init__(self, left: FloatArray, right: FloatArray, windows: Windows, degree: int) -> None:
        self.windows, self.shape, self.degree = windows, left.shape[1:], degree
        self.seen, inside = sampled(right, windows, self.shape)
        weight = inside & _inner(self.shape)
        self.left = left.reshape(len(left), -1) * weight
        self.basis = np.empty((len(left), degree + 1, self.seen.shape[1]))
        self.basis[:, 0] = weight
        for power in range(degree):
            np.multiply(self.basis[:, power], self.seen, out=self.basis[:, power + 1])
        self.gram = self.basis @ self.basis.swapaxes(1, 2)
        self.target = (self.basis @ self.left[:, :, None])[:, :, 0]
        self.curve = _solve(self.gram, self.target)
        self.rest = self._rest()

    def _rest(self) -> FloatArray:
        count = self.gram[:, 0, 0]
        mean = np.square(self.target[:, 0]) / np.maximum(count, 1.0)
        total = np.square(self.left).sum(axis=1) - mean
        explained = np.einsum("ij,ij->i", self.curve, self.target) - mean
        enough = (total > FLAT * count) & (count >= COVERED * self.left.shape[1] * _inner(self.shape).mean())
        share = np.divide(explained, total, out=np.zeros_like(total), where=enough)
        return np.asarray(np.clip(1.0 - share, 0.0, 1.0))

    def moved(self) -> Windows:
        """The windows after one Gauss-Newton step."""
        n, axes = self.windows.middle.shape
        moves = self._moves()
        cross = self.basis @ moves.swapaxes(1, 2)
        gram = np.block([[self.gram, cross], [cross.swapaxes(1, 2), moves @ moves.swapaxes(1, 2)]])
        target = np.concatenate([self.target, (moves @ self.left[:, :, None])[:, :, 0]], axis=1)
        step = np.nan_to_num(_solve(gram, target, 1e-6)[:, self.degree + 1 :])
        step = np.clip(step, -LARGEST, LARGEST).reshape(n, axes, axes + 1)
        return Windows(self.windows.matrix + step[:, :, 1:], self.windows.middle + step[:, :, 0])

    def _moves(self) -> FloatArray:
        """(n, axes · (axes + 1), cells) how the fitted grey levels change with each row of middle and matrix."""
        n, axes = self.windows.middle.shape
        slopes = np.arange(1, self.degree + 1) * self.curve[:, 1:]
        bend = (slopes[:, None, :] @ self.basis[:, :-1])[:, 0]
        shown = self.seen.reshape(n, *self.shape)
        here = [np.gradient(shown, axis=axis + 1).reshape(n, -1) * self.shape[axis] for axis in range(axes)]
        inverse = np.linalg.inv(self.windows.matrix)
        there = np.einsum("nba,nbj->naj", inverse, np.stack(here, axis=1)) * bend[:, None, :]
        factors = np.concatenate([np.ones((1, there.shape[2])), points(self.shape)])
        return np.asarray((there[:, :, None, :] * factors).reshape(n, axes * (axes + 1), -1))


def _inner(shape: tuple[int, ...]) -> BoolArray:
    """(cells,) False at the edge, where images are often cut or padded."""
    inner = np.zeros(shape, bool)
    inner[tuple(slice(1, -1) for _ in shape)] = True
    return inner.ravel()


def _solve(gram: FloatArray, target: FloatArray, ridge: float = 1e-9) -> FloatArray:
    """Least squares from normal equations (n, p, p) and (n, p), columns brought to one length, a trace of ridge."""
    length = np.sqrt(np.maximum(np.einsum("ijj->ij", gram), 1e-30))
    scaled = gram / (length[:, :, None] * length[:, None, :]) + ridge * np.eye(gram.shape[1])
    return np.asarray(np.linalg.solve(scaled, (target / length)[:, :, None])[:, :, 0] / length)
