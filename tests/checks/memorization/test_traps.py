"""Sound data that look odd: few, lopsided, repeated, grouped otherwise. Nothing fails, and copies are still found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration.faults import FAULTS, plant
from benchmarks.calibration.halves import Halves
from tests.checks.memorization.traps import audited, halves, tables_of

COPIES = ("pixels", "pixels-fine")


@pytest.mark.parametrize("seed", range(3))
def test_twenty_images_of_each_are_too_few_to_fail_and_too_few_to_pass(seed):
    found = audited(tables_of(halves(20, 20, seed)), seed=seed)
    assert found.alarms == []
    assert found.verdict.exit_code == 3


@pytest.mark.parametrize(("n_real", "n_synthetic"), [(120, 40), (30, 300)])
def test_sets_of_different_size_fail_nothing(n_real, n_synthetic):
    assert audited(tables_of(halves(n_real, n_synthetic, 0))).alarms == []


def test_a_class_of_five_images_is_skipped_never_failed():
    sides = halves(90, 90, 0)
    found = audited(tables_of(Halves(five_of("speckled", sides.real), five_of("speckled", sides.synthetic))))
    assert found.alarms == []
    assert found.verdict.exit_code == 3, "coverage of that class is required"
    status = {one.key: one.status for one in found.judged if one.outcome.scope == "class:speckled"}
    assert set(status.values()) == {"skipped"}


def test_patients_with_images_of_several_classes_fail_nothing():
    sides = halves(90, 90, 0)
    real = tuple(replace(item, group=f"p{place // 4}") for place, item in enumerate(sides.real))
    assert {len({x.label for x in real if x.group == group}) for group in {x.group for x in real}} == {2, 1}
    assert audited(tables_of(replace(sides, real=real))).alarms == []


@pytest.mark.parametrize("trap", ["real-duplicates", "real-stacks"])
def test_duplicates_and_series_among_the_real_images_fail_nothing(trap):
    planted = plant(FAULTS[trap], halves(100, 100, 0), None, np.random.default_rng(0))
    assert audited(tables_of(planted)).alarms == []


@pytest.mark.parametrize("trap", ["real-duplicates", "real-stacks"])
def test_duplicates_and_series_among_the_real_images_hide_no_copies(trap):
    planted = plant(FAULTS[trap], halves(200, 200, 0), None, np.random.default_rng(0))
    copied = plant(FAULTS["exact"], planted, 0.05, np.random.default_rng(1))
    found = audited(tables_of(copied), COPIES)
    assert "memorization.duplicates" in found.verdict.failed
    assert [finding.id for finding in found.findings] == ["memorization"]


def five_of(label, items):
    kept = [place for place, item in enumerate(items) if item.label == label][:5]
    return tuple(item for place, item in enumerate(items) if item.label != label or place in kept)
