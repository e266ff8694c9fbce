"""One way to measure a two-sample statistic beside its real-against-real reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_audit.checks.base import CheckSettings, Comparison
from gan_audit.stats.distances import squared_distances
from gan_audit.stats.resampling import SizeMatched, draw_splits, matched
from gan_audit.types import CheckResult, FloatArray, IntArray, Interval, Outcome, check_key

WHOLE = 4000
"""Pooled rows up to which all distances are computed once and shared by every split."""
MORE = "Supply more images of both sets, of more patients."


@dataclass(frozen=True)
class Statistic:
    """What the report needs to know of one two-sample statistic."""

    id: str
    unit: str
    bounds: Interval
    sentence: Callable[[SizeMatched, Comparison], str]


def measure(
    data: Comparison,
    settings: CheckSettings,
    statistics: Sequence[Statistic],
    between: Callable[[IntArray, IntArray], Sequence[float]],
    details: Callable[[], Mapping[str, Mapping[str, Any]]],
) -> Iterator[Outcome]:
    """Each statistic at matched sample size, or skipped where halves cannot be drawn.

    between(i, j): the statistics of two samples of pooled rows, the real set's rows first. details(): by check
    identifier, what else the report shows, `all_images` for one; called only where the statistic is taken.
    """
    if reason := data.too_small():
        yield from (data.skip(s.id, f"There are {reason}.", MORE) for s in statistics)
        return
    rng = settings.rng(check_key("splits", data.space, data.scope))
    splits = draw_splits(data.real.groups, data.synthetic.groups, rng)
    found = matched(between, splits, len(data.real), level=settings.level, bounds=[s.bounds for s in statistics])
    more = details()
    for statistic, result in zip(statistics, found, strict=True):
        yield _result(data, statistic, result, more.get(statistic.id, {}))


def shared_distances(pooled: FloatArray) -> Callable[[IntArray, IntArray], FloatArray]:
    """block(i, j): squared distances (len(i), len(j)) between rows of pooled (n, d)."""
    if len(pooled) > WHOLE:
        return lambda i, j: squared_distances(pooled[i], pooled[j])
    everything = squared_distances(pooled, pooled)
    return lambda i, j: everything[np.ix_(i, j)]


def _result(data: Comparison, statistic: Statistic, found: SizeMatched, more: Mapping[str, Any]) -> CheckResult:
    return CheckResult(
        id=statistic.id,
        estimate=found.estimate.value,
        ci=found.estimate.ci,
        reference=found.reference,
        unit=statistic.unit,
        space=data.space,
        scope=data.scope,
        n_real=len(data.real),
        n_synthetic=len(data.synthetic),
        message=statistic.sentence(found, data),
        details={
            "matched_n": found.size,
            "interval_method": found.estimate.method,
            "reference_method": "the same statistic between two disjoint halves of the real images, by group",
            **more,
        },
    )
