"""Features that look odd, constant or with huge outliers, and sets of unequal size: the numbers hold still."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration.faults import FAULTS, plant
from gan_audit.checks.base import CheckSettings
from gan_audit.checks.prepare import prepare
from gan_audit.checks.registry import all_checks
from tests.checks.conftest import table
from tests.checks.memorization.traps import altered, audited, halves, tables_of

RADIOMICS = ("radiomics",)
SIZE = 100
INFORMATION = "labels.mutual_information"
THIRD = slice(None, None, 3)
"""Every third feature."""
STEADY = (
    "kernel_distance", "precision", "recall", "density", "coverage", "memorization.authenticity", "marginals.ks",
    "marginals.wasserstein", "dependence.spearman", "separability.c2st",
)  # fmt: skip
MEANS = ("frechet", "memorization.ratio")
"""Means of squares and of distances: an image that is an outlier in every feature moves them and their intervals."""


@pytest.fixture(scope="module")
def sound():
    return tables_of(halves(SIZE, SIZE, 0))


@pytest.fixture(scope="module")
def undisturbed(sound):
    return audited(sound, RADIOMICS)


def numbers(found):
    return {key: (result.estimate, result.ci) for key, result in found.results.items()}


def test_sound_features_raise_no_alarm(undisturbed):
    assert undisturbed.alarms == []


def test_constant_features_are_as_good_as_absent_and_named(sound):
    found = audited(both(sound, lambda t: put(t, slice(None), THIRD, 7.0)), RADIOMICS)
    names = sound["radiomics"]["real"].names
    assert numbers(found) == numbers(audited(without(sound, THIRD), RADIOMICS))
    aside = found.result("marginals.ks@radiomics").details["features_set_aside"]
    assert aside == {"constant over the real images": list(names[THIRD])}
    assert found.alarms == []


def test_features_that_are_constant_within_one_class_raise_no_alarm(sound):
    found = audited(both(sound, lambda t: put(t, of_class(t, "speckled"), THIRD, 7.0)), RADIOMICS)
    assert found.alarms == []
    assert all(np.isfinite([result.estimate, *result.ci]).all() for result in found.results.values() if result.ci)


def test_nothing_but_constant_features_is_no_pass(sound):
    found = audited(both(sound, lambda t: np.ones_like(t.values)), RADIOMICS)
    assert found.results == {}
    assert found.verdict.exit_code == 3


def test_heavy_tails_raise_no_alarm(sound):
    real = sound["radiomics"]["real"].values
    centre, width = np.median(real, axis=0), real.std(axis=0)
    found = audited(both(sound, lambda t: np.sinh(4 * (t.values - centre) / np.maximum(width, 1e-9))), RADIOMICS)
    assert found.alarms == []


@pytest.mark.parametrize("role", ["real", "synthetic"])
def test_one_huge_value_of_one_feature_moves_nothing(sound, undisturbed, role):
    found = audited(altered(sound, "radiomics", **{role: lambda t: put(t, 3, 10, 1e12)}), RADIOMICS)
    assert found.alarms == []
    assert max(moved(undisturbed, found, id) for id in STEADY + MEANS) < 0.5


@pytest.mark.parametrize("role", ["real", "synthetic"])
def test_one_image_with_huge_values_owns_no_distance(sound, undisturbed, role):
    found = audited(altered(sound, "radiomics", **{role: lambda t: put(t, 3, slice(None), 1e12)}), RADIOMICS)
    assert found.alarms == []
    assert max(moved(undisturbed, found, id) for id in STEADY) < 1.0


def moved(before, after, id):
    """How far the estimate moved, in half-widths of its interval."""
    old, new = before.result(f"{id}@radiomics"), after.result(f"{id}@radiomics")
    return abs(new.estimate - old.estimate) / (0.5 * (old.ci[1] - old.ci[0]))


@pytest.mark.parametrize("trap", ["sound", "real-stacks"])
def test_several_images_of_a_real_patient_feign_no_information_on_the_label(trap):
    check = next(check for check in all_checks() if INFORMATION in check.methods)
    found = []
    for seed in range(5):
        sides = plant(FAULTS[trap], halves(2 * SIZE, 2 * SIZE, seed), None, np.random.default_rng(seed))
        compared = prepare(*tables_of(sides)["radiomics"].values())
        found += [x for x in check.run(compared, CheckSettings(seed=seed)) if x.id == INFORMATION]
    assert min(result.ci[1] for result in found) > 0.8
    assert np.mean([result.estimate for result in found]) > 0.8


def test_ten_times_as_many_synthetic_images_bias_no_overlap_and_no_close_fraction():
    few, many = (np.mean([overlap(80, m, seed) for seed in range(3)], axis=0) for m in (80, 800))
    assert np.abs(many - few)[:-1].max() < 0.03
    assert (many - few)[-1] > 0.03, "over all images, coverage grows with their number"


def overlap(n, m, seed):
    """Precision, recall, density, coverage, close fraction; and coverage over all images. Of one distribution."""
    rng = np.random.default_rng(seed)
    points = {"real": rng.normal(size=(n, 6)), "synthetic": rng.normal(size=(m, 6))}
    sides = {role: table(values, role, uses=("fidelity", "copies")) for role, values in points.items()}
    found = audited({"toy": sides}, ("toy",))
    assert found.alarms == []
    ids = ("precision", "recall", "density", "coverage", "memorization.close_fraction")
    values = [found.result(f"{id}@toy").estimate for id in ids]
    return np.array([*values, found.result("coverage@toy").details["all_images"]])


def both(tables, values):
    return altered(tables, "radiomics", real=values, synthetic=values)


def put(features, rows, columns, value):
    values = features.values.copy()
    values[rows, columns] = value
    return values


def of_class(features, label):
    return np.array([sample.label == label for sample in features.samples])


def without(tables, columns):
    kept = np.delete(np.arange(len(tables["radiomics"]["real"].names)), columns)
    return {
        "radiomics": {
            role: replace(t, values=t.values[:, kept], names=tuple(np.array(t.names)[kept]))
            for role, t in tables["radiomics"].items()
        }
    }
