"""How rare a low value is, told from a sample of what chance gives, further out than the sample reaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.types import FloatArray

BULK = 0.2
"""Share of the sample, the lowest, whose median excess gives the rate that no outlier moves."""
FAR = 0.05
"""Share of the sample, the lowest, whose mean excess gives the rate that outliers make slower."""
FEWEST = 16
"""Values, at least, that a rate is taken from."""


@dataclass(frozen=True)
class LowerTail:
    """Lower tail of a distribution of which `sample` was drawn.

    The logarithm of a distance to the nearest of many has an exponential lower tail, its rate being the number of
    directions in which the data vary: P(distance < t) ~ t^k (Levina and Bickel 2004, eq. 6). Two rates are taken, and
    the slower one counts: one from the median excess of the lowest fifth, which a few near-identical pairs of the
    sample cannot move, and one from the mean excess of the lowest twentieth (Hill 1975), which such pairs slow down,
    but by no more than their logarithm: they cannot hide what lies far beyond them. Nothing is called rarer than the
    sample itself shows it to be.
    """

    sample: FloatArray
    """(n,) ascending."""
    pieces: tuple[tuple[float, float, float], ...]
    """Where each exponential begins, its probability there, and its rate."""

    @classmethod
    def of(cls, sample: FloatArray) -> LowerTail:
        """From at least 2 finite values."""
        ordered = np.sort(sample)
        return cls(ordered, (_piece(ordered, BULK, robust=True), _piece(ordered, FAR, robust=False)))

    def chance(self, values: FloatArray) -> FloatArray:
        """Probability (m,) of a value as low as each of values (m,), in [0, 1]."""
        seen = np.searchsorted(self.sample, values, side="right")
        found = np.where(seen > 0, np.minimum(1.0, (seen + 1) / len(self.sample)), 0.0)
        for start, share, rate in self.pieces:
            beyond = share * np.exp(-rate * np.maximum(start - values, 0.0))
            found = np.maximum(found, np.where(values < start, beyond, 1.0))
        return found

    def limit(self, probability: float) -> float:
        """The value below which less than `probability` of chance's values lie."""
        limits = [start - np.log(share / min(probability, share)) / rate for start, share, rate in self.pieces]
        return float(min(limits))


def _piece(ordered: FloatArray, share: float, *, robust: bool) -> tuple[float, float, float]:
    n = len(ordered)
    count = min(n - 1, max(FEWEST, int(np.ceil(share * n))))
    excess = ordered[count] - ordered[:count]
    typical = float(np.median(excess)) / np.log(2.0) if robust else float(excess.mean())
    return float(ordered[count]), count / n, 1.0 / max(typical, 1e-9)
