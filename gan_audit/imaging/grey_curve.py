"""The curve that carries one image's grey levels to another's, and what is then left."""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression

from gan_audit.types import BoolArray, FloatArray, IntArray

QUANTILES, EVEN = 12, 32
"""Knots at quantiles, and evenly spaced ones: a steep curve bends where few cells lie."""
NARROW = 0.01
"""Least distance of two knots, as a share of the range."""
STIFF = 1e-4
"""Weight of the curve's bends beside the cells."""


class GreyCurve:
    """A monotone, piecewise linear curve of `source` (s, ...) fitted to `target`, with a multiple of a filter.

    filter: another array of that shape, the source's Laplacian: what sharpening, blurring or resampling changes.
    """

    def __init__(
        self, source: FloatArray, target: FloatArray, inside: BoolArray, filter: FloatArray | None = None
    ) -> None:
        known, wanted = source[inside], target[inside]
        self.knots, self.level = _knots(known), float(wanted.mean())
        gram, sums, count = self._equations(known, wanted - self.level, None if filter is None else filter[inside])
        scale = np.sqrt(np.maximum(np.diag(gram), 1e-30))
        ridge = 1e-10 * np.eye(len(gram))
        found = np.linalg.solve(gram / np.outer(scale, scale) + ridge, sums / scale) / scale
        self.falling = bool((known - known.mean()) @ wanted < 0)
        """Whether bright becomes dark."""
        heights = found[: len(self.knots)]
        self.height = isotonic_regression(heights, weights=count + 1e-3, increasing=not self.falling).x
        self.share = float(found[-1]) if filter is not None else 0.0

    def _equations(
        self, known: FloatArray, wanted: FloatArray, filter: FloatArray | None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Normal equations of linear B-splines, each cell touching two of them, and the cells at each knot."""
        size = len(self.knots)
        piece, share = self._place(known)
        low, high = 1.0 - share, share

        def at(below: FloatArray, above: FloatArray) -> FloatArray:
            return np.asarray(np.bincount(piece, below, size) + np.bincount(piece + 1, above, size), np.float64)

        gram = np.diag(at(low * low, high * high))
        beside = np.bincount(piece, low * high, size)[:-1]
        gram[np.arange(size - 1), np.arange(1, size)] = gram[np.arange(1, size), np.arange(size - 1)] = beside
        bends = np.diff(np.eye(size), 2, axis=0)
        gram += STIFF * len(known) / size * bends.T @ bends
        sums = at(low * wanted, high * wanted)
        if filter is not None:
            cross = at(low * filter, high * filter)
            gram = np.block([[gram, cross[:, None]], [cross[None, :], np.full((1, 1), filter @ filter)]])
            sums = np.append(sums, filter @ wanted)
        return gram, sums, at(low, high)

    def _place(self, values: FloatArray) -> tuple[IntArray, FloatArray]:
        """The knot below each value, and how far on to the next one; half a piece beyond the ends at most."""
        piece = np.clip(np.searchsorted(self.knots, values, side="right") - 1, 0, len(self.knots) - 2)
        share = (values - self.knots[piece]) / (self.knots[piece + 1] - self.knots[piece])
        return piece, np.clip(share, -0.5, 1.5)

    def within(self, source: FloatArray) -> FloatArray:
        """The source's grey levels, those beyond what was fitted put at its ends."""
        return np.asarray(np.clip(source, self.knots[0], self.knots[-1]))

    def __call__(self, source: FloatArray, filter: FloatArray | None = None) -> FloatArray:
        """The target's grey levels, as far as the source's tell them."""
        piece, share = self._place(source)
        curved = self.level + (1.0 - share) * self.height[piece] + share * self.height[piece + 1]
        return np.asarray(curved if filter is None else curved + self.share * filter)


def _knots(values: FloatArray) -> FloatArray:
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.array([low, low + 1.0])
    even, common = np.linspace(low, high, EVEN), np.quantile(values, np.linspace(0.0, 1.0, QUANTILES))
    wanted = np.sort(np.concatenate([common, even]))
    kept = [low]
    for value in wanted[1:-1]:
        if value - kept[-1] > NARROW * (high - low) and high - value > NARROW * (high - low):
            kept.append(float(value))
    return np.array([*kept, high])
