"""The memorization-informed FID: the FID over how near generated images are to the training images, by angle."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gan_audit.checks.base import Check, CheckSettings, Comparison
from gan_audit.checks.two_sample import MORE
from gan_audit.stats.distances import frechet_distance
from gan_audit.stats.neighbours.api import nearest
from gan_audit.stats.resampling import draw_splits, matched
from gan_audit.types import CheckResult, FloatArray, IntArray, Method, Outcome, check_key

ID = "memorization.mifid"
SPACE = "inception"
"""The only space in which `TAU` has been published."""
TAU = 0.1
"""Mean cosine distance from which on no memorization is presumed."""
TINY = 1e-15
"""What the authors add to the penalty, so that a set of copies has a large value and no infinite one."""
SPLITS = 10
"""Random splits behind the interval: each costs two Fréchet distances of 2,048 features."""


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """FID over the penalty, in the space `inception` alone."""
    if data.space != SPACE:
        return
    if reason := data.too_small():
        yield data.skip(ID, f"There are {reason}.", MORE)
        return
    real, synthetic, groups = data.real.points, data.synthetic.points, data.real.groups
    pooled, across = np.concatenate([real, synthetic]), cosine_distances(synthetic, real, device=settings.device)
    within = cosine_distances(real, real, groups, groups, device=settings.device)
    angles = np.concatenate([within, across])

    def between(i: IntArray, j: IntArray) -> tuple[float]:
        return (frechet_distance(pooled[i], pooled[j]) / penalty(angles[j]),)

    rng = settings.rng(check_key("splits", data.space, data.scope))
    splits = draw_splits(data.real.groups, data.synthetic.groups, rng, count=SPLITS)
    found = matched(between, splits, len(real), level=settings.level, bounds=[(0.0, np.inf)])[0]
    mean = _mean(across)
    yield CheckResult(
        id=ID,
        estimate=found.estimate.value,
        ci=found.estimate.ci,
        reference=found.reference,
        unit="squared feature units",
        space=data.space,
        scope=data.scope,
        n_real=len(real),
        n_synthetic=len(synthetic),
        message=_sentence(found.estimate.value, mean),
        details={
            "matched_n": found.size,
            "interval_method": found.estimate.method,
            "reference_method": "the same statistic between two disjoint halves of the real images, by group",
            "all_images": mifid(real, synthetic),
            "mean_minimal_cosine_distance": mean,
            "penalty": penalty(across),
            "tau": TAU,
        },
    )


def mifid(real: FloatArray, synthetic: FloatArray) -> float:
    """FID / (d_tau + 1e-15) of real (n, d) and synthetic (m, d) features, none of them negative; [0, inf).

    d is the mean over the synthetic rows of the least cosine distance to a real row, rows whose features sum to zero
    left out; d_tau is d where d < `TAU`, and 1 else. Bai, Lin, Raffel and Kan 2021, On Training Sample Memorization.
    Misleads at small n as the FID does, and jumps tenfold where d crosses tau. A mean over the real rows instead, as
    some tools take it, misses a generator that repeats a few training images.
    """
    return frechet_distance(real, synthetic) / penalty(cosine_distances(synthetic, real))


def cosine_distances(
    queries: FloatArray,
    base: FloatArray,
    own: IntArray | None = None,
    others: IntArray | None = None,
    *,
    device: str = "cpu",
) -> FloatArray:
    """(q,) least 1 − cos to a row of base; NaN where there is none, or where the query's features sum to zero.

    No feature may be negative. own (q,), others (n,): group codes, equal ones never being neighbours.
    """
    kept, known = (rows.sum(axis=1) != 0 for rows in (queries, base))
    distance = np.full(len(queries), np.nan)
    if kept.any() and known.any():
        codes = (None, None) if own is None or others is None else (own[kept], others[known])
        found = nearest(
            queries[kept], base[known], query_groups=codes[0], base_groups=codes[1], metric="cosine", device=device
        ).distance[:, 0]
        distance[kept] = np.where(np.isfinite(found), found, np.nan)
    return distance


def penalty(angles: FloatArray) -> float:
    """d_tau of least cosine distances (m,), NaN ones left out."""
    mean = _mean(angles)
    return (mean if mean < TAU else 1.0) + TINY


def _mean(angles: FloatArray) -> float:
    known = angles[np.isfinite(angles)]
    return float(known.mean()) if len(known) else 1.0


def _sentence(value: float, mean: float) -> str:
    judged = (
        f"below {TAU:g}, from which on memorization is suspected and the FID is divided by it"
        if mean < TAU
        else f"not below {TAU:g}, so that it equals the FID"
    )
    return (
        f"The memorization-informed FID is {value:.3g}; the mean least cosine distance of synthetic images to the real "
        f"ones is {mean:.3g}, {judged}."
    )


CHECK = Check(
    methods={
        ID: Method(
            title="Memorization-informed FID",
            family="memorization",
            question="What is the FID once nearness to training images counts against the generator?",
            means="Far above the FID itself, synthetic images point in the same direction as training images, in the "
            "space of a network that has seen photographs.",
            does_not_mean="The limit 0.1 was chosen for small photographs: medical images of one kind often lie nearer "
            "to each other than that, copied or not. Compare it with the value between two halves of the real images.",
            computed="FID over d, where d, the mean over the synthetic images of the least cosine distance to a real "
            "one, is below 0.1; else the FID. Averaged over random halves of both sets, d against all real images; "
            "`all_images` is the value that published tools give.",
            reference="Bai et al. 2021, On Training Sample Memorization: Lessons from Benchmarking Generative Modeling "
            "with a Large-scale Competition",
        )
    },
    run=run,
    use="copies",
    per_class=False,
)
