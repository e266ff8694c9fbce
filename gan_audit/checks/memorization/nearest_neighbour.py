"""Are synthetic images nearer to the real ones than other patients' images are?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import stats

from gan_audit.checks.base import Check, CheckSettings, Comparison, noun
from gan_audit.checks.memorization.distances import CLOSEST, Distances, between_halves, measure, usable
from gan_audit.checks.memorization.nearest_neighbour_tables import Unseen, evidence, pairs, unseen
from gan_audit.checks.memorization.three_distances import three_distances
from gan_audit.checks.two_sample import MORE
from gan_audit.stats.rank_sum import variance_of_sum
from gan_audit.stats.resampling import draw_splits, effective_size, resample_groups, summarize, wilson
from gan_audit.types import ALL, CheckResult, Estimate, FloatArray, IntArray, Method, Outcome, check_key

DRAWS = 1000
"""Bootstrap samples behind the interval of the ratio."""
MANY = 10_000
"""Number of groups beyond which bootstrap means are drawn from a normal distribution of the same mean and variance.

By the central limit theorem both then agree, and the bootstrap would take a thousand passes over the rows."""
VIEWS = "In a space of thumbnails a distance is the least over the eight orientations of a square and the negative."


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Ratio, close fraction and authenticity, with the whole real set as the training side, never a part of it."""
    reason = data.too_small()
    found = None if reason else measure(data, settings.device)
    if found is not None and not len(found.baseline):
        reason = "no two real images that differ and belong to different patients"
    if reason or found is None:
        yield from (data.skip(id, f"There are {reason}.", MORE) for id in METHODS)
        return
    rng = settings.rng(check_key("memorization", data.space, data.scope))
    splits = draw_splits(data.real.groups, data.real.groups, rng)
    halves = [between_halves(data, split) for split in splits]
    control = unseen(data, settings.device)
    more = _more(data, found, control, settings)
    for id, (statistic, interval, unit, sentence) in STATISTICS.items():
        reference = np.array([statistic(half) for half in halves if len(half.baseline)])
        estimate = Estimate(statistic(found), *interval(found, data, settings))
        null = summarize(reference, settings.level, _BOUNDS[id]) if len(reference) > 1 else None
        result = _result(id, estimate, null, unit, sentence(found, data, more[id]), data, more[id])
        shown = id == "memorization.close_fraction" and data.scope == ALL
        yield replace(result, pairs=pairs(data, found, control)) if shown else result


def _more(
    data: Comparison, found: Distances, control: Unseen | None, settings: CheckSettings
) -> dict[str, dict[str, Any]]:
    """By identifier, what else the report shows."""
    patients = len(np.unique(data.real.groups[found.match[found.is_close]]))
    close = {"close_images": int(found.is_close.sum()), "patients_concerned": patients}
    more = {
        "memorization.ratio": three_distances(data, found, settings),
        "memorization.close_fraction": {**close, **evidence(data, found, control)},
        "memorization.authenticity": {"all_images": found.published_authenticity},
    }
    return {id: {"real_images_with_a_twin": found.twins, **details} for id, details in more.items()}


def _ratio_interval(found: Distances, data: Comparison, settings: CheckSettings) -> tuple[tuple[float, float], str]:
    rng = settings.rng(check_key("memorization.ratio", data.space, data.scope))
    kept = usable(found.real)
    top = _bootstrap(found.synthetic, data.synthetic.groups, rng)
    ratios = top / _bootstrap(found.real[kept], data.real.groups[kept], rng)
    tail = 0.5 * (1.0 - settings.level)
    low, high = np.quantile(ratios, [tail, 1.0 - tail])
    return (float(low), float(high)), f"percentile bootstrap of whole groups, {DRAWS} draws"


def _bootstrap(values: FloatArray, groups: IntArray, rng: np.random.Generator) -> FloatArray:
    """(DRAWS,) means of values (n,) over groups drawn with replacement; of many groups, from their normal limit."""
    codes = np.unique(groups, return_inverse=True)[1]
    sums, sizes = np.bincount(codes, values), np.bincount(codes)
    if len(sums) > MANY:
        mean = float(values.mean())
        deviation = np.sqrt(variance_of_sum((values - mean) / len(values), groups))
        return rng.normal(mean, deviation, DRAWS)
    weights = resample_groups(np.arange(len(sums)), DRAWS, rng)
    return np.asarray(weights @ sums / (weights @ sizes))


def _share_interval(values: FloatArray, data: Comparison, settings: CheckSettings) -> tuple[tuple[float, float], str]:
    size = effective_size(values, data.synthetic.groups)
    interval = wilson(float(values.mean()) * size, size, settings.level)
    return interval, "Wilson's score interval, sample size reduced by the design effect of groups"


def _close_interval(found: Distances, data: Comparison, settings: CheckSettings) -> tuple[tuple[float, float], str]:
    """The limit itself is an estimate: with few images, far more than 1 % of all real ones may lie below it."""
    (low, high), method = _share_interval(found.is_close.astype(np.float64), data, settings)
    below = np.where(np.isfinite(found.real), found.real, np.inf) < found.close
    size = effective_size(below.astype(np.float64), data.real.groups)
    order = np.ceil(1.0 + (size - 1.0) * CLOSEST)
    tail = 0.5 * (1.0 - settings.level)
    few, many = stats.beta.ppf([tail, 1.0 - tail], order, max(size - order, 0.0) + 1.0)
    interval = (max(0.0, low - float(many - CLOSEST)), min(1.0, high + float(CLOSEST - few)))
    return interval, method + f", widened by what the real {CLOSEST:.0%} quantile may be off (Beta order statistic)"


def _authenticity_interval(
    found: Distances, data: Comparison, settings: CheckSettings
) -> tuple[tuple[float, float], str]:
    (low, high), method = _share_interval(found.authentic, data, settings)
    return (100.0 * low, 100.0 * high), method


def _ratio_sentence(found: Distances, data: Comparison, more: Mapping[str, Any]) -> str:
    return (
        f"Synthetic {noun(data.scope)} lie {found.ratio:.3g} times as far from the nearest real one as real ones of "
        f"different patients lie from each other, and {more['synthetic_spacing']:.3g} times as far from each other as "
        "real ones do."
    )


def _close_sentence(found: Distances, data: Comparison, more: Mapping[str, Any]) -> str:
    patients = more["patients_concerned"]
    return (
        f"{more['close_images']} of {len(found.synthetic)} synthetic {noun(data.scope)} lie nearer to a real image "
        "than the closest 1 % of real images of different patients lie to each other; "
        f"{patients} patient{' is' if patients == 1 else 's are'} concerned."
    )


def _authenticity_sentence(found: Distances, data: Comparison, more: Mapping[str, Any]) -> str:
    return (
        f"{found.authenticity:.3g} % of the synthetic {noun(data.scope)} are farther from their nearest real image "
        "than that image is from its own nearest neighbour of another patient."
    )


IntervalOf = Callable[[Distances, Comparison, CheckSettings], tuple[tuple[float, float], str]]
Sentence = Callable[[Distances, Comparison, Mapping[str, Any]], str]
Statistic = tuple[Callable[[Distances], float], IntervalOf, str, Sentence]
STATISTICS: Mapping[str, Statistic] = {
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
    id: str,
    estimate: Estimate,
    null: Estimate | None,
    unit: str,
    message: str,
    data: Comparison,
    more: Mapping[str, Any],
) -> CheckResult:
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
            **more,
        },
    )


METHODS = {
    "memorization.ratio": Method(
        title="Nearest-distance ratio",
        family="memorization",
        question="Are synthetic images systematically nearer to real ones than patients are to each other?",
        means="1 is expected of a generator that has learnt the distribution; well below 1 it reproduces its "
        "training images.",
        does_not_mean="Above 1 it clears nobody: a few copies among poor images leave the mean high.",
        computed="Mean distance of the synthetic images to the nearest real one, over the mean distance of the real "
        "images to the nearest real one of another patient; exact search over all real images. The table sets it "
        "beside the distances of synthetic images from each other, and of unseen images to real ones, at equal n. "
        + VIEWS,
        reference="Three-distance comparison of the memorization literature, here at patient level",
        revision=2,
    ),
    "memorization.close_fraction": Method(
        title="Close fraction",
        family="memorization",
        question="How many synthetic images are too near to a real one?",
        means="About 1 % is expected, since 1 % of the real images are that near to another patient's.",
        does_not_mean="A near image need not be a copy: near in this space only. The pixel-level check verifies it.",
        computed="Share of synthetic images whose nearest real image is nearer than the 1 % quantile of the real "
        "images' distances to another patient; copies among the real images do not count towards the quantile. "
        + VIEWS,
        reference="Distance to the closest record with a real-to-real baseline, at patient level",
        revision=2,
    ),
    "memorization.authenticity": Method(
        title="Authenticity",
        family="memorization",
        question="How many synthetic images are not merely noisy versions of their nearest real image?",
        means="The share of images that are farther from their nearest real image than that one is from the next "
        "patient. Compare it with the reference: its expected value depends on the dimension and is not 50 %.",
        does_not_mean="It is no probability of privacy, and values from other spaces cannot be compared.",
        computed="AuthPct with the nearest real image's own neighbour distance (indexed by that image), in percent, "
        "neighbours of the same patient left out; `all_images` is the published value, which leaves none out. " + VIEWS,
        reference="Alaa et al. 2022, How Faithful is your Synthetic Data?, section 4, as corrected by its authors",
        revision=2,
    ),
}

CHECK = Check(methods=METHODS, run=run, use="copies", per_class=True)
