"""How rare a low value is, told from a sample of what chance gives, further out than the sample reaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.types import FloatArray

BULK = 0.2
"""Share of the sample, the lowest, whose median excess gives the rate."""
FEWEST = 16
"""Values, at least, that the rate is taken from."""
SURVIVED = 0.05
"""Share of the sample that may be anything, and leaves the rate at 0.6 of the true one at least.

Of the lowest fifth, a quarter then is foreign. Its median is the value that a third of the rest lies below, whose
excess is ln 3 and not ln 2 over the rate. A share of half of BULK breaks it.
"""


@dataclass(frozen=True)
class LowerTail:
    """Lower tail of a distribution of which `sample` was drawn, some of it perhaps from another one.

    The logarithm of a distance to the nearest of many has an exponential lower tail, its rate being the number of
    directions in which the data vary: P(distance < t) ~ t^k (Levina and Bickel 2004, eq. 6). The rate is taken from the
    median excess of the lowest fifth, which a few near-identical pairs cannot move far (SURVIVED), however near they
    are. Misleads where more than a tenth of the sample is foreign: chance then seems to reach as far as that tenth.
    """

    start: float
    """Where the exponential begins."""
    share: float
    """Its probability there."""
    rate: float

    @classmethod
    def of(cls, sample: FloatArray) -> LowerTail:
        """From at least 2 finite values."""
        ordered = np.sort(sample)
        n = len(ordered)
        count = min(n - 1, max(FEWEST, int(np.ceil(BULK * n))))
        excess = ordered[count] - ordered[:count]
        typical = float(np.median(excess)) / np.log(2.0)
        return cls(float(ordered[count]), count / n, 1.0 / max(typical, 1e-9))

    def chance(self, values: FloatArray) -> FloatArray:
        """Probability (m,) of a value as low as each of values (m,), in [0, 1]."""
        beyond = self.share * np.exp(-self.rate * np.maximum(self.start - values, 0.0))
        return np.asarray(np.where(values < self.start, beyond, 1.0))

    def limit(self, probability: float) -> float:
        """The value below which less than `probability` of chance's values lie."""
        return float(self.start - np.log(self.share / min(probability, self.share)) / self.rate)
