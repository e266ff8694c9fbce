"""One way in which an image can be a copy: who is accused, at which false-discovery rate, and who among real images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.checks.copies import Matches
from gan_audit.stats.tails import LowerTail
from gan_audit.stats.univariate import benjamini_hochberg
from gan_audit.types import BoolArray, FloatArray, IntArray

FALSE = 0.05
"""Share of the images accused that may be accused wrongly."""
SURE = 0.01
"""No image is accused unless one is at this rate: sound sets in which chance alone accuses one are that rare."""


@dataclass(frozen=True)
class Way:
    """One way of being a copy, judged by what it gives among real images of different patients."""

    across: Matches
    among: Matches
    score: FloatArray
    """(m,) false-discovery rate at which each synthetic image would be accused; 1 where none of the set is sure."""
    limit: float
    """Closeness of the last image accused, or below which a lone one would be."""

    @classmethod
    def of(cls, across: Matches, among: Matches, judged: BoolArray, chance: BoolArray) -> Way:
        """Of the matches of either set; judged (m,): which synthetic images; chance (n,): by which real ones."""
        tail = LowerTail.of(among.closeness[chance] if chance.sum() > 1 else among.closeness)
        score = benjamini_hochberg(np.where(judged, tail.chance(across.closeness), 1.0))
        if score.min() > SURE:
            return cls(across, among, np.ones(len(score)), tail.limit(SURE / len(score)))
        return cls(across, among, score, float(across.closeness[score <= FALSE].max()))

    @property
    def accused(self) -> BoolArray:
        """(m,) the synthetic images that are called copies."""
        return np.asarray(self.score <= FALSE)

    @property
    def twins(self) -> BoolArray:
        """(n,) the real images that match another patient's as closely."""
        return np.asarray(self.among.closeness <= self.limit)

    def pairs(self) -> int:
        """Pairs of real images among them."""
        return len({frozenset((int(i), int(self.among.row[i]))) for i in np.flatnonzero(self.twins)})

    def closest_real(self, most: int) -> list[tuple[int, int]]:
        """The pairs of real images of different patients that match most closely, the closest first."""
        found: dict[frozenset[int], tuple[int, int]] = {}
        for i in np.argsort(self.among.closeness, kind="stable"):
            pair = int(i), int(self.among.row[i])
            found.setdefault(frozenset(pair), pair)
            if len(found) == most:
                break
        return list(found.values())

    def shares(self, rows: IntArray) -> FloatArray:
        """Share of the real images that come closer to another patient's."""
        ordered = np.sort(self.among.closeness)
        return np.asarray(np.searchsorted(ordered, self.across.closeness[rows], side="left") / len(ordered))
