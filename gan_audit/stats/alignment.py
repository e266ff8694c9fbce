"""One grid laid on another: shift, crop and grey levels fitted, and how much then differs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gan_audit.stats.fit import BEND, Fit, Place
from gan_audit.stats.separable import along_axes, averaging, smooth
from gan_audit.types import BoolArray, FloatArray

SIDE = 32
"""Cells along each axis at most of the grids that are aligned."""
BLUR = 1.5 / 64
"""Gaussian that takes noise and block artefacts off first, as a share of the side."""
FAST = 3 / 32
"""What is coarser than this share of the side plays no part in finding the shift."""
REACH = 0.08
"""Largest shift from a view's own place, as a share of the side."""
STEPS = 3
"""Gauss-Newton steps."""


@dataclass(frozen=True)
class Alignment:
    """How n pairs of grids agree at their best."""

    difference: FloatArray
    """(n,) 1 − correlation, the geometric mean of that of the grids and that of their layout alone, [0, 2]."""
    place: Place
    bent: BoolArray
    """(n,) whether the grey levels are related by a curve rather than by a line."""
    opposite: BoolArray
    """(n,) whether what is bright in one is dark in the other."""


def prepared(grids: FloatArray) -> FloatArray:
    """Grids (n, s, ...) smoothed and brought down to SIDE cells along each axis where they have a multiple of that."""
    smoothed = smooth(grids, BLUR * grids.shape[1])
    sides = grids.shape[1:]
    if any(side <= SIDE or side % SIDE for side in sides):
        return smoothed
    return along_axes(smoothed, [averaging(side, SIDE) for side in sides])


def layout(grids: FloatArray) -> FloatArray:
    """Grids (n, s, ...) without what is coarse: what `shifted` goes by."""
    return np.asarray(grids - smooth(grids, FAST * grids.shape[1]))


def shifted(left: FloatArray, right: FloatArray, place: Place) -> Place:
    """The place moved, by REACH at most, to where the circular cross-correlation of the layouts peaks."""
    axes = tuple(range(1, left.ndim))
    spectrum = np.fft.rfftn(left, axes=axes) * np.conj(np.fft.rfftn(right, axes=axes))
    correlation = np.fft.irfftn(spectrum, s=left.shape[1:], axes=axes)
    reach = max(1, round(REACH * left.shape[1]))
    near = np.r_[0 : reach + 1, -reach:0]
    for axis in axes:
        correlation = np.take(correlation, near, axis=axis)
    best = np.unravel_index(correlation.reshape(len(left), -1).argmax(axis=1), correlation.shape[1:])
    moved = np.stack([near[i] for i in best], axis=1) / np.array(left.shape[1:])
    return replace(place, centre=place.centre - moved * place.scale)


def align(left: FloatArray, right: FloatArray, place: Place) -> Alignment:
    """The window of each right grid that agrees best with the left one, looked for from `place` on.

    left, right (n, s, ...): prepared grids. Centre and width along each axis and a cubic curve between the grey
    levels are fitted by least squares (Lucas and Kanade 1981), over the cells that both cover.
    """
    best, least = place, np.full(len(left), np.inf)
    for step in range(STEPS + 1):
        fit = Fit(left, right, place)
        rest = fit.rest(BEND)
        better = rest < least
        least = np.where(better, rest, least)
        best = Place(*(np.where(better[:, None], x, y) for x, y in zip(_parts(place), _parts(best), strict=True)))
        if step < STEPS:
            place = fit.moved()
    fit = Fit(left, right, best)
    straight, curved = fit.rest(1), fit.rest(BEND)
    bent = (straight > 4 * curved) & (straight > 2e-3)
    return Alignment(fit.difference(), best, bent, fit.slope() < 0)


def _parts(place: Place) -> tuple[FloatArray, FloatArray]:
    return place.centre, place.scale
