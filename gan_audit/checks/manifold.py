"""Overlap of the two sets' neighbourhoods: precision, recall, density, coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, replace

import numpy as np

from gan_audit.checks.base import Check, CheckSettings, Comparison, noun
from gan_audit.checks.two_sample import Statistic, measure, shared_distances
from gan_audit.stats.neighbours.api import manifold, manifold_of, nearest
from gan_audit.stats.resampling import SizeMatched, draw_splits, summarize
from gan_audit.types import ALL, CheckResult, Estimate, IntArray, Method, Outcome, UnusableImage

K = 5
"""Neighbours to a ball, as in Naeem et al. 2020."""
FAR = 0.99
"""Share of the real images whose nearest neighbour of another patient is no farther than that of a usable image."""


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Precision, recall, density and coverage at matched sample size; an absent class is covered by nobody."""
    if not len(data.synthetic) and len(data.real):
        yield _absent(data, settings)
        return
    pooled = np.concatenate([data.real.points, data.synthetic.points])
    block = shared_distances(pooled)

    def between(i: IntArray, j: IntArray) -> tuple[float, ...]:
        found: tuple[float, ...] = astuple(manifold(block(i, i), block(j, j), block(i, j), K))
        return found

    def details() -> dict[str, dict[str, float]]:
        found = manifold_of(data.real.points, data.synthetic.points, K)
        return {s.id: {"all_images": getattr(found, s.id), "k": K} for s in STATISTICS}

    for outcome in measure(data, settings, STATISTICS, between, details):
        if isinstance(outcome, CheckResult) and outcome.id == "precision" and outcome.scope == ALL:
            yield replace(outcome, marks=_strangers(data))
        else:
            yield outcome


def _strangers(data: Comparison) -> tuple[UnusableImage, ...]:
    """Synthetic images farther from every real one than `FAR` of the real images are from other patients' images."""
    real, groups = data.real.points, data.real.groups
    among = nearest(real, real, query_groups=groups, base_groups=groups).distance[:, 0]
    limit = float(np.quantile(among[np.isfinite(among)], FAR))
    found = nearest(data.synthetic.points, real).distance[:, 0]
    return tuple(
        UnusableImage("off_manifold", data.space, data.synthetic.ids[i], float(found[i]), limit)
        for i in np.flatnonzero(found > limit)
    )


def _absent(data: Comparison, settings: CheckSettings) -> CheckResult:
    """Nobody covers an absent class; the p-value is the chance that no patient of as many as there are is of it."""
    n_real, n_synthetic = data.totals
    return CheckResult(
        id="coverage",
        estimate=0.0,
        ci=(0.0, 0.0),
        reference=None if replace(data, synthetic=data.real).too_small() else _reference(data, settings),
        p_value=max(0.0, 1.0 - data.real.n_groups / n_real) ** n_synthetic if n_real else None,
        unit="share",
        space=data.space,
        scope=data.scope,
        n_real=len(data.real),
        n_synthetic=0,
        message=f"There are {len(data.real)} real {noun(data.scope)} and not one synthetic.",
        details={"interval_method": "exact: the class is absent"},
    )


def _reference(data: Comparison, settings: CheckSettings) -> Estimate:
    """Coverage between halves of the real class."""
    points = data.real.points
    splits = draw_splits(data.real.groups, data.real.groups, settings.rng(f"splits/{data.space}/{data.scope}"))
    pairs = ((points[s.first], points[s.second]) for s in splits)
    return summarize(np.array([manifold_of(a, b, K).coverage for a, b in pairs]), settings.level, (0.0, 1.0))


def _sentence(text: str) -> Callable[[SizeMatched, Comparison], str]:
    def fill(found: SizeMatched, data: Comparison) -> str:
        value, null = found.estimate.value, found.reference.value
        counted = text.format(value=value, percent=100 * value, noun=noun(data.scope))
        return f"{counted}; between two halves of the real ones the figure is {_as(text, null)}."

    return fill


def _as(text: str, value: float) -> str:
    return f"{100 * value:.3g} %" if "percent" in text else f"{value:.3g}"


STATISTICS = (
    Statistic(
        "precision", "share", (0.0, 1.0), _sentence("{percent:.3g} % of the synthetic {noun} lie among the real")
    ),
    Statistic("recall", "share", (0.0, 1.0), _sentence("{percent:.3g} % of the real {noun} lie among the synthetic")),
    Statistic(
        "density", "ratio", (0.0, np.inf), _sentence("Synthetic {noun} crowd around real ones with density {value:.3g}")
    ),
    Statistic(
        "coverage", "share", (0.0, 1.0), _sentence("{percent:.3g} % of the real {noun} have a synthetic one nearby")
    ),
)
_COMPUTED = (
    "Balls reach to the 5th nearest other image of the same set, rims excluded; exact distances; averaged over random "
    "halves of both sets at equal size, since the value depends on it. `all_images` equals the prdc package."
)

CHECK = Check(
    methods={
        "precision": Method(
            title="Precision",
            family="fidelity",
            question="Do the synthetic images look like real ones?",
            means="The share of synthetic images that fall inside the real images' neighbourhoods.",
            does_not_mean="High precision with low recall is what copies or a few prototypes give.",
            computed=_COMPUTED,
            reference="Kynkäänniemi et al. 2019, Improved Precision and Recall Metric, eq. 1 and 2",
        ),
        "recall": Method(
            title="Recall",
            family="diversity",
            question="Could the generator have made every real image?",
            means="The share of real images that fall inside the synthetic images' neighbourhoods.",
            does_not_mean="Outlying synthetic images have wide balls and can raise it; read it beside coverage.",
            computed=_COMPUTED,
            reference="Kynkäänniemi et al. 2019, Improved Precision and Recall Metric, eq. 1 and 3",
        ),
        "density": Method(
            title="Density",
            family="fidelity",
            question="Do synthetic images lie where real ones are dense?",
            means="1 is expected of images drawn from the real distribution.",
            does_not_mean="Above 1 is not better: the synthetic images then crowd into the densest places.",
            computed=_COMPUTED,
            reference="Naeem et al. 2020, Reliable Fidelity and Diversity Metrics, eq. 4",
        ),
        "coverage": Method(
            title="Coverage",
            family="diversity",
            question="Is every kind of real image represented?",
            means="The share of real images that have a synthetic image closer than their 5th real neighbour.",
            does_not_mean="It does not say how many synthetic images there are of a kind, only whether one is there.",
            computed=_COMPUTED,
            reference="Naeem et al. 2020, Reliable Fidelity and Diversity Metrics, eq. 5",
        ),
    },
    run=run,
    use="fidelity",
    per_class=True,
)
