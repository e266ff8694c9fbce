"""A classifier guesses on sound images, sees a planted shift, and says which family of features betrays it."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from gan_audit.checks import separability
from gan_audit.checks.base import CheckSettings
from gan_audit.checks.separability import auc

NAMES = ("original_firstorder_Mean", "original_firstorder_Median", "original_glcm_Contrast", "original_glszm_Zone")


def measure(data):
    return next(iter(separability.run(data, CheckSettings())))


def test_auc_equals_scikit_learn_with_ties():
    rng = np.random.default_rng(0)
    real, synthetic = np.round(rng.normal(size=80), 1), np.round(rng.normal(0.4, 1, size=60), 1)
    expected = roc_auc_score(np.r_[np.zeros(80), np.ones(60)], np.r_[real, synthetic])
    assert auc(real, synthetic) == pytest.approx(expected, abs=1e-12)


def test_sound_images_are_guessed(compare):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        result = measure(compare(rng.normal(size=(150, 4)), rng.normal(size=(150, 4)), names=NAMES))
        assert result.ci[0] < 0.55
        assert result.ci[0] <= result.estimate <= result.ci[1]
        assert abs(result.reference.value - 0.5) < 0.1


@pytest.mark.parametrize(("column", "family"), [(0, "intensity"), (2, "texture")])
def test_a_shift_is_seen_and_its_family_named(compare, column, family):
    rng = np.random.default_rng(5)
    real, synthetic = rng.normal(size=(150, 4)), rng.normal(size=(150, 4))
    synthetic[:, column] += 2
    result = measure(compare(real, synthetic, names=NAMES))
    assert result.ci[0] > 0.8
    families = result.details["families"]
    assert max(families, key=families.get) == family


def test_a_shift_that_no_feature_shows_alone_is_seen(compare):
    rng = np.random.default_rng(6)
    common = rng.normal(size=(200, 1))
    real = np.concatenate([common, common + 0.1 * rng.normal(size=(200, 1))], axis=1)
    other = rng.normal(size=(200, 1))
    synthetic = np.concatenate([other, other + 0.3 + 0.1 * rng.normal(size=(200, 1))], axis=1)
    assert measure(compare(real, synthetic)).ci[0] > 0.65


def test_few_large_patients_leave_a_guess_not_a_crash(compare):
    rng = np.random.default_rng(8)
    groups = ["big"] * 22 + ["a"] * 8 + ["b"] * 6 + ["c"] * 4
    result = measure(compare(rng.normal(size=(40, 3)), rng.normal(size=(40, 3)), groups=(groups, groups)))
    assert 0 <= result.ci[0] <= result.ci[1] <= 1
    assert np.isfinite(result.reference.value)


def test_patients_are_never_on_both_sides(compare):
    rng = np.random.default_rng(7)
    patients = np.repeat(rng.normal(size=(60, 8)), 5, axis=0) + 0.01 * rng.normal(size=(300, 8))
    groups = [f"p{i // 5}" for i in range(150)]
    grouped = measure(compare(patients[:150], patients[150:], groups=(groups, groups)))
    assert grouped.ci[0] < 0.65
