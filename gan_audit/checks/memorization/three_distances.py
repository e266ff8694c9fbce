"""Nearest distances real to real, synthetic to synthetic and synthetic to real, with equally many candidates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from gan_audit.checks.base import CheckSettings, Comparison, ImageRows
from gan_audit.checks.memorization.distances import Distances, usable
from gan_audit.stats.neighbours.symmetric import nearest_in_views
from gan_audit.stats.neighbours.two_samples import subset
from gan_audit.stats.rank_sum import variance_of_sum
from gan_audit.stats.resampling import normal_quantile
from gan_audit.types import BoolArray, FloatArray, IntArray, check_key

SUBSETS = 4
"""Random subsets of the larger set that a distance is averaged over."""
APART, ANYONE, WITHIN, ACROSS, UNSEEN = (
    "real to real of another patient",
    "real to real of any patient",
    "synthetic to synthetic",
    "synthetic to real",
    "unseen real to real",
)


@dataclass(frozen=True)
class Mean:
    """A mean nearest distance."""

    candidates: int
    value: float
    low: float
    high: float
    images: int


def three_distances(data: Comparison, found: Distances, settings: CheckSettings) -> dict[str, Any]:
    """What the report shows: the means side by side, and how far synthetic images keep from each other.

    A nearest distance falls as candidates grow, so the larger set is cut to the size of the smaller one, by whole
    groups, and the result averaged over `SUBSETS` draws. Where the real set is cut, the line `synthetic to real` misses
    copies of images that were left out: the line over all images beside it does not.
    """
    size = min(len(data.real), len(data.synthetic))
    means = dict(_means(data, found, settings, size))
    return {
        "equal_n": size,
        "mean_nearest_distance": {name: mean.value for name, mean in means.items()},
        "synthetic_spacing": means[WITHIN].value / max(means.get(ANYONE, means[APART]).value, np.finfo(float).tiny),
        "tables": [_table(means, found, settings.level)],
    }


def _means(data: Comparison, found: Distances, settings: CheckSettings, size: int) -> Iterator[tuple[str, Mean]]:
    """By name, in the order of the table."""
    real, synthetic = data.real, data.synthetic
    rng = settings.rng(check_key("distances", data.space, data.scope))
    bases = list(_bases(real, size, rng))
    cut, search = len(bases) > 1, partial(_distances, settings.device, data.grid)
    others = _averaged(search(real, real, bases, real.groups) if cut else [found.real])
    yield APART, _mean(np.where(usable(others), others, np.inf), real.groups, size, settings.level)
    if real.n_groups < len(real):
        anyone = _averaged(search(real, real, bases, np.arange(len(real))) if cut else [found.anyone])
        yield ANYONE, _mean(np.where(usable(anyone), anyone, np.inf), real.groups, size, settings.level)
    within = search(synthetic, synthetic, list(_bases(synthetic, size, rng)), np.arange(len(synthetic)))
    yield WITHIN, _mean(_averaged(within), synthetic.groups, size, settings.level)
    across = search(synthetic, real, bases) if cut else [found.synthetic]
    yield ACROSS, _mean(_averaged(across), synthetic.groups, size, settings.level)
    if data.holdout:
        unseen = _averaged(search(data.holdout, real, bases))
        yield UNSEEN, _mean(unseen, data.holdout.groups, size, settings.level)


def _bases(side: ImageRows, size: int, rng: np.random.Generator) -> Iterator[BoolArray]:
    """Which rows are candidates: all, or several random choices of `size`."""
    if size == len(side):
        yield np.ones(len(side), bool)
        return
    yield from (subset(side.groups, size, rng) for _ in range(SUBSETS))


def _distances(
    device: str,
    grid: tuple[int, ...],
    queries: ImageRows,
    side: ImageRows,
    bases: list[BoolArray],
    own: IntArray | None = None,
) -> list[FloatArray]:
    """For each choice of candidates (q,); own: codes of the set's rows, equal ones never being neighbours."""
    found = (
        nearest_in_views(
            queries.points,
            side.points[base],
            grid,
            query_groups=own,
            base_groups=None if own is None else own[base],
            device=device,
        )
        for base in bases
    )
    return [x.distance[:, 0] for x in found]


def _averaged(draws: list[FloatArray]) -> FloatArray:
    """(n,) mean over the draws in which the image has a neighbour; infinite where it never has."""
    stacked = np.stack(draws)
    present = np.isfinite(stacked)
    count = present.sum(axis=0)
    total = np.where(present, stacked, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.inf)


def _mean(values: FloatArray, groups: IntArray, candidates: int, level: float) -> Mean:
    """Mean ± z·sd of the finite values, groups being independent of each other."""
    kept = np.isfinite(values)
    rows, codes = values[kept], groups[kept]
    mean = float(rows.mean()) if len(rows) else 0.0
    variance = variance_of_sum((rows - mean) / max(len(rows), 1), codes) if len(rows) else 0.0
    half = normal_quantile(level) * float(np.sqrt(variance))
    return Mean(candidates, mean, max(mean - half, 0.0), mean + half, len(rows))


def _table(means: Mapping[str, Mean], found: Distances, level: float) -> dict[str, Any]:
    everything = {APART: float(found.baseline.mean()), ACROSS: float(found.synthetic.mean())}
    unit = max(means[APART].value, np.finfo(float).tiny)
    rows = [
        [name, mean.value, mean.low, mean.high, mean.value / unit, mean.images, everything.get(name)]
        for name, mean in means.items()
    ]
    columns = ["from and to the nearest", "mean", "low", "high", "relative", "images", "mean, all real candidates"]
    size = means[APART].candidates
    title = f"Mean nearest distances with {size} candidates each, {100 * level:g} % intervals by patient"
    return {"title": title, "columns": columns, "rows": rows}
