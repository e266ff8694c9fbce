"""Group-wise resampling: matched halves, and the intervals that come from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from gan_audit.types import Estimate, FloatArray, IntArray, Interval

SPLITS = 40
"""Random splits that a matched comparison averages over."""


@dataclass(frozen=True)
class Split:
    """Row numbers of three samples of the same size: two disjoint halves of one set, and a part of the other."""

    first: IntArray
    second: IntArray
    other: IntArray


@dataclass(frozen=True)
class SizeMatched:
    """A two-sample statistic against its own null, all at one sample size, so that its bias cancels."""

    estimate: Estimate
    """Between a half of the first set and as many rows of the second set."""
    reference: Estimate
    """Between that half and the other half of the first set."""
    size: int
    """Rows in each sample."""


def draw_splits(
    groups: IntArray, other_groups: IntArray, rng: np.random.Generator, *, count: int = SPLITS, largest: int = 1000
) -> list[Split]:
    """`count` random splits in which no group is on two sides.

    groups (n,), other_groups (m,): integer codes. Each sample holds min(n // 2, m // 2, largest) rows, fewer by
    chance where groups are large.
    """
    splits = []
    for _ in range(count):
        first, second = _halve(groups, rng)
        other = _shuffle_groups(other_groups, rng)[: len(other_groups) // 2]
        size = min(len(first), len(second), len(other), largest)
        splits.append(Split(*(np.sort(part[:size]) for part in (first, second, other))))
    return splits


def _halve(groups: IntArray, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Whole groups in random order, each to the side that has fewer rows so far."""
    order = _shuffle_groups(groups, rng)
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
    sides: tuple[list[IntArray], list[IntArray]] = ([], [])
    sizes = [0, 0]
    for block in np.split(order, starts[1:]):
        side = int(sizes[1] < sizes[0])
        sides[side].append(block)
        sizes[side] += len(block)
    return _join(sides[0]), _join(sides[1])


def _join(blocks: Sequence[IntArray]) -> IntArray:
    return np.concatenate(blocks) if blocks else np.empty(0, np.int64)


def _shuffle_groups(groups: IntArray, rng: np.random.Generator) -> IntArray:
    """Row numbers with groups in random order and the rows of a group together, in random order too."""
    codes, inverse = np.unique(groups, return_inverse=True)
    rank = rng.permutation(len(codes))[inverse]
    return np.lexsort((rng.random(len(groups)), rank))


def matched(
    between: Callable[[IntArray, IntArray], Sequence[float]],
    splits: Sequence[Split],
    offset: int,
    *,
    level: float,
    bounds: Sequence[Interval],
) -> list[SizeMatched]:
    """Two-sample statistics `between` two samples, and their references, averaged over the splits.

    between(i, j): the statistics of two samples given as row numbers of the pooled set, in which the second set's
    rows begin at `offset`; `bounds` holds each statistic's range. The interval is mean ± z·sd over the splits:
    dropping a random half of the groups is the delete-half jackknife (Shao and Wu 1989), whose spread is that of the
    statistic on all groups.
    """
    found = np.array([between(s.first, s.other + offset) for s in splits])
    null = np.array([between(s.first, s.second) for s in splits])
    size = int(np.median([len(s.first) for s in splits]))
    return [
        SizeMatched(summarize(found[:, i], level, bound), summarize(null[:, i], level, bound), size)
        for i, bound in enumerate(bounds)
    ]


def summarize(values: FloatArray, level: float, bounds: Interval = (-np.inf, np.inf)) -> Estimate:
    """Mean ± z·sd of one statistic's values over random halves, cut to the statistic's range."""
    mean, half = float(values.mean()), normal_quantile(level) * float(values.std(ddof=1))
    method = f"mean ± z·sd over {len(values)} random halves by group (delete-half jackknife)"
    return Estimate(mean, (max(mean - half, bounds[0]), min(mean + half, bounds[1])), method)


def normal_quantile(level: float) -> float:
    """Standard normal quantile z of a two-sided interval at `level` in (0, 1)."""
    return float(stats.norm.ppf(0.5 + level / 2.0))


def resample_groups(groups: IntArray, count: int, rng: np.random.Generator) -> FloatArray:
    """(count, n) weights of a bootstrap that draws whole groups with replacement: how often each row was drawn."""
    codes, inverse = np.unique(groups, return_inverse=True)
    drawn = rng.multinomial(len(codes), np.full(len(codes), 1.0 / len(codes)), size=count)
    return drawn[:, inverse].astype(np.float64)


def wilson(successes: float, total: float, level: float) -> Interval:
    """Wilson's score interval of a proportion; `total` may be an effective number (Wilson 1927)."""
    if total <= 0:
        return (0.0, 1.0)
    z = normal_quantile(level)
    share = successes / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * np.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def effective_size(values: FloatArray, groups: IntArray) -> float:
    """Number of independent rows that would give the mean of values (n,) the variance it has with these groups.

    n over the design effect of the ratio estimator (Kish 1965, section 2.8), never more than n; the number of groups
    where the values do not vary.
    """
    _, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(sizes) == len(values):
        return float(len(values))
    centred = values - values.mean()
    variance = float(np.square(centred).mean())
    if variance == 0.0 or len(sizes) < 2:
        return float(len(sizes))
    sums = np.bincount(inverse, weights=centred)
    clustered = float(np.square(sums).sum()) * len(sizes) / (len(sizes) - 1) / len(values)
    return float(min(len(values), len(values) * variance / clustered)) if clustered > 0 else float(len(values))
