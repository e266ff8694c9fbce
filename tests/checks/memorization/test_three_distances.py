"""Real to real, synthetic to synthetic, synthetic to real: by hand, with equally many candidates, by patient."""

import numpy as np
import pytest

from gan_audit.checks.base import CheckSettings
from gan_audit.checks.memorization import nearest_neighbour
from gan_audit.checks.prepare import prepare
from tests.checks.conftest import table

APART, ANYONE = "real to real of another patient", "real to real of any patient"
WITHIN, ACROSS, UNSEEN = "synthetic to synthetic", "synthetic to real", "unseen real to real"


def three(data):
    """Means by name, and the details of the ratio."""
    details = next(x for x in nearest_neighbour.run(data, CheckSettings()) if x.id == "memorization.ratio").details
    return {row[0]: row for row in details["tables"][0]["rows"]}, details


def test_worked_by_hand(compare):
    # Real images 1 apart, synthetic ones 3 apart and 0.25 beside a real one.
    line = np.arange(60.0)[:, None]
    rows, details = three(compare(line, 3 * np.arange(20.0)[:, None] + 0.25))
    assert details["equal_n"] == 20
    assert rows[WITHIN][1:4] == pytest.approx([3, 3, 3])
    assert rows[APART][6] == 1
    assert rows[ACROSS][6] == pytest.approx(0.25)
    rows, details = three(compare(line[:20], 3 * np.arange(20.0)[:, None] + 0.25))
    assert (rows[APART][1], rows[WITHIN][1]) == (1, 3)
    assert details["synthetic_spacing"] == pytest.approx(3)
    assert details["mean_nearest_distance"] == {name: row[1] for name, row in rows.items()}


def test_with_equally_many_candidates_sets_of_other_sizes_look_alike(compare):
    rng = np.random.default_rng(0)
    rows, _ = three(compare(rng.normal(size=(900, 6)), rng.normal(size=(150, 6))))
    for name in (WITHIN, ACROSS):
        assert rows[name][4] == pytest.approx(1, abs=0.08)
    assert rows[ACROSS][6] < 0.85 * rows[ACROSS][1]


def test_images_of_one_patient_are_shown_beside_those_of_another(compare):
    rng = np.random.default_rng(1)
    real = (rng.normal(size=(40, 1, 6)) + 0.05 * rng.normal(size=(40, 5, 6))).reshape(200, 6)
    rows, _ = three(compare(real, rng.normal(size=(200, 6)), groups=([f"p{i // 5}" for i in range(200)], None)))
    assert rows[ANYONE][1] < 0.2 * rows[APART][1]
    assert rows[APART][3] - rows[APART][2] > 0.1
    rows, _ = three(compare(real, real + 1))
    assert ANYONE not in rows


def test_unseen_images_have_a_line_of_their_own():
    rng = np.random.default_rng(2)
    real, synthetic, unseen = (rng.normal(size=(n, 6)) for n in (200, 200, 80))
    data = prepare(table(real, "real"), table(synthetic, "synthetic"), table(unseen, "holdout"))
    rows, _ = three(data)
    assert rows[UNSEEN][1] == pytest.approx(np.linalg.norm(unseen[:, None] - real[None], axis=2).min(axis=1).mean())
    assert rows[UNSEEN][5] == 80


def test_the_interval_is_that_of_repeated_samples(compare):
    rng = np.random.default_rng(3)
    found = [three(compare(rng.normal(size=(60, 4)), rng.normal(size=(60, 4))))[0][ACROSS] for _ in range(20)]
    widths = np.mean([row[3] - row[2] for row in found]) / 3.92
    assert widths == pytest.approx(np.std([row[1] for row in found]), rel=0.5)


def test_every_class_has_its_own_three_distances(compare):
    rng = np.random.default_rng(4)
    labels = ["a"] * 60 + ["b"] * 60
    real, synthetic = rng.normal(size=(120, 4)), rng.normal(size=(120, 4))
    synthetic[60:] = 0.1 * synthetic[60:]
    data = compare(real, synthetic, labels=(labels, labels))
    spacing = {label: three(data.of_class(label))[1]["synthetic_spacing"] for label in "ab"}
    assert spacing["a"] == pytest.approx(1, abs=0.25)
    assert spacing["b"] == pytest.approx(0.1, abs=0.03)
