"""The data-copying test C_T: are synthetic images nearer to the training images than unseen real images are?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

from gan_audit.checks.base import Check, CheckSettings, Comparison, noun
from gan_audit.checks.memorization.data_copying import CELLS, FEWEST, Copying, Placed, copying, locate
from gan_audit.checks.memorization.holdout_share import unusable, without_holdout
from gan_audit.checks.two_sample import MORE
from gan_audit.stats.resampling import draw_splits, normal_quantile, summarize
from gan_audit.types import CheckResult, Estimate, Method, Outcome, check_key

ID = "memorization.ct"


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """C_T by its authors' definition, in the space's principal components."""
    holdout = data.holdout
    if holdout is None or unusable(data):
        yield from without_holdout(data, ID)
        return
    rng = settings.rng(check_key(ID, data.space, data.scope))
    placed = locate(data.real, (holdout, data.synthetic), int(rng.integers(2**31)), settings.device)
    found = copying(*placed.sets) if placed else None
    if placed is None or found is None:
        yield data.skip(ID, f"There is no cell with more than {FEWEST} synthetic images.", MORE)
        return
    yield _result(data, placed, found, _reference(data, placed, rng, settings.level), settings.level)


def _reference(data: Comparison, placed: Placed, rng: np.random.Generator, level: float) -> Estimate | None:
    """Half of the unseen images in the role of the synthetic ones."""
    unseen = placed.sets[0]
    splits = draw_splits(unseen.groups, data.real.groups, rng)
    found = [copying(unseen.take(split.first), unseen.take(split.second)) for split in splits]
    values = np.array([x.value for x in found if x])
    return summarize(values, level) if len(values) > 1 else None


def _result(data: Comparison, placed: Placed, found: Copying, reference: Estimate | None, level: float) -> CheckResult:
    deviation = float(np.sqrt(found.variance))
    half = normal_quantile(level) * deviation
    interval = (found.value - half, found.value + half)
    return CheckResult(
        id=ID,
        estimate=found.value,
        ci=interval,
        reference=reference,
        p_value=float(stats.norm.cdf(found.value / deviation)),
        unit="z",
        space=data.space,
        scope=data.scope,
        n_real=len(data.real),
        n_synthetic=len(data.synthetic),
        message=_sentence(found.value, interval, data),
        details={
            "interval_method": "normal approximation; variance of the rank sums over whole patients, never below that "
            "of independent images",
            "reference_method": "half of the unseen images, by group, in the role of the synthetic ones",
            "p_value_method": "one-sided normal approximation with the same variance: small where images are copied",
            "unseen_images": len(placed.sets[0].cell),
            "components": placed.components,
            "tau": FEWEST / len(data.synthetic),
            "tables": [_table(placed, found)],
        },
    )


def _sentence(value: float, interval: tuple[float, float], data: Comparison) -> str:
    side = "nearer to" if interval[1] < 0 else "farther from" if interval[0] > 0 else "about as near to"
    than = "as" if side.startswith("about") else "than"
    return (
        f"Synthetic {noun(data.scope)} lie {side} the training images {than} unseen real ones do: the data-copying "
        f"statistic is {value:.3g}, where 0 is expected and copies make it negative."
    )


def _table(placed: Placed, found: Copying) -> dict[str, Any]:
    sizes = [np.bincount(cell, minlength=CELLS) for cell in (placed.training, *(x.cell for x in placed.sets))]
    rows = [[cell + 1, *(int(size[cell]) for size in sizes), z] for cell, z in found.cells]
    columns = ["cell", "training images", "unseen images", "synthetic images", "z"]
    return {"title": "Cells of the training images", "columns": columns, "rows": rows}


CHECK = Check(
    methods={
        ID: Method(
            title="Data-copying test",
            family="memorization",
            question="Are synthetic images nearer to training images than unseen real images are?",
            means="0 is expected; far below 0, in some region of the data synthetic images crowd round training images "
            "as no new patient would.",
            does_not_mean="It is a test statistic that grows with the number of images and says nothing of how many "
            "are copied. Images with too little detail or variety lie near everything and lower it too: read it "
            "beside the share nearer to training than to unseen images. Above 0 it clears nobody.",
            computed="Up to 64 principal components and three k-means cells of the training images; in each cell with "
            "more than 20 synthetic images, Mann-Whitney z of their distances to the nearest training image against "
            "those of unseen images; mean of z weighted by the unseen images' shares.",
            reference="Meehan, Chaudhuri and Dasgupta 2020, A Non-Parametric Test to Detect Data-Copying in "
            "Generative Models",
        )
    },
    run=run,
    use="copies",
    per_class=True,
)
