"""Which matches are worth proving, and how odd each one is: what is left of the detail on small grids."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from gan_audit.imaging.affine import Windows, sampled
from gan_audit.imaging.alignment import align, residual
from gan_audit.imaging.block_agreement import Agreement, agreement
from gan_audit.imaging.grey_curve import GreyCurve
from gan_audit.imaging.matching import THEN, Matches, oriented
from gan_audit.imaging.pictures import BLUR, Pictures, fine, surviving
from gan_audit.imaging.registration import NOISIEST, STORAGE
from gan_audit.types import BoolArray, FloatArray, IntArray

LIKELY, PROMISING = 0.2, 0.1
"""Share of the detail that may be left on small grids: at first, and when both are equally sharp.

Of 420 copies of 20 kinds in six sets, none left more than 0.061 at first and 0.019 then; of 590 pairs of different
patients that pass the first limit there, 135 pass the second. The margin is for what those sets do not show: averaging
does not commute with a curve, so that gamma leaves more where dark images have fine texture (0.054 in one slice of a
brain).
"""

FEWEST = 100
"""Cells that a curve is fitted to, at least."""


def detail(queries: Pictures, base: Pictures, found: Matches, place: int) -> Agreement:
    """How much of the detail of each query its match in that place explains, on the finer grids.

    A query without a match has nothing explained.
    """
    rows = np.flatnonzero(found.row[:, place] >= 0)
    m = len(queries)
    result = Agreement(np.ones(m), np.ones(m), np.zeros(m, np.int64), np.zeros(m, np.int64))
    if len(rows):
        pair = queries.take(rows), base.take(found.row[rows, place])
        turn, windows = found.orientation[rows, place], _windows(found, rows, place)
        seen = _agreement(*pair, pair[0].fine, pair[1].fine, windows, turn)
        for name, values in vars(result).items():
            values[rows] = getattr(seen, name)
    return result


def promising(queries: Pictures, base: Pictures, found: Matches, share: FloatArray) -> BoolArray:
    """(m, places) which matches may be one picture; share: what `detail` leaves unexplained in these places.

    An enlarged image is less sharp than its source. Before what is left is judged, the sharper of the two is smoothed
    as far as the other one was by being enlarged, the window fitted again, and the grey levels carried over by the same
    kind of curve as in the proof: a cubic follows no gamma of a dark image.
    """
    result = np.zeros(share.shape, bool)
    for place in range(share.shape[1]):
        rows = np.flatnonzero(share[:, place] <= LIKELY)
        if len(rows):
            pair = queries.take(rows), base.take(found.row[rows, place])
            turn, windows = found.orientation[rows, place], _windows(found, rows, place)
            left, right = _equally_sharp(pair[0].points, pair[1].points, windows)
            windows = align(oriented(left, turn), right, windows, THEN).windows
            result[rows, place] = _agreement(*pair, left, right, windows, turn, curved=True).unexplained <= PROMISING
    return result


def _windows(found: Matches, rows: IntArray, place: int) -> Windows:
    return Windows(found.matrix[rows, place], found.middle[rows, place])


def _equally_sharp(left: FloatArray, right: FloatArray, windows: Windows) -> tuple[FloatArray, FloatArray]:
    """Finer grids of both, the one that shows more of the picture smoothed by what the other's blur grows to there."""
    scale = windows.scale
    grown = BLUR * left.shape[1] * np.sqrt(np.abs(np.square(1 / scale) - 1))
    enlarged, reduced = np.where(scale < 1, grown, 0.0), np.where(scale > 1, grown * scale, 0.0)
    return fine(_smoothed(left, enlarged)), fine(_smoothed(right, reduced))


def _smoothed(grids: FloatArray, deviation: FloatArray) -> FloatArray:
    return np.stack([ndimage.gaussian_filter(x, d, mode="nearest") for x, d in zip(grids, deviation, strict=True)])


def _agreement(
    queries: Pictures,
    base: Pictures,
    left: FloatArray,
    right: FloatArray,
    windows: Windows,
    orientation: IntArray,
    *,
    curved: bool = False,
) -> Agreement:
    """left, right: what is compared of them, on the finer grids, the left one not turned yet.

    curved: whether grey levels are carried over by a monotone, piecewise linear curve instead of a cubic.
    """
    turned = oriented(left, orientation)
    rest, inside = residual(turned, right, windows)
    if curved:
        rest = _left_by_curves(turned, right, windows, rest, inside)
    contrast = queries.contrast.reshape(-1, *[1] * (left.ndim - 1))
    noise = np.maximum(queries.noise, base.noise) * queries.contrast
    return agreement(
        turned * contrast, rest.reshape(left.shape) * contrast, inside.reshape(left.shape),
        queries.kept * np.minimum(noise, NOISIEST),
        float(STORAGE * surviving(left.ndim - 1, queries.points.shape[1])),
    )  # fmt: skip


def _left_by_curves(
    left: FloatArray, right: FloatArray, windows: Windows, rest: FloatArray, inside: BoolArray
) -> FloatArray:
    """What curves leave of each left grid, (n, cells), where enough of it is inside; else what was left before."""
    seen, found = sampled(right, windows, left.shape[1:])[0], rest.copy()
    for row in np.flatnonzero(inside.sum(axis=1) >= FEWEST):
        wanted = left[row].ravel()
        curve = GreyCurve(seen[row], wanted, inside[row])
        found[row] = np.where(inside[row], wanted - curve(seen[row]), 0.0)
    return found
