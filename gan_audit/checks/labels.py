"""Do the synthetic labels mean what the real ones mean?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gan_audit.checks.base import Check, Comparison, Settings
from gan_audit.checks.label_methods import METHODS
from gan_audit.checks.matched import MORE, Statistic, measure
from gan_audit.stats.association import mutual_information
from gan_audit.stats.resampling import Matched, resample_groups
from gan_audit.types import BoolArray, CheckResult, Estimate, FloatArray, IntArray, Interval, Outcome

MUTUAL, AGREEMENT = "labels.mutual_information", "labels.agreement"
FOLDS = 5
DRAWS = 1000


def run(data: Comparison, settings: Settings) -> Iterator[Outcome]:
    """Information of the features on the label, and agreement of the labels with a classifier of real images."""
    data = _labelled(data)
    if reason := _unfit(data):
        yield from (data.skip(id, *reason) for id in METHODS)
        return
    classes = data.classes()
    codes = [np.array([classes.index(str(x)) for x in side.labels], np.int64) for side in data.sides]
    yield from _information(data, settings, np.concatenate(codes))
    yield _agreement(data, settings, classes, codes[0], codes[1])


def _labelled(data: Comparison) -> Comparison:
    rows = [np.array([i for i, x in enumerate(side.labels) if x is not None], np.int64) for side in data.sides]
    real, synthetic = (side.take(r) for side, r in zip(data.sides, rows, strict=True))
    return replace(data, real=real, synthetic=synthetic)


def _unfit(data: Comparison) -> tuple[str, str] | None:
    if not len(data.real) or not len(data.synthetic):
        return "There are no labels for both sets.", "Supply --labels with a label for real and synthetic images."
    if len(set(data.real.labels)) < 2:
        return "The real images are of one class.", "Supply labels of two classes or more."
    smallest = min(len(np.unique(data.real.groups[_of(data, x)])) for x in sorted(set(map(str, data.real.labels))))
    if smallest < FOLDS:
        return f"A class has real images of {smallest} patients, and {FOLDS} are needed.", MORE
    return (f"There are {reason}.", MORE) if (reason := data.too_small()) else None


def _of(data: Comparison, label: str) -> BoolArray:
    return np.array([x == label for x in data.real.labels], bool)


def _information(data: Comparison, settings: Settings, codes: IntArray) -> Iterator[Outcome]:
    pooled = np.concatenate([data.real.values, data.synthetic.values])
    n = len(data.real)
    cache: dict[bytes, float] = {}

    def total(rows: IntArray) -> float:
        key = rows.tobytes()
        if key not in cache:
            cache[key] = float(mutual_information(pooled[rows], codes[rows]).sum())
        return cache[key]

    def between(i: IntArray, j: IntArray) -> tuple[float]:
        return (total(j) / max(total(i), 1e-12),)

    def details() -> dict[str, dict[str, object]]:
        return {MUTUAL: _per_feature(data, pooled, codes, n)}

    yield from measure(data, settings, (STATISTIC,), between, details)


def _per_feature(data: Comparison, pooled: FloatArray, codes: IntArray, n: int) -> dict[str, object]:
    real, synthetic, both = (
        mutual_information(pooled[part], codes[part]) for part in (slice(n), slice(n, None), slice(None))
    )
    order = np.argsort(-real, kind="stable")
    rows = [[data.names[i], float(real[i]), float(synthetic[i]), float(both[i])] for i in order]
    columns = ["feature", "I(f; label) real [nats]", "synthetic", "real and synthetic together"]
    total = max(float(real.sum()), 1e-12)
    return {
        "all_images": float(synthetic.sum()) / total,
        "augmented": float(both.sum()) / total,
        "real_nats": float(real.sum()),
        "tables": [{"title": "Mutual information with the label", "columns": columns, "rows": rows}],
    }


def _sentence(found: Matched, data: Comparison) -> str:
    return (
        f"The features of synthetic images carry {100 * found.estimate.value:.3g} % of the information on the "
        f"diagnosis that those of real images carry; one half of the real images, {100 * found.reference.value:.3g} % "
        "of the other's."
    )


STATISTIC = Statistic(MUTUAL, "ratio", (0.0, np.inf), _sentence)


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


def _agreement(
    data: Comparison, settings: Settings, classes: list[str], real: IntArray, synthetic: IntArray
) -> CheckResult:
    at_home, abroad = _predict(data, real, synthetic)
    rng = settings.rng(AGREEMENT)
    reference = _Agreement(at_home, real, data.real.groups)
    found = _Agreement(abroad, synthetic, data.synthetic.groups)
    estimate, null = found.estimate(rng, settings.level), reference.estimate(rng, settings.level)
    real_by, synthetic_by = reference.by_class(), found.by_class()
    rows = [[x, real_by.get(c), synthetic_by.get(c)] for c, x in enumerate(classes)]
    columns = ["class", "agreement on real images", "agreement on synthetic images"]
    return CheckResult(
        id=AGREEMENT,
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
    )


def _clip(interval: Interval | None) -> Interval | None:
    return None if interval is None else (max(0.0, interval[0]), min(1.0, interval[1]))


def _predict(data: Comparison, real: IntArray, synthetic: IntArray) -> tuple[FloatArray, FloatArray]:
    """Hits on real images by the fold that has not seen them, and mean hits of all folds on synthetic ones."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    at_home, abroad = np.zeros(len(real)), np.zeros(len(synthetic))
    folds = StratifiedGroupKFold(FOLDS).split(data.real.points, real, data.real.groups)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for train, test in folds:
            if len(np.unique(real[train])) < 2:
                continue  # nothing to learn from: no agreement in this fold, on either side
            model = LogisticRegression(C=0.1, class_weight="balanced", max_iter=1000)
            model.fit(data.real.points[train], real[train])
            at_home[test] = model.predict(data.real.points[test]) == real[test]
            abroad += (model.predict(data.synthetic.points) == synthetic) / FOLDS
    return at_home, abroad


CHECK = Check(methods=METHODS, run=run, use="marginals", per_class=False)
