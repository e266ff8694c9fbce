"""Are synthetic images nearer to the real ones than other patients' images are?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from gan_audit.checks import memorization_methods
from gan_audit.checks.base import Check, Comparison, Settings, noun
from gan_audit.checks.matched import MORE
from gan_audit.stats.distances import squared_distances
from gan_audit.stats.neighbours import nearest
from gan_audit.stats.resampling import (
    Split,
    draw_splits,
    effective_size,
    resample_groups,
    summarize,
    wilson,
)
from gan_audit.types import ALL, CheckResult, Estimate, FloatArray, IntArray, Outcome, Pair, check_key

CLOSEST = 0.01
"""Share of the real images' own nearest distances that counts as close."""
COINCIDENT = 1e-9
"""Share of the median distance under which two real images count as the same image twice."""
DRAWS = 1000
"""Bootstrap samples behind the interval of the ratio."""


@dataclass(frozen=True)
class Distances:
    """Nearest-neighbour distances of one set of real and one of synthetic images."""

    synthetic: FloatArray
    """(m,) from each synthetic image to the nearest real one."""
    match: IntArray
    """(m,) row of that real image."""
    real: FloatArray
    """(n,) from each real image to the nearest real one of another group; infinite where there is none."""

    @property
    def baseline(self) -> FloatArray:
        """The real distances that may set a limit: finite, and not between two copies of one image."""
        finite = self.real[np.isfinite(self.real)]
        return finite[finite > COINCIDENT * np.median(finite)] if len(finite) else finite

    @property
    def ratio(self) -> float:
        """Mean synthetic over mean real distance."""
        return float(self.synthetic.mean() / self.baseline.mean())

    @property
    def close(self) -> float:
        """Distance that the closest `CLOSEST` of the real images keep."""
        return float(np.quantile(self.baseline, CLOSEST))

    @property
    def close_fraction(self) -> float:
        """Share of synthetic images nearer than `close`."""
        return float((self.synthetic < self.close).mean())

    @property
    def authentic(self) -> FloatArray:
        """(m,) 1.0 where the nearest real image has a real neighbour nearer than the synthetic image."""
        return (self.real[self.match] < self.synthetic).astype(np.float64)

    @property
    def authenticity(self) -> float:
        """Percentage of authentic synthetic images."""
        return 100.0 * float(self.authentic.mean())


def run(data: Comparison, settings: Settings) -> Iterator[Outcome]:
    """Ratio, close fraction and authenticity, with the whole real set as the training side, never a part of it."""
    reason = data.too_small()
    found = None if reason else _measure(data)
    if found is not None and not len(found.baseline):
        reason = "no two real images that differ and belong to different patients"
    if reason or found is None:
        yield from (data.skip(id, f"There are {reason}.", MORE) for id in memorization_methods.METHODS)
        return
    rng = settings.rng(check_key("memorization", data.space, data.scope))
    splits = draw_splits(data.real.groups, data.real.groups, rng)
    halves = [_between_halves(data, split) for split in splits]
    for id, (statistic, interval, unit, sentence) in STATISTICS.items():
        reference = np.array([statistic(half) for half in halves if len(half.baseline)])
        estimate = Estimate(statistic(found), *interval(found, data, settings))
        null = summarize(reference, settings.level, _BOUNDS[id]) if len(reference) > 1 else None
        yield _result(id, estimate, null, unit, sentence(found, data), data, found)


def _measure(data: Comparison) -> Distances:
    real, synthetic = data.real, data.synthetic
    across = nearest(synthetic.points, real.points)
    among = nearest(real.points, real.points, query_groups=real.groups, base_groups=real.groups)
    return Distances(across.distance[:, 0], across.index[:, 0], among.distance[:, 0])


def _between_halves(data: Comparison, split: Split) -> Distances:
    """The second half plays the synthetic set."""
    first, second = data.real.points[split.first], data.real.points[split.second]
    groups = data.real.groups[split.first]
    across, among = squared_distances(second, first), squared_distances(first, first)
    among[groups[:, None] == groups[None, :]] = np.inf
    return Distances(np.sqrt(across.min(axis=1)), across.argmin(axis=1), np.sqrt(among.min(axis=1)))


def _ratio_interval(found: Distances, data: Comparison, settings: Settings) -> tuple[tuple[float, float], str]:
    rng = settings.rng(check_key("memorization.ratio", data.space, data.scope))
    usable = np.isfinite(found.real) & (found.real >= found.baseline.min())
    top = resample_groups(data.synthetic.groups, DRAWS, rng)
    bottom = resample_groups(data.real.groups[usable], DRAWS, rng)
    ratios = (top @ found.synthetic / top.sum(axis=1)) / (bottom @ found.real[usable] / bottom.sum(axis=1))
    tail = 0.5 * (1.0 - settings.level)
    low, high = np.quantile(ratios, [tail, 1.0 - tail])
    return (float(low), float(high)), f"percentile bootstrap of whole groups, {DRAWS} draws"


def _share_interval(values: FloatArray, data: Comparison, settings: Settings) -> tuple[tuple[float, float], str]:
    size = effective_size(values, data.synthetic.groups)
    interval = wilson(float(values.mean()) * size, size, settings.level)
    return interval, "Wilson's score interval, sample size reduced by the design effect of groups"


def _close_interval(found: Distances, data: Comparison, settings: Settings) -> tuple[tuple[float, float], str]:
    """The limit itself is an estimate: with few images, far more than 1 % of all real ones may lie below it."""
    (low, high), method = _share_interval((found.synthetic < found.close).astype(np.float64), data, settings)
    below = np.where(np.isfinite(found.real), found.real, np.inf) < found.close
    size = effective_size(below.astype(np.float64), data.real.groups)
    order = np.ceil(1.0 + (size - 1.0) * CLOSEST)
    tail = 0.5 * (1.0 - settings.level)
    few, many = stats.beta.ppf([tail, 1.0 - tail], order, max(size - order, 0.0) + 1.0)
    interval = (max(0.0, low - float(many - CLOSEST)), min(1.0, high + float(CLOSEST - few)))
    return interval, method + f", widened by what the real {CLOSEST:.0%} quantile may be off (Beta order statistic)"


def _authenticity_interval(found: Distances, data: Comparison, settings: Settings) -> tuple[tuple[float, float], str]:
    (low, high), method = _share_interval(found.authentic, data, settings)
    return (100.0 * low, 100.0 * high), method


def _ratio_sentence(found: Distances, data: Comparison) -> str:
    return (
        f"Synthetic {noun(data.scope)} lie {found.ratio:.3g} times as far from the nearest real one as real ones of "
        "different patients lie from each other."
    )


def _close_sentence(found: Distances, data: Comparison) -> str:
    count = int((found.synthetic < found.close).sum())
    patients = len(np.unique(data.real.groups[found.match[found.synthetic < found.close]]))
    return (
        f"{count} of {len(found.synthetic)} synthetic {noun(data.scope)} lie nearer to a real image than the closest "
        f"1 % of real images of different patients lie to each other; {patients} patients are concerned."
    )


def _authenticity_sentence(found: Distances, data: Comparison) -> str:
    return (
        f"{found.authenticity:.3g} % of the synthetic {noun(data.scope)} are farther from their nearest real image "
        "than that image is from its own nearest neighbour of another patient."
    )


Interval = Callable[[Distances, Comparison, Settings], tuple[tuple[float, float], str]]
Row = tuple[Callable[[Distances], float], Interval, str, Callable[[Distances, Comparison], str]]
STATISTICS: Mapping[str, Row] = {
    "memorization.ratio": (lambda d: d.ratio, _ratio_interval, "ratio", _ratio_sentence),
    "memorization.close_fraction": (lambda d: d.close_fraction, _close_interval, "share", _close_sentence),
    "memorization.authenticity": (lambda d: d.authenticity, _authenticity_interval, "%", _authenticity_sentence),
}
_BOUNDS = {
    "memorization.ratio": (0.0, np.inf),
    "memorization.close_fraction": (0.0, 1.0),
    "memorization.authenticity": (0.0, 100.0),
}


def _result(
    id: str, estimate: Estimate, null: Estimate | None, unit: str, message: str, data: Comparison, found: Distances
) -> CheckResult:
    shown = id == "memorization.close_fraction"
    return CheckResult(
        id=id,
        estimate=estimate.value,
        ci=estimate.ci,
        reference=null,
        unit=unit,
        space=data.space,
        scope=data.scope,
        n_real=len(data.real),
        n_synthetic=len(data.synthetic),
        message=message,
        details={
            "interval_method": estimate.method,
            "reference_method": "one half of the real images, by group, in the role of the synthetic ones",
            "real_images_with_a_twin": int(len(found.real) - len(found.baseline)),
            **(_evidence(data, found) if shown else {}),
        },
        pairs=_pairs(data, found) if shown and data.scope == ALL else (),
    )


def _evidence(data: Comparison, found: Distances) -> Mapping[str, Any]:
    grid = np.linspace(0.0, 1.0, 101)
    curves = {"synthetic to nearest real": found.synthetic, "real to nearest real of another patient": found.baseline}
    figure = {
        "kind": "lines",
        "title": f"Distances to the nearest real image, space {data.space}",
        "caption": "Share of images (vertical) whose nearest real image is at most this far (horizontal). A synthetic "
        "curve that starts left of the real one shows images that are nearer to a real image than patients are to "
        "each other.",
        "x_label": "distance to the nearest real image",
        "y_label": "share of images",
        "series": [
            {"name": name, "x": [float(x) for x in np.quantile(values, grid)], "y": [float(y) for y in grid]}
            for name, values in curves.items()
        ],
        "vlines": [{"x": found.close, "label": "closest 1 % of real images"}],
    }
    order = np.argsort(found.synthetic, kind="stable")[:10]
    rows = [
        [data.synthetic.pseudonyms[i], data.real.pseudonyms[found.match[i]], float(found.synthetic[i])] for i in order
    ]
    columns = ["synthetic image", "nearest real image", "distance"]
    return {
        "close_distance": found.close,
        "figures": [figure],
        "tables": [{"title": "The ten nearest pairs", "columns": columns, "rows": rows}],
    }


def _pairs(data: Comparison, found: Distances) -> tuple[Pair, ...]:
    ordered = np.sort(found.baseline)
    shares = np.searchsorted(ordered, found.synthetic, side="left") / len(ordered)
    return tuple(
        Pair(
            data.space,
            data.synthetic.ids[i],
            data.real.ids[found.match[i]],
            float(found.synthetic[i]),
            float(shares[i]),
        )
        for i in np.argsort(found.synthetic, kind="stable")
    )


CHECK = Check(methods=memorization_methods.METHODS, run=run, use="copies", per_class=True)
