"""Can a classifier tell synthetic images from real ones?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gan_audit.checks.base import Check, CheckSettings, Comparison
from gan_audit.checks.feature_families import columns_of
from gan_audit.checks.two_sample import MORE
from gan_audit.stats.resampling import draw_splits, resample_groups, summarize
from gan_audit.types import CheckResult, FloatArray, IntArray, Method, Outcome, check_key

ID = "separability.c2st"
FOLDS, REFERENCES, DRAWS = 5, 8, 500
LARGEST = 2000
"""Images of each set that the classifier is trained and tested on."""
INVERSE_PENALTY = {"residuals": 10.0}
"""C of the classifier where a space needs another than `USUAL`: small differences between correlated shares."""
USUAL = 0.1
FEW_COLUMNS = 512
"""Features up to which Newton's method is the faster solver."""


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Cross-validated area under the ROC curve of a logistic regression, patients never on both sides of a fold."""
    if reason := data.too_small():
        yield data.skip(ID, f"There are {reason}.", MORE)
        return
    rng = settings.rng(check_key(ID, data.space))
    splits = draw_splits(data.real.groups, data.synthetic.groups, rng, count=REFERENCES, largest=LARGEST)
    real, synthetic = _equal(data, rng)
    groups = data.real.groups[real], data.synthetic.groups[synthetic]
    c = INVERSE_PENALTY.get(data.space, USUAL)
    scores = _scores(data.real.points[real], data.synthetic.points[synthetic], *groups, c)
    found = auc(*scores)
    low, high = np.quantile(_bootstrap(scores, groups, rng), [0.5 * (1 - settings.level), 0.5 * (1 + settings.level)])
    null = summarize(np.array([_of_halves(data, s.first, s.second) for s in splits]), settings.level, (0.0, 1.0))
    yield CheckResult(
        id=ID,
        estimate=found,
        ci=(float(low), float(high)),
        reference=null,
        unit="AUC",
        space=data.space,
        n_real=len(data.real),
        n_synthetic=len(data.synthetic),
        message=f"A classifier tells a synthetic image from a real one in {100 * max(found, 1 - found):.3g} of 100 "
        "pairs; guessing is right in 50.",
        details={
            "matched_n": len(real),
            "interval_method": f"percentile bootstrap of whole groups over the held-out scores, {DRAWS} draws",
            "reference_method": "the same classifier between two disjoint halves of the real images, by group",
            "families": _by_family(data, real, synthetic, found),
        },
    )


def auc(real: FloatArray, synthetic: FloatArray) -> float:
    """Area under the ROC curve: the chance that a synthetic score exceeds a real one, ties counted half."""
    from sklearn.metrics import roc_auc_score

    synthetic_or_not = np.repeat([0, 1], [len(real), len(synthetic)])
    return float(roc_auc_score(synthetic_or_not, np.concatenate([real, synthetic])))


def _equal(data: Comparison, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """As many images of one set as of the other, at random."""
    size = min(len(data.real), len(data.synthetic), LARGEST)
    real, synthetic = (np.sort(rng.permutation(len(side))[:size]) for side in data.sides)
    return real, synthetic


def _scores(
    left: FloatArray, right: FloatArray, left_groups: IntArray, right_groups: IntArray, c: float
) -> tuple[FloatArray, FloatArray]:
    """Scores of each row by the model of the folds that it is not in."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, y = np.concatenate([left, right]), np.r_[np.zeros(len(left), int), np.ones(len(right), int)]
    groups = np.concatenate([left_groups, right_groups])
    scores = np.zeros(len(x))
    solver = "newton-cholesky" if x.shape[1] <= FEW_COLUMNS else "lbfgs"
    model = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=500, solver=solver))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for train, test in StratifiedGroupKFold(min(FOLDS, len(np.unique(groups)))).split(x, y, groups):
            if len(np.unique(y[train])) < 2:
                continue  # few large groups left one set out of training: those rows stay a guess
            scores[test] = model.fit(x[train], y[train]).decision_function(x[test])
    return scores[: len(left)], scores[len(left) :]


def _of_halves(data: Comparison, first: IntArray, second: IntArray) -> float:
    points, groups = data.real.points, data.real.groups
    c = INVERSE_PENALTY.get(data.space, USUAL)
    return auc(*_scores(points[first], points[second], groups[first], groups[second], c))


def _bootstrap(
    scores: tuple[FloatArray, FloatArray], groups: tuple[IntArray, IntArray], rng: np.random.Generator
) -> FloatArray:
    """(DRAWS,) areas when whole groups of both sets are drawn again."""
    wins = (scores[1][None, :] > scores[0][:, None]) + 0.5 * (scores[1][None, :] == scores[0][:, None])
    left, right = (resample_groups(codes, DRAWS, rng) for codes in groups)
    totals = left.sum(axis=1) * right.sum(axis=1)
    return np.asarray(np.einsum("bi,bi->b", left, right @ wins.T) / totals)


def _by_family(data: Comparison, real: IntArray, synthetic: IntArray, found: float) -> dict[str, float | None]:
    """The area that features of grey level alone, and of texture alone, reach; `found` where all are of one kind."""
    areas: dict[str, float | None] = {}
    groups = data.real.groups[real], data.synthetic.groups[synthetic]
    for family, columns in columns_of(data.names).items():
        pair = data.real.points[real][:, columns], data.synthetic.points[synthetic][:, columns]
        some = columns.any() and not columns.all()
        areas[family] = auc(*_scores(*pair, *groups, USUAL)) if some else found if columns.all() else None
    return areas


CHECK = Check(
    methods={
        ID: Method(
            title="Classifier two-sample test",
            family="fidelity",
            question="Can a classifier tell synthetic from real images?",
            means="0.5 is guessing: the classifier finds nothing, as between two halves of the real data. Near 1, the "
            "images carry the mark of their making, which a model trained on them may learn.",
            does_not_mean="What a linear classifier of these features misses, another may see; copies escape it. "
            "In the spaces of grey levels and residuals it also tells how the files were stored: resize and save both "
            "sets in the same way.",
            computed="Area under the ROC curve of an L2-regularized logistic regression on standardized features, at "
            "equal numbers, five folds by patient, held-out scores.",
            reference="Lopez-Paz and Oquab 2017, Revisiting Classifier Two-Sample Tests",
            revision=2,
        )
    },
    run=run,
    use="fidelity",
    per_class=False,
)
SIGNAL = replace(CHECK, use="signal")
"""The same test in the spaces `levels` and `residuals`: grey-level histograms and noise residuals, in which resampling,
rescaling, compression and the upsampling of a generator leave traces."""
