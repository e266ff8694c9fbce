"""Which matches are worth proving, and how odd each one is: what is left of the detail on small grids."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from gan_audit.imaging.affine import Windows
from gan_audit.imaging.alignment import align, residual
from gan_audit.imaging.blocks import Agreement, agreement
from gan_audit.imaging.laying import NOISIEST, STORAGE
from gan_audit.imaging.matching import THEN, Matches, oriented
from gan_audit.imaging.pictures import BLUR, Pictures, fine, surviving
from gan_audit.types import BoolArray, FloatArray, IntArray

LIKELY, PROMISING = 0.2, 0.05
"""Share of the detail that may be left on small grids: at first, and when both are equally sharp.

Of 600 copies of 20 kinds in five sets, none left more than 0.04 at first and 0.013 then; half of the pairs of different
patients that pass the first limit in those sets fail the second.
"""


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
    as far as the other one was by being enlarged, and the window fitted again.
    """
    result = np.zeros(share.shape, bool)
    for place in range(share.shape[1]):
        rows = np.flatnonzero(share[:, place] <= LIKELY)
        if len(rows):
            pair = queries.take(rows), base.take(found.row[rows, place])
            turn, windows = found.orientation[rows, place], _windows(found, rows, place)
            left, right = _equally_sharp(pair[0].points, pair[1].points, windows)
            windows = align(oriented(left, turn), right, windows, THEN).windows
            result[rows, place] = _agreement(*pair, left, right, windows, turn).unexplained <= PROMISING
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
    queries: Pictures, base: Pictures, left: FloatArray, right: FloatArray, windows: Windows, orientation: IntArray
) -> Agreement:
    """left, right: what is compared of them, on the finer grids, the left one not turned yet."""
    turned = oriented(left, orientation)
    rest, inside = residual(turned, right, windows)
    contrast = queries.contrast.reshape(-1, *[1] * (left.ndim - 1))
    noise = np.maximum(queries.noise, base.noise) * queries.contrast
    return agreement(
        turned * contrast, rest.reshape(left.shape) * contrast, inside.reshape(left.shape),
        queries.kept * np.minimum(noise, NOISIEST),
        float(STORAGE * surviving(left.ndim - 1, queries.points.shape[1])),
    )  # fmt: skip
