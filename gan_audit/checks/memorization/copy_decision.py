"""One way in which an image can resemble a real one too closely: who is accused, and who among real images."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from gan_audit.checks.memorization.whole_image_matches import ClosestMatches
from gan_audit.stats.extreme_values import LowerTail
from gan_audit.types import BoolArray, FloatArray, Interval

FALSE = 0.05
"""False-discovery rate (Benjamini and Hochberg 1995): expected share of wrongly flagged images among those flagged."""
SURE = 0.01
"""False-discovery rate that the closest image must reach, else no image is flagged.

If the tail is right, chance alone flags an image in at most this share of sound sets."""

FEWEST = 7
"""Images within a limit below which no count exceeds chance at 95 % in sets of one size, even without a real pair."""


@dataclass(frozen=True)
class Detector:
    """One way of resembling, judged by what it gives among real images of different patients."""

    across: ClosestMatches
    among: ClosestMatches
    score: FloatArray
    """(m,) false-discovery rate at which each synthetic image would be accused; 1 where none of the set is sure."""
    limit: float
    """Closeness of the last image accused, or below which a lone one would be."""
    told: BoolArray
    """(n,) the real images that can be told from others, and so tell of chance."""
    excess: Interval
    """Synthetic images within the limit beyond those that chance matches among real patients predict, a count."""

    @classmethod
    def of(
        cls, across: ClosestMatches, among: ClosestMatches, judged: BoolArray, told: BoolArray, level: float
    ) -> Detector:
        """Of the matches of either set; judged (m,): which synthetic images; told (n,): by which real ones.

        The limit is the one of several (all that are near, the nearer half, a quarter, ..., FEWEST at least) within
        which most images are surely more than chance; the level allows for their number (Bonferroni).
        """
        sample = among.closeness[told & np.isfinite(among.closeness)]
        if len(sample) < 2:
            return cls(across, among, np.ones(len(judged)), -np.inf, told, (0.0, 0.0))
        tail = LowerTail.of(sample)
        score = stats.false_discovery_control(np.where(judged, tail.chance(across.closeness), 1.0), method="bh")
        if score.min() > SURE:
            return cls(across, among, np.ones(len(score)), tail.limit(SURE / len(score)), told, (0.0, 0.0))
        ordered = np.sort(across.closeness[score <= FALSE])
        sizes = [len(ordered) >> halvings for halvings in range(len(ordered).bit_length())]
        limits = [float(ordered[size - 1]) for size in sizes if size >= FEWEST] or [float(ordered[-1])]
        detectors = [cls(across, among, score, limit, told, (0.0, 0.0)) for limit in limits]
        counted = [detector._counted(1 - (1 - level) / len(limits)) for detector in detectors]
        return max(counted, key=lambda detector: (detector.excess[0], detector.limit))

    def _counted(self, level: float) -> Detector:
        return replace(self, excess=self._beyond(level))

    @property
    def near(self) -> BoolArray:
        """(m,) the synthetic images that chance hardly brings so near."""
        return np.asarray((self.score <= FALSE) & (self.across.closeness <= self.limit))

    @property
    def flagged(self) -> BoolArray:
        """(m,) these, if real images of different patients are not as near to each other as often."""
        return self.near if self.excess[0] > 0 else np.zeros(len(self.score), bool)

    @property
    def real_matches(self) -> BoolArray:
        """(n,) the real images that resemble another patient's as closely."""
        return np.asarray(self.told & (self.among.closeness <= self.limit))

    def pairs(self) -> int:
        """Pairs of real images among them."""
        return len({frozenset((int(i), int(self.among.row[i]))) for i in np.flatnonzero(self.real_matches)})

    def _beyond(self, level: float) -> Interval:
        """The count less what chance may have brought.

        Where images match by chance, a set of m has 2 m / n times as many images that match a real one as there are
        matching pairs among n real ones; the count is then negative binomial (Jeffreys prior).
        """
        m, n, count = len(self.score), len(self.told), int(self.near.sum())
        chance = stats.nbinom(self.pairs() + 0.5, n / (n + 2 * m))
        low, high = chance.ppf([0.5 * (1 - level), 0.5 * (1 + level)])
        return max(0.0, count - float(high)), max(0.0, count - float(low))

    def closest_real(self, most: int) -> list[tuple[int, int]]:
        """The pairs of real images of different patients that match most closely, the closest first."""
        found: dict[frozenset[int], tuple[int, int]] = {}
        told = np.flatnonzero(self.told)
        for i in told[np.argsort(self.among.closeness[told], kind="stable")]:
            pair = int(i), int(self.among.row[i])
            found.setdefault(frozenset(pair), pair)
            if len(found) == most:
                break
        return list(found.values())

    def shares(self) -> FloatArray:
        """(m,) share of the real images that come closer to another patient's."""
        ordered = np.sort(self.among.closeness)
        return np.asarray(np.searchsorted(ordered, self.across.closeness, side="left") / len(ordered))
