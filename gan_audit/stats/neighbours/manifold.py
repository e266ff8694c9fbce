"""Balls about the rows of two samples, and the manifold statistics that count what lies in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.stats.neighbours.gram import CentredSample
from gan_audit.stats.neighbours.rows import looseness, paired_squares
from gan_audit.types import BoolArray, FloatArray, IntArray, Single

TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True)
class Manifold:
    """Overlap of two samples seen through their k-nearest-neighbour balls."""

    precision: float
    """Share of the right sample inside any ball of the left one, [0, 1]: Kynkäänniemi et al. 2019, eq. 2."""
    recall: float
    """Share of the left sample inside any ball of the right one, [0, 1]: the same, eq. 3."""
    density: float
    """Mean number of left balls that hold a right row, over k, [0, n/k]: Naeem et al. 2020, eq. 4. 1 if equal."""
    coverage: float
    """Share of the left balls that hold a right row, [0, 1]: Naeem et al. 2020, eq. 5."""


class Balls:
    """The balls of both samples, in the order and at the scale of the pass, and what has been found in them."""

    def __init__(
        self, right: CentredSample, left: CentredSample, right_radii: FloatArray, left_radii: FloatArray, scale: float
    ) -> None:
        """Radii are squared, in the samples' order."""
        self.right, self.left, self._scale = right, left, scale
        self.right_radii, self.left_radii = right_radii[right.order] * scale**2, left_radii[left.order] * scale**2
        self._reached, self._covered = np.zeros(len(left.rows), bool), np.zeros(len(left.rows), bool)
        self._hits = np.zeros(len(right.rows), np.int64)

    def around_right(self, i: IntArray, j: IntArray, bound: Single) -> None:
        """Pairs of a right and a left row, perhaps within the right one's ball."""
        self._reached[j[self._inside(i, j, bound, self.right_radii[i])]] = True

    def around_left(self, i: IntArray, j: IntArray, bound: Single) -> None:
        """Pairs of a right and a left row, perhaps within the left one's ball."""
        inside = self._inside(i, j, bound, self.left_radii[j])
        self._covered[j[inside]] = True
        self._hits += np.bincount(i[inside], minlength=len(self._hits))

    def _inside(self, i: IntArray, j: IntArray, bound: Single, radii: FloatArray) -> BoolArray:
        d = self.right.rows.dimension
        slack = 2.0 * (looseness(d) * (self.right.lengths[i] + self.left.lengths[j]) + d * TINY)
        inside: BoolArray = bound + slack < radii
        open_ = np.flatnonzero(~inside & (bound < radii))
        if len(open_):
            at_right, at_left = self.right.order[i[open_]], self.left.order[j[open_]]
            exact = paired_squares(self.right.rows, self.left.rows, at_right, at_left)
            inside[open_] = exact * self._scale**2 < radii[open_]
        return inside

    def manifold(self, k: int) -> Manifold:
        """After the pass."""
        hits = self._hits
        return Manifold(
            precision=float((hits > 0).mean()),
            recall=float(self._reached.mean()),
            density=float(hits.mean() / k),
            coverage=float(self._covered.mean()),
        )
