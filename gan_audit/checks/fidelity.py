"""Distances between the two sets as wholes: Fréchet distance and kernel distance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gan_audit.checks.base import Check, CheckSettings, Comparison, noun
from gan_audit.checks.fidelity_figures import figures
from gan_audit.checks.two_sample import Statistic, measure
from gan_audit.stats.distances import frechet_distance, kernel_distance_of
from gan_audit.stats.resampling import SizeMatched
from gan_audit.types import ALL, CheckResult, IntArray, Method, Outcome


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Fréchet and kernel distance at matched sample size, beside those of two halves of the real data."""
    real, synthetic = data.real.points, data.synthetic.points
    pooled = np.concatenate([real, synthetic])

    def frechet(i: IntArray, j: IntArray) -> float:
        return frechet_distance(pooled[i], pooled[j])

    def between(i: IntArray, j: IntArray) -> tuple[float, float]:
        return frechet(i, j), kernel_distance_of(pooled[i], pooled[j])

    for outcome in measure(
        data,
        settings,
        STATISTICS,
        between,
        lambda: {
            "frechet": {"all_images": frechet_distance(real, synthetic)},
            "kernel_distance": {"all_images": kernel_distance_of(real, synthetic)},
        },
    ):
        if isinstance(outcome, CheckResult) and outcome.id == "frechet" and outcome.scope == ALL:
            drawn = figures(data, settings, outcome, frechet)
            yield replace(outcome, details={**outcome.details, "figures": drawn})
        else:
            yield outcome


def _frechet_sentence(found: SizeMatched, data: Comparison) -> str:
    name = "FID" if data.space == "inception" else "Fréchet distance"
    return _compare(f"The {name}", found, data)


def _kernel_sentence(found: SizeMatched, data: Comparison) -> str:
    name = "KID" if data.space == "inception" else "kernel distance"
    return _compare(f"The {name}", found, data)


def _compare(name: str, found: SizeMatched, data: Comparison) -> str:
    value, null = found.estimate.value, found.reference.value
    return (
        f"{name} between real and synthetic {noun(data.scope)} is {value:.3g}; two halves of the real ones, "
        f"compared at the same size ({found.size}), differ by {null:.3g}."
    )


STATISTICS = (
    Statistic("frechet", "squared feature units", (0.0, np.inf), _frechet_sentence),
    Statistic("kernel_distance", "MMD²", (-np.inf, np.inf), _kernel_sentence),
)

CHECK = Check(
    methods={
        "frechet": Method(
            title="Fréchet distance",
            family="fidelity",
            question="How far apart are the two sets, taken as Gaussian clouds of features?",
            means="A value like that between two halves of the real data says that means, spreads and correlations of "
            "the features agree as well as real samples of this size can show.",
            does_not_mean="It cannot tell a set of copies from new images, and it is blind to what happens within a "
            "class as long as the clouds agree. Its value depends on the number of images: compare equal numbers.",
            computed="|μ₁−μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½) in float64, averaged over random halves of both sets; "
            "`all_images` is the value over all images, the one that published tools give.",
            reference="Heusel et al. 2017, GANs Trained by a Two Time-Scale Update Rule, eq. 6",
        ),
        "kernel_distance": Method(
            title="Kernel distance",
            family="fidelity",
            question="Do the two sets differ in any moment up to the third?",
            means="A value around zero, as between two halves of the real data, says that no difference shows.",
            does_not_mean="A negative value is no error: the estimate is unbiased, so it scatters about zero.",
            computed="Unbiased MMD² with the kernel (x·y/d + 1)³, averaged over random halves of both sets.",
            reference="Bińkowski et al. 2018, Demystifying MMD GANs, section 4; Gretton et al. 2012, eq. 3",
        ),
    },
    run=run,
    use="fidelity",
    per_class=True,
)
