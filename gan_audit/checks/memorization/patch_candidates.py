"""Where a part of a real image may lie in another image: blobs that look alike, and the next patient's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gan_audit.imaging.keypoints import Keypoints
from gan_audit.imaging.patches import Patches
from gan_audit.stats.neighbours.backends import BACKENDS, NearestRows, choose, inverted_lists
from gan_audit.types import FloatArray, IntArray

NEIGHBOURS = 16
"""Blobs, for each one, among which the real image is sought and the next patient's."""
MANY = 20_000
"""Blobs from which a search looks into the likeliest cells only: what it misses is no candidate, in either set."""
VISITED = 4
"""Cells that are looked into: of 72 parts pasted in four sets of 600 + 600, as many were found as with 16."""
FLOOR = 3e-4
"""Squared distances below this are rounding."""
BLOCK = 1 << 15


@dataclass(frozen=True)
class PatchCandidates:
    """Blobs of the queries with their like among the real images: the nearest, and the next patient's nearest."""

    query: IntArray
    """(g,)"""
    middle: IntArray
    """(g, 2) where the query's blob lies."""
    row: IntArray
    """(g,) the real image."""
    shift: IntArray
    """(g, 2) from the query's blob to the real image's."""
    next_row: IntArray
    """(g,) the next patient's image."""
    next_shift: IntArray
    next_far: FloatArray
    """(g,) squared distance to the next patient's blob."""
    ratio: FloatArray
    """(g,) `log_ratio` of the two distances."""

    @classmethod
    def of(
        cls, queries: Patches, base: Patches, own: IntArray | None, patients: IntArray, device: str
    ) -> PatchCandidates:
        """Bright blobs are compared with bright ones, dark ones with dark ones.

        own: the queries' patients, whose images do not count, or None; patients: those of the base.
        """
        found = [cls.nothing()]
        for sign in (1, -1):
            there = Keypoints.of(base, sign)
            here = there if queries is base else Keypoints.of(queries, sign)
            if len(there) and len(here):
                found.extend(_like(here, there, own, patients, device))
        return cls(*(np.concatenate(column) for column in zip(*(vars(x).values() for x in found), strict=True)))

    @classmethod
    def nothing(cls) -> PatchCandidates:
        """None."""
        row, place, number = np.zeros(0, np.int64), np.zeros((0, 2), np.int64), np.zeros(0)
        return cls(row, place, row, place, row, place, number, number)

    def take(self, rows: IntArray) -> PatchCandidates:
        """Those alone."""
        return PatchCandidates(*(value[rows] for value in vars(self).values()))

    def ranked(self, most: int) -> Iterator[PatchCandidates]:
        """The best of every query, then the second best of those that have one, and so on; `most` times."""
        order = np.lexsort((self.ratio, self.query))
        _, first, count = np.unique(self.query[order], return_index=True, return_counts=True)
        for rank in range(min(most, int(count.max(initial=0)))):
            yield self.take(order[first[count > rank] + rank])


def log_ratio(nearest: FloatArray, others: FloatArray) -> FloatArray:
    """Logarithm of squared distances less that of others, both raised by what rounding may be."""
    return np.asarray(np.log(nearest + FLOOR) - np.log(others + FLOOR))


def _like(
    here: Keypoints, there: Keypoints, own: IntArray | None, patients: IntArray, device: str
) -> Iterator[PatchCandidates]:
    many = len(there) > MANY
    search = inverted_lists(there.look, VISITED) if many else BACKENDS[choose(device)].index(there.look)
    k = min(NEIGHBOURS, len(there))
    for start in range(0, len(here), BLOCK):
        rows = np.arange(start, min(len(here), start + BLOCK))
        mine = None if own is None else own[here.grid[rows]]
        near = search(here.look[rows], k)
        first, second, least, next_far = _nearest_two(near, patients[there.grid[near.row]], mine)
        where = here.middle[rows]
        guesses = PatchCandidates(
            here.grid[rows], where, there.grid[first], there.middle[first] - where, there.grid[second],
            there.middle[second] - where, next_far, log_ratio(least, next_far),
        )  # fmt: skip
        yield guesses.take(np.flatnonzero(np.isfinite(least)))


def _nearest_two(
    near: NearestRows, patient: IntArray, mine: IntArray | None
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Of each query's candidates the nearest, the nearest of another patient, and their squared distances.

    Where all candidates are one patient's, the second distance is how far the search came: the next is no nearer.
    """
    far = np.where(near.row >= 0, np.maximum(near.squared.astype(np.float64), 0.0), np.inf)
    if mine is not None:
        far[patient == mine[:, None]] = np.inf
    first = far.argmin(axis=1)[:, None]
    others = np.where(patient != np.take_along_axis(patient, first, axis=1), far, np.inf)
    second = others.argmin(axis=1)[:, None]
    rows = [np.take_along_axis(near.row, column, axis=1)[:, 0] for column in (first, second)]
    reached = np.where(np.isfinite(far), far, 0.0).max(axis=1)
    next_far = others.min(axis=1)
    return rows[0], rows[1], far.min(axis=1), np.where(np.isfinite(next_far), next_far, reached)
