"""The distance that synthetic images keep from each other."""

import numpy as np
import pytest

from gan_audit.checks import spread
from gan_audit.checks.base import CheckSettings
from gan_audit.types import Skipped


def measure(data):
    return next(iter(spread.run(data, CheckSettings())))


def test_worked_by_hand(compare):
    line = np.arange(40.0)[:, None]
    found = measure(compare(line, 1000 + 3 * line))
    assert found.details["mean_nearest_real_to_real"] == pytest.approx(1)
    assert found.details["mean_nearest_synthetic_to_synthetic"] == pytest.approx(3)


def test_another_half_keeps_its_distance(compare):
    rng = np.random.default_rng(0)
    found = measure(compare(rng.normal(size=(200, 8)), rng.normal(size=(200, 8))))
    assert found.ci[0] < 1 < found.ci[1]
    assert found.reference.value == pytest.approx(1, abs=0.05)


def test_prototypes_are_crowded_though_each_looks_real(compare):
    rng = np.random.default_rng(1)
    prototypes = rng.normal(size=(30, 8))
    synthetic = prototypes[rng.integers(0, 30, 200)] + 0.05 * rng.normal(size=(200, 8))
    found = measure(compare(rng.normal(size=(200, 8)), synthetic))
    assert found.ci[1] < 0.5


def test_a_missing_kind_does_not_lower_it(compare):
    rng = np.random.default_rng(2)
    kinds = rng.normal(size=(2, 1, 8)) * 10
    real = (kinds + rng.normal(size=(2, 100, 8))).reshape(-1, 8)
    found = measure(compare(real, kinds[0] + rng.normal(size=(200, 8))))
    assert found.ci[1] > 0.8


def test_images_of_one_patient_count_among_the_real_ones(compare):
    rng = np.random.default_rng(3)
    patients = rng.normal(size=(20, 1, 8))
    real, synthetic = ((patients + 0.1 * rng.normal(size=(20, 10, 8))).reshape(-1, 8) for _ in range(2))
    groups = [f"p{i}" for i in range(20) for _ in range(10)]
    assert measure(compare(real, synthetic, groups=(groups, None))).ci[1] > 0.8


def test_one_image_again_and_again_is_a_number_not_an_infinity(compare):
    rng = np.random.default_rng(4)
    found = measure(
        compare(np.ones((40, 3)), rng.normal(size=(40, 3)), groups=([str(i // 2) for i in range(40)], None))
    )
    assert isinstance(found, Skipped) or np.isfinite([found.estimate, *found.ci]).all()
