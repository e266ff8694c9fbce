"""Do synthetic images keep the distance from each other that real images keep?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gan_audit.checks.base import Check, CheckSettings, Comparison, noun
from gan_audit.checks.two_sample import Statistic, measure, shared_distances
from gan_audit.stats.resampling import SizeMatched
from gan_audit.types import FloatArray, IntArray, Method, Outcome

ID = "diversity.spread"


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Mean nearest distance within the synthetic images over that within the real ones, at matched sample size."""
    block = shared_distances(np.concatenate([data.real.points, data.synthetic.points]))

    def between(i: IntArray, j: IntArray) -> tuple[float]:
        return (_ratio(block(i, i), block(j, j)),)

    def details() -> Mapping[str, Mapping[str, Any]]:
        n, m = len(data.real), len(data.synthetic)
        real, synthetic = (block(rows, rows) for rows in (np.arange(n), n + np.arange(m)))
        within = {
            "mean_nearest_real_to_real": float(_nearest(real).mean()),
            "mean_nearest_synthetic_to_synthetic": float(_nearest(synthetic).mean()),
        }
        return {ID: {"all_images": _ratio(real, synthetic), **within}}

    yield from measure(data, settings, STATISTICS, between, details)


def _ratio(real: FloatArray, synthetic: FloatArray) -> float:
    """Of squared distances (n, n) and (m, m); large, not infinite, where all real images are the same."""
    below, above = _nearest(real).mean(), _nearest(synthetic).mean()
    return float(above / max(below, 1e-9 * np.sqrt(synthetic.max()), np.finfo(float).tiny))


def _nearest(squared: FloatArray) -> FloatArray:
    """(n,) distance of each row to the nearest other row."""
    others = squared + np.diag(np.full(len(squared), np.inf))
    return np.asarray(np.sqrt(np.maximum(others.min(axis=1), 0.0)))


def _sentence(found: SizeMatched, data: Comparison) -> str:
    return (
        f"Synthetic {noun(data.scope)} lie {found.estimate.value:.3g} times as far from each other as real ones do; "
        f"between two halves of the real ones the figure is {found.reference.value:.3g}."
    )


STATISTICS = (Statistic(ID, "ratio", (0.0, np.inf), _sentence),)
CHECK = Check(
    methods={
        ID: Method(
            title="Spread",
            family="diversity",
            question="Do the synthetic images differ from each other as real images do?",
            means="1 is expected. Well below, the generator makes the same few images again and again, even where each "
            "of them looks real and lies near some patient.",
            does_not_mean="A kind of image that is missing altogether does not lower it: read it beside recall and "
            "coverage. Noise that the generator adds raises it.",
            computed="Mean distance of each synthetic image to the nearest other one, over the same among real images "
            "(images of one patient count here, since a synthetic image has no patient), averaged over random halves "
            "of both sets at equal size.",
            reference="The synthetic-to-synthetic distance that memorization studies report beside real-to-real and "
            "synthetic-to-real",
        )
    },
    run=run,
    use="copies",
    per_class=True,
)
