"""Every image laid on its likeliest sources: candidates in every view, then windows and grey levels fitted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from gan_audit.imaging.affine import Windows
from gan_audit.imaging.alignment import Alignment, align
from gan_audit.imaging.candidates import Candidates, candidates, views
from gan_audit.imaging.orientations import orient
from gan_audit.imaging.pictures import Pictures
from gan_audit.types import FloatArray, IntArray

CANDIDATES = 4
"""Images of the base that each query is laid on."""
FINELY = 2
"""Of them, how many are compared on the finer grids; the others' figures are those of the coarser ones."""
FIRST, THEN = 3, 3
"""Steps on the coarser grids, from an upright and from a turned view, and on the finer ones."""
BLOCK = 256


@dataclass(frozen=True)
class Matches:
    """The base images that each of m queries agrees best with, each once, the best first."""

    row: IntArray
    """(m, k); −1 where there is none."""
    rest: FloatArray
    """(m, k) share of the query's variance that is left unexplained, [0, 1]; 2 where there is none."""
    orientation: IntArray
    """(m, k) how the query is turned before it is laid on the base image."""
    matrix: FloatArray
    """(m, k, axes, axes) of the window of the base image, as in `Windows`."""
    middle: FloatArray
    """(m, k, axes)"""

    def enter(self, rows: IntArray, place: int, orientation: IntArray, laid: Alignment) -> None:
        """What queries `rows` came to on their candidates in that place."""
        self.rest[rows, place], self.orientation[rows, place] = laid.rest, orientation
        self.matrix[rows, place], self.middle[rows, place] = laid.windows.matrix, laid.windows.middle


def matches(queries: Pictures, base: Pictures, groups: tuple[IntArray, IntArray] | None = None) -> Matches:
    """Of m queries among n pictures of a base.

    groups: codes (m,) and (n,); images of equal code are not compared. Found is what differs by an orientation of a
    square, by an affine window of 0.8 to 1.2 sides that is turned by 15° at most, and by a curve between grey levels,
    falling ones included. Misleads where thumbnails show next to nothing: a spot fits every spot.
    """
    likely = candidates(queries.fine, base.fine, CANDIDATES, groups)
    found = _coarsely(queries.coarse, base.coarse, likely)
    for place in range(min(FINELY, found.row.shape[1])):
        for rows in _blocks(np.flatnonzero(found.row[:, place] >= 0)):
            _finely(queries.fine, base.fine, found, rows, place)
    return _ordered(found, FINELY)


def _coarsely(left: FloatArray, right: FloatArray, found: Candidates) -> Matches:
    """Every query laid on each of its candidates, from an upright and from a turned view; the better one counts."""
    (m, k), axes = found.row.shape, right.ndim - 1
    known = views(axes)[0]
    result = Matches(
        found.row, np.full((m, k), 2.0), found.orientation[:, :, 0].copy(),
        np.tile(np.eye(axes), (m, k, 1, 1)), np.zeros((m, k, axes)),
    )  # fmt: skip
    for place, kind in product(range(k), range(2)):
        for rows in _blocks(np.flatnonzero(found.row[:, place] >= 0)):
            turn, view = found.orientation[rows, place, kind], found.view[rows, place, kind]
            laid = align(oriented(left[rows], turn), right[found.row[rows, place]], known.take(view), FIRST)
            better = laid.rest < result.rest[rows, place]
            result.enter(rows[better], place, turn[better], Alignment(laid.rest[better], laid.windows.take(better)))
    return _ordered(result, k)


def _finely(left: FloatArray, right: FloatArray, found: Matches, rows: IntArray, place: int) -> None:
    turn = found.orientation[rows, place]
    start = Windows(found.matrix[rows, place], found.middle[rows, place])
    laid = align(oriented(left[rows], turn), right[found.row[rows, place]], start, THEN)
    found.enter(rows, place, turn, laid)


def oriented(grids: FloatArray, orientation: IntArray) -> FloatArray:
    """Grids (n, ..., s, s), each turned by its own orientation (n,)."""
    turned = np.empty_like(grids)
    for number in np.unique(orientation):
        turned[orientation == number] = orient(grids[orientation == number], int(number))
    return turned


def _ordered(found: Matches, first: int) -> Matches:
    """The first matches of each query put in order, the others left where they are."""
    order = np.tile(np.arange(found.row.shape[1]), (len(found.row), 1))
    order[:, :first] = np.argsort(found.rest[:, :first], axis=1, kind="stable")
    picked = {}
    for name, value in vars(found).items():
        index = order.reshape(*order.shape, *[1] * (value.ndim - 2))
        picked[name] = np.take_along_axis(value, index, axis=1)
    return Matches(**picked)


def _blocks(rows: IntArray) -> Iterator[IntArray]:
    return (rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK))


def window(found: Matches, query: int, place: int = 0) -> Windows:
    """The window of one match."""
    return Windows(found.matrix[query, place][None], found.middle[query, place][None])
