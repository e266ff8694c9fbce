"""Each image's best local match: a part that one real image has too, there or elsewhere, and no other patient's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from gan_audit.checks.base import ImageRows
from gan_audit.checks.memorization.patch_candidates import PatchCandidates, log_ratio
from gan_audit.checks.memorization.whole_image_matches import ClosestMatches
from gan_audit.imaging.grey import grey
from gan_audit.imaging.patches import Patches, distance
from gan_audit.imaging.resample import averaged
from gan_audit.types import FloatArray, IntArray

PART, MOVED = "part of a real image", "part of a real image, moved"
TRIES = 12
"""Blobs of each image whose surroundings are compared cell by cell."""
REACH = (-4, -2, 0, 2, 4)
"""How far from the blob, in cells along each axis, the window may lie that matches best."""
FAR = 2.0
"""Cells from which a part counts as moved."""
FINER = ((1024, 512), (512, 256), (256, 128))
"""Longest side of the images, and cells a side of the finer grid that is then looked at too."""
PROBED = 9
MOST = 1 << 26
"""Cells of all images of a set together up to which they are looked at on that grid."""
SMALLEST = 48
"""Fewest cells along each axis of a thumbnail in which parts are looked for."""


def best_parts(
    queries: ImageRows, real: ImageRows, grid: tuple[int, ...], *, apart: bool, device: str = "cpu"
) -> ClosestMatches | None:
    """Each query's window that is nearest to one real image's, measured by how near any other patient's is.

    None for volumes and for thumbnails of fewer than SMALLEST cells. apart: images of the query's own group do not
    count. `difference` is half the squared distance of the windows: 1 − correlation where they are not flat;
    `closeness` is the logarithm of the distance less that of the next patient's window, so that what many images have
    in common (background, a table, a marker) counts for nothing. An image without any blob has closeness 0. The part
    may lie anywhere in the real image, but neither turned nor enlarged.
    """
    if len(grid) != 2 or min(grid) < SMALLEST:
        return None
    base = Patches.of(real.points.reshape(len(real), *grid))
    mine = base if queries is real else Patches.of(queries.points.reshape(len(queries), *grid))
    found = _Closest.nothing(len(mine))
    for tried in PatchCandidates.of(mine, base, queries.groups if apart else None, real.groups, device).ranked(TRIES):
        found.improve(tried.query, _closely(mine, base, tried))
    return ClosestMatches(found.row, found.difference, found.closeness, tuple(found.how()))


def finer(sides: Sequence[ImageRows], grid: tuple[int, ...]) -> tuple[list[ImageRows], tuple[int, ...]] | None:
    """The same images on a finer grid, so that smaller parts fill a window; None where there is nothing finer to see.

    The grid is the finest of FINER that the median image of every set has the pixels for, and that memory allows.
    """
    readers = [side.read for side in sides if len(side)]
    if len(grid) != 2 or len(readers) < len(sides) or any(read is None for read in readers):
        return None
    longest = min(_longest(side) for side in sides)
    most = max(map(len, sides))
    fitting = (cells for least, cells in FINER if longest >= least and most * cells**2 <= MOST)
    cells = next(fitting, None)
    return None if cells is None else ([_on(side, cells) for side in sides], (cells, cells))


def _longest(side: ImageRows) -> float:
    """Longest side of the median image, in pixels, told from a few."""
    assert side.read is not None
    return float(np.median([max(grey(side.read(id)).shape) for id in side.ids[:PROBED]]))


def _on(side: ImageRows, cells: int) -> ImageRows:
    assert side.read is not None
    grids = np.stack([_thumbnail(grey(side.read(id)), cells) for id in side.ids])
    return replace(side, points=grids.reshape(len(side), -1))


def _thumbnail(values: FloatArray, cells: int) -> FloatArray:
    grid = averaged(values, cells)
    return np.asarray((grid - grid.mean()) / max(float(grid.std()), np.finfo(float).tiny))


@dataclass(frozen=True)
class _Closest:
    """The best match of each image: of all of them so far, or of some by one guess each."""

    row: IntArray
    difference: FloatArray
    closeness: FloatArray
    moved: FloatArray
    """Cells between the two windows."""

    @classmethod
    def nothing(cls, count: int) -> _Closest:
        return cls(np.zeros(count, np.int64), np.full(count, 2.0), np.zeros(count), np.zeros(count))

    def improve(self, query: IntArray, seen: _Closest) -> None:
        better = seen.closeness < self.closeness[query]
        for name, value in vars(self).items():
            value[query[better]] = getattr(seen, name)[better]

    def how(self) -> Iterator[str]:
        return (MOVED if cells >= FAR else PART for cells in self.moved)


def _closely(mine: Patches, base: Patches, tried: PatchCandidates) -> _Closest:
    """The window near each blob in which query and real image agree best, against that of the next patient's image."""
    shift = _best_shift(mine, base, tried.query, tried.middle, tried.row, tried.shift)
    middle, least = tried.middle, np.full(len(shift), np.inf)
    for step in product(REACH, repeat=2):
        moved = mine.inside(tried.middle + step)
        far = distance(mine.at(tried.query, moved), base.at(tried.row, moved + shift))
        middle = np.where((far < least)[:, None], moved, middle)
        least = np.minimum(far, least)
    here = mine.at(tried.query, middle)
    next_shift = _best_shift(mine, base, tried.query, middle, tried.next_row, tried.next_shift)
    least, others = (
        distance(here, base.settled(row, middle + move, here))
        for row, move in ((tried.row, shift), (tried.next_row, next_shift))
    )
    closeness = log_ratio(least, np.minimum(others, tried.next_far))
    return _Closest(tried.row, 0.5 * least, closeness, np.sqrt(np.square(shift).sum(axis=1)))


def _best_shift(
    mine: Patches, base: Patches, query: IntArray, middle: IntArray, row: IntArray, shift: IntArray
) -> IntArray:
    """The shift, by a cell more or less, at which the windows about `middle` agree best."""
    here = mine.at(query, middle)
    best, least = shift, np.full(len(shift), np.inf)
    for step in product((0, -1, 1), repeat=2):
        far = distance(here, base.at(row, mine.inside(middle) + shift + step))
        best = np.where((far < least)[:, None], shift + step, best)
        least = np.minimum(far, least)
    return best
