"""Does each radiomic feature have the distribution it has in real images?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from scipy import stats

from gan_audit.checks.base import Check, CheckSettings, Comparison, noun
from gan_audit.checks.feature_families import columns_of
from gan_audit.checks.reproducibility import COLUMNS, Marks, marks
from gan_audit.checks.two_sample import Statistic, measure
from gan_audit.stats.resampling import SizeMatched
from gan_audit.stats.univariate import SortedPool, distances, permutation_null
from gan_audit.types import BoolArray, CheckResult, FloatArray, IntArray, Method, Outcome, check_key

PERMUTATIONS = 500
RANK = 0.9
"""The headline is the distance that this share of the features stay under: no single feature decides alone."""


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Kolmogorov-Smirnov and Wasserstein distances of every feature, and how surprising they are by patient."""
    pooled = np.concatenate([data.real.values, data.synthetic.values])
    if not len(pooled):
        return
    pool = SortedPool.of(pooled, np.concatenate([data.real.points, data.synthetic.points]))
    unit = data.real.points.std(axis=0) if len(data.real) else np.ones(pooled.shape[1])
    unit = np.where(unit > 0, unit, np.inf)

    level = columns_of(data.names)["intensity"]

    def between(i: IntArray, j: IntArray) -> tuple[float, float]:
        found = distances(pool, i, j)
        return _headline(found.ks, level), _headline(found.wasserstein / unit, level)

    def details() -> Mapping[str, Mapping[str, Any]]:
        return _details(data, settings, pool, unit)

    for outcome in measure(data, settings, STATISTICS, between, details):
        yield _with_p(outcome)


def _headline(shown: FloatArray, level: BoolArray) -> float:
    """What nine in ten features stay under, or the median over the few features of grey level where that is more."""
    whole = float(np.quantile(shown, RANK))
    return max(whole, float(np.median(shown[level]))) if level.any() else whole


def _with_p(outcome: Outcome) -> Outcome:
    """The smallest p-value of the family stands for the check."""
    if not isinstance(outcome, CheckResult):
        return outcome
    found = outcome.details["smallest_p"], outcome.details["smallest_p_adjusted"]
    return CheckResult(**{**outcome.__dict__, "p_value": found[0], "p_adjusted": found[1]})


def _details(
    data: Comparison, settings: CheckSettings, pool: SortedPool, unit: FloatArray
) -> Mapping[str, Mapping[str, Any]]:
    n = len(data.real)
    everything = np.arange(n + len(data.synthetic))
    found = distances(pool, everything[:n], everything[n:])
    rng = settings.rng(check_key("marginals", data.space, data.scope))
    ks, wasserstein = permutation_null(pool, _blocks(data), n, rng, PERMUTATIONS)
    medians = [np.median(side.values, axis=0) for side in data.sides]
    rows = {
        "marginals.ks": (found.ks, found.ks, ks),
        "marginals.wasserstein": (found.wasserstein / unit, found.wasserstein, wasserstein),
    }
    marked = marks(data, settings, pool)
    return {id: _table(id, data, shown, raw, null, medians, marked) for id, (shown, raw, null) in rows.items()}


def _blocks(data: Comparison) -> list[IntArray]:
    """Pooled row numbers of each group, real and synthetic groups apart."""
    blocks, start = [], 0
    for side in data.sides:
        order = np.argsort(side.groups, kind="stable")
        cuts = np.flatnonzero(np.diff(side.groups[order])) + 1
        blocks += [start + block for block in np.split(order, cuts)]
        start += len(side)
    return blocks


def _table(
    id: str,
    data: Comparison,
    shown: FloatArray,
    raw: FloatArray,
    null: FloatArray,
    medians: list[FloatArray],
    marked: Marks,
) -> Mapping[str, Any]:
    p = (1.0 + (null >= raw - 1e-12).sum(axis=0)) / (1.0 + len(null))
    adjusted = stats.false_discovery_control(p, method="bh")
    order = np.argsort(-shown, kind="stable")
    rows = [
        [
            data.names[i],
            *(float(x) for x in (shown[i], p[i], adjusted[i], medians[0][i], medians[1][i])),
            *marked.cells[i],
        ]
        for i in order
    ]
    label = "Kolmogorov-Smirnov D" if id == "marginals.ks" else "Wasserstein distance (real standard deviations)"
    columns = ["feature", label, "p", "p adjusted", "median real", "median synthetic", *COLUMNS]
    return {
        "all_images": _headline(shown, columns_of(data.names)["intensity"]),
        "features": len(shown),
        "features_that_differ": int((adjusted <= 0.05).sum()),
        "largest": float(shown.max()),
        "largest_feature": data.names[int(shown.argmax())],
        "smallest_p": float(p.min()),
        "smallest_p_adjusted": float(adjusted.min()),
        "p_method": f"{PERMUTATIONS} permutations of whole groups, Benjamini-Hochberg over the features",
        "features_set_aside": {why: list(names) for why, names in data.set_aside.items()},
        "families": _families(data.names, shown),
        **marked.summary,
        "tables": [{"title": f"Every feature, {noun(data.scope)}", "columns": columns, "rows": rows}],
    }


def _families(names: tuple[str, ...], shown: FloatArray) -> Mapping[str, float | None]:
    """Median distance of the features of grey level and of those of texture, where both kinds are known by name."""
    return {kind: float(np.median(shown[w])) if w.any() else None for kind, w in columns_of(names).items()}


def _sentence(name: str, unit: str) -> Callable[[SizeMatched, Comparison], str]:
    def fill(found: SizeMatched, data: Comparison) -> str:
        return (
            f"Nine in ten radiomic features of the synthetic {noun(data.scope)} stay within a {name} of "
            f"{found.estimate.value:.3g}{unit} of the real ones; between two halves of the real ones, within "
            f"{found.reference.value:.3g}{unit}."
        )

    return fill


STATISTICS = (
    Statistic("marginals.ks", "D", (0.0, 1.0), _sentence("Kolmogorov-Smirnov distance", "")),
    Statistic(
        "marginals.wasserstein",
        "real standard deviations",
        (0.0, np.inf),
        _sentence("Wasserstein distance", " standard deviations"),
    ),
)
_COMMON = (
    "90th percentile over the features, or the median over those of grey level where that is more, averaged over "
    "random halves of both sets. Per feature, over all images: the distance, its permutation p-value (whole patients "
    "change sides), and the p-value adjusted over the features."
)
CHECK = Check(
    methods={
        "marginals.ks": Method(
            title="Feature distributions (Kolmogorov-Smirnov)",
            family="distributions",
            question="Does each radiomic feature take the values it takes in real images of the class?",
            means="A value like that between two halves of the real data says that the features agree one by one.",
            does_not_mean="Features that agree one by one can still depend on each other in the wrong way.",
            computed="D = sup |F − G| of each feature. " + _COMMON,
            reference="scipy.stats.ks_2samp; Benjamini and Hochberg 1995; Benjamini and Yekutieli 2001",
        ),
        "marginals.wasserstein": Method(
            title="Feature distributions (Wasserstein)",
            family="distributions",
            question="By how much would the features have to be moved to agree?",
            means="In units of each feature's standard deviation among the real images of the class: 0.1 is a "
            "trifle, 1 is a different population.",
            does_not_mean="What lies beyond eight robust standard deviations of all real images counts as lying there, "
            "so that no outlier owns the distance: how far out it truly lies is not told.",
            computed="W₁ = ∫ |F − G| dx of each feature over the real standard deviation, values being clipped at "
            "eight robust standard deviations from the real median. " + _COMMON,
            reference="scipy.stats.wasserstein_distance; Ramdas et al. 2017",
            revision=2,
        ),
    },
    run=run,
    use="marginals",
    per_class=True,
)
