"""The control arm: are synthetic images nearer to training images than to real ones the generator never saw?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gan_audit.checks.base import MIN_GROUPS, MIN_IMAGES, Check, CheckSettings, Comparison, ImageRows, noun
from gan_audit.checks.two_sample import MORE
from gan_audit.stats.neighbours.symmetric import nearest_in_views
from gan_audit.stats.neighbours.two_samples import Arms, GroupedRows, at_equal_size, nearer
from gan_audit.stats.resampling import Split, draw_splits, summarize
from gan_audit.types import ALL, CheckResult, Estimate, FloatArray, Method, Outcome, Skipped, check_key

ID = "memorization.holdout_share"
REMEDY = "Give --holdout a folder of real images, of patients the generator never saw."
COINCIDENT = 1e-9
"""Share of the median distance to the training images under which an unseen image counts as one of them."""


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Share of synthetic images nearer to a training image than to an unseen one, both sets at the same size."""
    holdout = data.holdout
    if holdout is None or unusable(data):
        yield from without_holdout(data, ID)
        return
    rng = settings.rng(check_key(ID, data.space, data.scope))
    samples = _sample(data.synthetic, data.grid), _sample(data.real, data.grid), _sample(holdout, data.grid)
    found, cut = nearer(*samples, device=settings.device), at_equal_size(*samples, rng, device=settings.device)
    seen = _seen(data, holdout, settings.device)
    yield CheckResult(
        id=ID,
        estimate=found.share,
        ci=found.interval(settings.level),
        reference=_reference(data, holdout, settings),
        unit="share",
        space=data.space,
        scope=data.scope,
        n_real=len(data.real),
        n_synthetic=len(data.synthetic),
        message=_sentence(found, data, seen),
        details={
            "interval_method": "Wilson's score interval at the number of independent comparisons, from the variance "
            "over the patients of the training and of the unseen images and over the synthetic groups",
            "reference_method": "half of the unseen images, by group, in the role of the synthetic ones",
            "nearer_to_training": float(found.wins.mean()),
            "share_with_training_cut": float(np.mean([x.share for x in cut])),
            "unseen_images": len(holdout),
            "unseen_images_found_in_training": seen,
            "tables": [_table(cut)],
        },
    )


def unusable(data: Comparison) -> str | None:
    """Why the holdout set cannot serve as a control here, or None where it can."""
    if data.holdout is None:
        return "no real images that the generator never saw"
    if reason := data.too_small():
        return reason
    if len(data.holdout) < MIN_IMAGES:
        return f"{len(data.holdout)} unseen images, and {MIN_IMAGES} are needed"
    if data.holdout.n_groups < MIN_GROUPS:
        return f"{data.holdout.n_groups} unseen patients, and {MIN_GROUPS} are needed"
    return None


def without_holdout(data: Comparison, id: str) -> Iterator[Skipped]:
    """The check, skipped; once for all classes where there is no holdout set at all."""
    if data.holdout is None and data.scope == ALL:
        yield data.skip(id, "There are no real images that the generator never saw.", REMEDY)
    elif data.holdout is not None:
        yield data.skip(id, f"There are {unusable(data)}.", MORE)


def _sample(side: ImageRows, grid: tuple[int, ...]) -> GroupedRows:
    return GroupedRows(side.points, side.groups, grid)


def _seen(data: Comparison, holdout: ImageRows, device: str) -> int:
    """Unseen images that coincide with a training image in this space."""
    distance = nearest_in_views(holdout.points, data.real.points, data.grid, device=device).distance[:, 0]
    return int((distance <= COINCIDENT * np.median(distance)).sum())


def _reference(data: Comparison, holdout: ImageRows, settings: CheckSettings) -> Estimate | None:
    """Half of the unseen images against the other half and as many training images."""
    rng = settings.rng(check_key(f"{ID} halves", data.space, data.scope))
    splits = draw_splits(holdout.groups, data.real.groups, rng)
    shares = np.array([_share(data, holdout, split) for split in splits if len(split.first)])
    return summarize(shares, settings.level, (0.0, 1.0)) if len(shares) > 1 else None


def _share(data: Comparison, holdout: ImageRows, split: Split) -> float:
    sides = holdout.take(split.second), data.real.take(split.other), holdout.take(split.first)
    return nearer(*(_sample(side, data.grid) for side in sides)).share


def _sentence(found: Arms, data: Comparison, seen: int) -> str:
    warning = (
        f" {seen} unseen images stand among the training images as well: as far as they do, this comparison is blind."
        if seen
        else ""
    )
    counted = "" if len(set(found.sizes)) == 1 else "With training and unseen images weighted alike, "
    share = f"{100 * found.share:.3g} % of the synthetic {noun(data.scope)} lie nearer to a training image than to an "
    return f"{counted}{share}unseen real one; 50 % is expected of a generator that copies nobody.{warning}"


def _table(cut: list[Arms]) -> dict[str, Any]:
    rows = [
        [name, *(float(np.mean([take(x.distances[i]) for x in cut])) for take in _SUMMARIES.values())]
        for i, name in enumerate(("training", "unseen"))
    ]
    title = f"Distances with {cut[0].sizes[0]} candidates each"
    return {"title": title, "columns": ["synthetic image to the nearest", *_SUMMARIES], "rows": rows}


_SUMMARIES: dict[str, Callable[[FloatArray], float]] = {
    "mean": lambda x: float(x.mean()),
    "1 % quantile": lambda x: float(np.quantile(x, 0.01)),
    "10 % quantile": lambda x: float(np.quantile(x, 0.1)),
    "median": lambda x: float(np.median(x)),
}
CHECK = Check(
    methods={
        ID: Method(
            title="Nearer to training than to unseen",
            family="memorization",
            question="Are synthetic images nearer to the images the generator was trained on than to other patients'?",
            means="50 % is expected of a generator that has learnt the distribution and copies nobody; 100 % says that "
            "every synthetic image belongs to a training image.",
            does_not_mean="At 50 % it clears no single image: a share of copies raises it by half of that share. Other "
            "checks count copies. It presumes that the unseen images were set aside at random: from another hospital "
            "or scanner, they are farther for that reason alone.",
            computed="Synthetic images whose nearest training image is nearer than their nearest unseen one, over the "
            "number of training images, against those nearer to an unseen one, over the number of unseen images, ties "
            "half: no training image is left out. `share_with_training_cut` is the plain share with the larger set cut "
            "to the size of the smaller by whole patients, which misses copies of what was cut. In a space of "
            "thumbnails a distance is the least over the eight orientations of a square and the negative.",
            reference="Distance-to-closest-record share against a holdout, as in Platzer and Reutterer 2021, "
            "Holdout-Based Empirical Assessment of Mixed-Type Synthetic Data",
            revision=2,
        )
    },
    run=run,
    use="copies",
    per_class=True,
)
