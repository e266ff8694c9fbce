"""Label checks: silent where labels mean the same, loud where they are swapped."""

import numpy as np
import pytest
from sklearn.feature_selection import mutual_info_classif

from gan_audit.checks import agreement, labels
from gan_audit.checks.base import CheckSettings
from gan_audit.types import Skipped

MUTUAL, AGREEMENT = "labels.mutual_information", "labels.agreement"


def run(data):
    return {x.id: x for check in (labels, agreement) for x in check.run(data, CheckSettings())}


def patients(rng, n, classes=3):
    y = rng.integers(0, classes, n)
    x = rng.normal(size=(n, 5))
    x[:, 0] += 3 * y
    x[:, 1] -= 1.5 * y
    return x, [f"class {c}" for c in y]


def swapped(rng, names, share):
    out, classes = list(names), sorted(set(names))
    for i in rng.choice(len(out), int(share * len(out)), replace=False):
        out[i] = rng.choice([c for c in classes if c != out[i]])
    return out


def test_equal_labels_are_preserved(compare):
    rng = np.random.default_rng(0)
    (x, first), (y, second) = patients(rng, 240), patients(rng, 240)
    found = run(compare(x, y, labels=(first, second)))
    assert found[MUTUAL].ci[0] < 1 < found[MUTUAL].ci[1]
    assert found[AGREEMENT].ci[0] <= found[AGREEMENT].reference.value <= found[AGREEMENT].ci[1] + 0.02
    assert found[MUTUAL].details["augmented"] == pytest.approx(1, abs=0.1)


def test_swapped_labels_are_loud(compare):
    rng = np.random.default_rng(1)
    (x, first), (y, second) = patients(rng, 240), patients(rng, 240)
    found = run(compare(x, y, labels=(first, swapped(rng, second, 0.3))))
    assert found[MUTUAL].ci[1] < 0.8
    assert found[AGREEMENT].ci[1] < 0.9 * found[AGREEMENT].reference.ci[0]


def test_mutual_information_over_all_images_equals_scikit_learn(compare):
    rng = np.random.default_rng(2)
    (x, first), (y, second) = patients(rng, 120), patients(rng, 100)
    data = compare(x, y, labels=(first, second))
    rows = {row[0]: row for row in run(data)[MUTUAL].details["tables"][0]["rows"]}
    expected = mutual_info_classif(data.real.values, list(data.real.labels), random_state=0)
    for name, value in zip(data.names, expected, strict=True):
        assert rows[name][1] == pytest.approx(value, abs=1e-9)


def test_a_class_that_no_real_image_has_counts_as_disagreement(compare):
    rng = np.random.default_rng(3)
    (x, first), (y, second) = patients(rng, 240), patients(rng, 240)
    second[:60] = ["invented"] * 60
    found = run(compare(x, y, labels=(first, second)))[AGREEMENT]
    rows = {row[0]: row for row in found.details["tables"][0]["rows"]}
    assert rows["invented"][1:] == [None, 0.0]
    assert found.ci[1] < found.reference.ci[0]


def test_classes_of_few_patients_are_left_out_of_the_information_and_leave_it_open_where_one_remains(compare):
    rng = np.random.default_rng(5)
    x, labels = rng.normal(size=(90, 3)), ["a"] * 40 + ["b"] * 35 + ["c"] * 15
    x[40:75] += 1
    found = run(compare(x, x + 0.1 * rng.normal(size=x.shape), labels=(labels, labels)))[MUTUAL]
    without = run(compare(x[:75], x[:75] + 0.1 * rng.normal(size=(75, 3)), labels=(labels[:75], labels[:75])))[MUTUAL]
    assert found.details["classes_left_out"] == ["c"]
    assert found.n_real == without.n_real == 75
    labels = ["a"] * 75 + ["b"] * 15
    found = run(compare(x, x, labels=(labels, labels)))[MUTUAL]
    assert isinstance(found, Skipped)
    assert "1 of 2 classes" in found.reason


def test_agreement_needs_five_patients_of_every_class(compare):
    rng = np.random.default_rng(4)
    labels = ["a"] * 57 + ["b"] * 3
    found = run(compare(rng.normal(size=(60, 3)), rng.normal(size=(60, 3)), labels=(labels, labels)))[AGREEMENT]
    assert isinstance(found, Skipped)
    assert "of 3 patients" in found.reason


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([None] * 80, [None] * 80, "no labels"),
        (["a"] * 80, ["a"] * 80, "of one class"),
        (["a", "b"] * 40, ["a"] + [None] * 79, "1 synthetic images"),
    ],
)
def test_labels_that_cannot_be_judged_are_skipped_with_the_reason(compare, first, second, words):
    rng = np.random.default_rng(4)
    found = run(compare(rng.normal(size=(80, 3)), rng.normal(size=(80, 3)), labels=(first, second)))
    assert set(found) == {MUTUAL, AGREEMENT}
    assert all(isinstance(x, Skipped) and words in x.reason for x in found.values())
