"""Does a classifier of real images agree with the synthetic labels?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gan_audit.checks.base import Check, CheckSettings, Comparison
from gan_audit.checks.labels import FOLDS, label_codes, labelled, unfit
from gan_audit.stats.resampling import resample_groups
from gan_audit.types import (
    CheckResult,
    Estimate,
    FloatArray,
    IntArray,
    Interval,
    Method,
    Outcome,
    UnusableImage,
    check_key,
)

ID = "labels.agreement"
DRAWS = 1000


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Agreement of the synthetic labels with a classifier of real images, beside that of unseen real ones."""
    data = labelled(data)
    reason = unfit(data)
    yield data.skip(ID, *reason) if reason else _agreement(data, settings)


def _agreement(data: Comparison, settings: CheckSettings) -> CheckResult:
    classes, (real, synthetic) = data.classes(), label_codes(data)
    home, abroad = _predict(data, real, synthetic)
    rng = settings.rng(check_key(ID, data.space))
    reference = _Agreement(home.hits, real, data.real.groups)
    found = _Agreement(abroad.hits, synthetic, data.synthetic.groups)
    estimate, null = found.estimate(rng, settings.level), reference.estimate(rng, settings.level)
    real_by, synthetic_by = reference.by_class(), found.by_class()
    rows = [[x, real_by.get(c), synthetic_by.get(c)] for c, x in enumerate(classes)]
    columns = ["class", "agreement on real images", "agreement on synthetic images"]
    return CheckResult(
        id=ID,
        estimate=estimate.value,
        ci=_clip(estimate.ci),
        reference=null,
        unit="share",
        space=data.space,
        n_real=len(data.real),
        n_synthetic=len(data.synthetic),
        message=f"A classifier trained on real images gives synthetic ones their label in {100 * estimate.value:.3g} % "
        f"of cases, and unseen real ones in {100 * null.value:.3g} %.",
        details={
            "interval_method": estimate.method,
            "reference_method": f"agreement on real images left out of training, {FOLDS} folds by group",
            "tables": [{"title": "Agreement by class", "columns": columns, "rows": rows}],
        },
        marks=_mislabelled(data, real, synthetic, home, abroad),
    )


def _clip(interval: Interval | None) -> Interval | None:
    return None if interval is None else (max(0.0, interval[0]), min(1.0, interval[1]))


@dataclass(frozen=True)
class _Predictions:
    """Of the five models: hits, and probabilities of the classes, in the order of `Comparison.classes`."""

    hits: FloatArray
    """(n,) agreement with each image's label: 0 or 1 by one model, a share by several."""
    chances: FloatArray
    """(n, classes); 0 for a class that no real image has."""


def _predict(data: Comparison, real: IntArray, synthetic: IntArray) -> tuple[_Predictions, _Predictions]:
    """Real images by the fold that has not seen them, synthetic ones by the mean of all folds."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    classes = len(data.classes())
    home, abroad = (_Predictions(np.zeros(len(x)), np.zeros((len(x), classes))) for x in (real, synthetic))
    folds = StratifiedGroupKFold(FOLDS).split(data.real.points, real, data.real.groups)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for train, test in folds:
            if len(np.unique(real[train])) < 2:
                continue  # nothing to learn from: no agreement in this fold, on either side
            model = LogisticRegression(C=0.1, class_weight="balanced", max_iter=1000)
            model.fit(data.real.points[train], real[train])
            home.hits[test] = model.predict(data.real.points[test]) == real[test]
            home.chances[np.ix_(test, model.classes_)] = model.predict_proba(data.real.points[test])
            abroad.hits[:] += (model.predict(data.synthetic.points) == synthetic) / FOLDS
            abroad.chances[:, model.classes_] += model.predict_proba(data.synthetic.points) / FOLDS
    return home, abroad


def _mislabelled(
    data: Comparison, real: IntArray, synthetic: IntArray, home: _Predictions, abroad: _Predictions
) -> tuple[UnusableImage, ...]:
    """Synthetic images that belong to another class as surely as real images of that class do.

    The mean chance that unseen real images of a class have of it is the limit (confident learning: Northcutt, Jiang
    and Chuang 2021, eq. 1 and 2).
    """
    sure = np.full(home.chances.shape[1], np.inf)
    for code in np.unique(real):
        sure[code] = home.chances[real == code, code].mean()
    others = np.where(abroad.chances >= sure, abroad.chances, 0.0)
    others[np.arange(len(synthetic)), synthetic] = 0.0
    best = others.argmax(axis=1)
    value = others[np.arange(len(synthetic)), best]
    wrong = value > abroad.chances[np.arange(len(synthetic)), synthetic]
    return tuple(
        UnusableImage("mislabelled", data.space, data.synthetic.ids[i], float(value[i]), float(sure[best[i]]))
        for i in np.flatnonzero(wrong)
    )


@dataclass(frozen=True)
class _Agreement:
    """Expected agreement of each image's label with the classifier's, and the classes to be averaged over."""

    hits: FloatArray
    codes: IntArray
    groups: IntArray

    def estimate(self, rng: np.random.Generator, level: float) -> Estimate:
        """Mean over classes of the agreement within a class, with a bootstrap of whole groups."""
        weights = resample_groups(self.groups, DRAWS, rng)
        values = np.nanmean(np.stack([self._within(weights, c) for c in np.unique(self.codes)]), axis=0)
        tail = 0.5 * (1.0 - level)
        low, high = (float(x) for x in np.quantile(values, [tail, 1.0 - tail]))
        method = f"percentile bootstrap of whole groups, {DRAWS} draws"
        return Estimate(float(np.mean(list(self.by_class().values()))), (low, high), method)

    def _within(self, weights: FloatArray, code: int) -> FloatArray:
        rows = self.codes == code
        total = weights[:, rows].sum(axis=1)
        hits = weights[:, rows] @ self.hits[rows]
        return np.asarray(np.divide(hits, total, out=np.full(len(total), np.nan), where=total > 0))

    def by_class(self) -> dict[int, float]:
        return {int(c): float(self.hits[self.codes == c].mean()) for c in np.unique(self.codes)}


CHECK = Check(
    methods={
        ID: Method(
            title="Label agreement",
            family="labels",
            question="Does a classifier that has seen real images only agree with the synthetic labels?",
            means="As often as it agrees with the labels of real images it has not seen: the labels mean the same.",
            does_not_mean="Above the reference is no merit: such images are easier than real ones.",
            computed="Logistic regression on standardized features, five folds by patient, classes weighted equally; "
            "synthetic images are judged by all five models, so that both figures come from the same training size.",
            reference="Classification accuracy score, Ravuri and Vinyals 2019, with the roles of the sets exchanged",
            revision=2,
        ),
    },
    run=run,
    use="copies",
    per_class=False,
)
