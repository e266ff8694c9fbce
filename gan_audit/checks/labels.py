"""Do the features tell as much about the label as they do in real images?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from gan_audit.checks.base import Check, CheckSettings, Comparison
from gan_audit.checks.two_sample import MORE, Statistic, measure
from gan_audit.stats.association import mutual_information
from gan_audit.stats.resampling import SizeMatched
from gan_audit.types import FloatArray, IntArray, Method, Outcome

ID = "labels.mutual_information"
FOLDS = 5
"""Folds by patient of the classifiers that judge labels: a class needs as many patients."""
FEWEST, FEWEST_IN_ALL = 16, 64
"""Real patients of a class that counts for the information on the label, and of all such classes together.

Of 48 chest X-rays, 2 of 40 sound halves carried less than 0.8 times the information of the other by their interval; of
64 and 80 none did, nor of as many blood smears.
"""


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Information of the features on the label, synthetic over real, classes of few patients left out."""
    data = labelled(data)
    known = [label for label in sorted(set(map(str, data.real.labels))) if _patients(data, label) >= FEWEST]
    left_out = [label for label in data.classes() if label not in known]
    if why := _few(data, known) or unfit(kept := _carrying(data, known) if known else data):
        yield data.skip(ID, *why)
        return
    yield from _information(kept, settings, np.concatenate(label_codes(kept)), left_out)


def labelled(data: Comparison) -> Comparison:
    """The images that carry a label."""
    return _carrying(data, data.classes())


def unfit(data: Comparison) -> tuple[str, str] | None:
    """Reason and remedy where labels cannot be judged, or None where they can."""
    if not len(data.real) or not len(data.synthetic):
        return "There are no labels for both sets.", "Supply --labels with a label for real and synthetic images."
    if len(set(data.real.labels)) < 2:
        return "The real images are of one class.", "Supply labels of two classes or more."
    smallest = min(_patients(data, label) for label in set(map(str, data.real.labels)))
    if smallest < FOLDS:
        return f"A class has real images of {smallest} patients, and {FOLDS} are needed.", MORE
    return (f"There are {reason}.", MORE) if (reason := data.too_small()) else None


def label_codes(data: Comparison) -> tuple[IntArray, IntArray]:
    """Each image's place among the sorted classes of both sets, real and synthetic."""
    classes = data.classes()
    real, synthetic = (np.array([classes.index(str(x)) for x in side.labels], np.int64) for side in data.sides)
    return real, synthetic


def _few(data: Comparison, known: Sequence[str]) -> tuple[str, str] | None:
    """Reason and remedy where several classes have real images, and too few of them are known well."""
    several = len(set(data.real.labels))
    if several < 2:
        return None
    if len(known) < 2:
        return f"{len(known)} of {several} classes have real images of {FEWEST} patients, and two are needed.", MORE
    found = _carrying(data, known).real.n_groups
    return None if found >= FEWEST_IN_ALL else (f"There are {found} real patients, {FEWEST_IN_ALL} are needed.", MORE)


def _carrying(data: Comparison, labels: Collection[str]) -> Comparison:
    rows = [np.array([i for i, x in enumerate(side.labels) if x in labels], np.int64) for side in data.sides]
    real, synthetic = (side.take(r) for side, r in zip(data.sides, rows, strict=True))
    return replace(data, real=real, synthetic=synthetic)


def _patients(data: Comparison, label: str) -> int:
    return len({int(group) for group, x in zip(data.real.groups, data.real.labels, strict=True) if x == label})


def _information(
    data: Comparison, settings: CheckSettings, codes: IntArray, left_out: Sequence[str]
) -> Iterator[Outcome]:
    pooled = np.concatenate([data.real.values, data.synthetic.values])
    n = len(data.real)
    cache: dict[bytes, float] = {}

    def total(rows: IntArray) -> float:
        key = rows.tobytes()
        if key not in cache:
            cache[key] = float(mutual_information(pooled[rows], codes[rows]).sum())
        return cache[key]

    groups = np.concatenate([side.groups for side in data.sides])

    def between(i: IntArray, j: IntArray) -> tuple[float]:
        i, j = one_of_each(i, groups), one_of_each(j, groups)
        size = min(len(i), len(j))
        return (total(j[:size]) / max(total(i[:size]), 1e-12),)

    def details() -> dict[str, dict[str, object]]:
        return {ID: {**_per_feature(data, pooled, codes, n), "classes_left_out": list(left_out)}}

    yield from measure(data, settings, (STATISTIC,), between, details)


def one_of_each(rows: IntArray, groups: IntArray) -> IntArray:
    """One row of each group, in the order of rows.

    Images of one patient lie close and share a label: a nearest-neighbour estimate takes that for information.
    """
    first = np.unique(groups[rows], return_index=True)[1]
    return np.asarray(rows[np.sort(first)])


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


def _sentence(found: SizeMatched, data: Comparison) -> str:
    return (
        f"The features of synthetic images carry {100 * found.estimate.value:.3g} % of the information on the "
        f"diagnosis that those of real images carry; one half of the real images, {100 * found.reference.value:.3g} % "
        "of the other's."
    )


STATISTIC = Statistic(ID, "ratio", (0.0, np.inf), _sentence)
CHECK = Check(
    methods={
        ID: Method(
            title="Information on the label",
            family="labels",
            question="Do the features tell as much about the diagnosis as they do in real images?",
            means="1 is expected. Below it, labels are noisy or classes are blurred into each other; above it, classes "
            "are more distinct than in life, and a model trained on them will be too sure of itself.",
            does_not_mean="It adds up single features: information that lies in their combination is not counted.",
            computed="Sum over features of the nearest-neighbour estimate of I(f; label), k = 3, of half the synthetic "
            "images over that of half the real ones, one image of each patient, classes of fewer than 16 real patients "
            "left out, from 64 real patients on; `augmented` is real and synthetic together over real.",
            reference="Ross 2014, Mutual Information between Discrete and Continuous Data Sets; scikit-learn",
            revision=3,
        ),
    },
    run=run,
    use="marginals",
    per_class=False,
)
