"""The matched comparisons: equal to others on all images, silent on halves, loud on faults, unmoved by row order."""

import numpy as np
import pytest
from scipy import stats

from gan_audit.checks import dependence, fidelity, manifold, marginals, spread
from gan_audit.checks.base import CheckSettings
from gan_audit.stats.distances import frechet_distance, kernel_distance_of
from gan_audit.types import Skipped

FAMILIES = {
    "fidelity": (fidelity.run, ("frechet", "kernel_distance")),
    "manifold": (manifold.run, ("precision", "recall", "density", "coverage")),
    "spread": (spread.run, ("diversity.spread",)),
    "marginals": (marginals.run, ("marginals.ks", "marginals.wasserstein")),
    "dependence": (dependence.run, ("dependence.spearman",)),
}


def run(function, data):
    return {x.id: x for x in function(data, CheckSettings())}


def correlated(rng, n, d=8, strength=1.0):
    common = rng.normal(size=(n, 1))
    return strength * common + rng.normal(size=(n, d))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_identifier_is_measured_with_interval_and_reference(compare, family):
    function, ids = FAMILIES[family]
    rng = np.random.default_rng(0)
    found = run(function, compare(correlated(rng, 80), correlated(rng, 90)))
    assert tuple(found) == ids
    for result in found.values():
        assert result.ci[0] <= result.estimate <= result.ci[1]
        assert result.reference.ci[0] <= result.reference.value <= result.reference.ci[1]
        assert result.details["matched_n"] == 40
        assert np.isfinite(result.details["all_images"])


@pytest.mark.parametrize("family", FAMILIES)
def test_two_halves_of_the_same_data_look_like_the_reference(compare, family):
    function, _ = FAMILIES[family]
    for seed in range(3):
        rng = np.random.default_rng(seed)
        for result in run(function, compare(correlated(rng, 200), correlated(rng, 200))).values():
            assert result.ci[0] <= result.reference.ci[1]
            assert result.ci[1] >= result.reference.ci[0]


SHIFTED = ("frechet", "kernel_distance", "precision", "coverage", "marginals.ks", "marginals.wasserstein")


def test_a_shift_is_loud(compare):
    rng = np.random.default_rng(1)
    data = compare(correlated(rng, 200), correlated(rng, 200) + np.tile([2, -2], 4))
    found = {id: x for function, _ in FAMILIES.values() for id, x in run(function, data).items()}
    for id in SHIFTED:
        result = found[id]
        apart = result.ci[1] < result.reference.ci[0] or result.ci[0] > result.reference.ci[1]
        assert apart, id


def test_lost_dependence_is_loud_where_the_features_alone_are_right(compare):
    rng = np.random.default_rng(2)
    real = correlated(rng, 300)
    synthetic = np.stack([rng.permutation(column) for column in correlated(rng, 300).T], axis=1)
    data = compare(real, synthetic)
    drift = run(dependence.run, data)["dependence.spearman"]
    assert drift.ci[0] > 2 * drift.reference.ci[1]
    ks = run(marginals.run, data)["marginals.ks"]
    assert ks.ci[0] < ks.reference.ci[1]


@pytest.mark.parametrize("family", FAMILIES)
def test_row_order_does_not_matter(compare, family):
    function, _ = FAMILIES[family]
    rng = np.random.default_rng(3)
    real, synthetic = correlated(rng, 50), correlated(rng, 50)
    digests = [f"{i:03d}" for i in range(50)]
    from gan_audit.checks.prepare import prepare
    from tests.checks.conftest import table

    order = rng.permutation(50)
    first = prepare(table(real, "real", digests=digests), table(synthetic, "synthetic", digests=digests))
    second = prepare(
        table(real, "real", digests=digests),
        table(synthetic[order], "synthetic", digests=[digests[i] for i in order]),
    )
    for id, result in run(function, first).items():
        assert run(function, second)[id].estimate == result.estimate


def test_values_over_all_images_are_the_published_ones(compare):
    rng = np.random.default_rng(4)
    data = compare(correlated(rng, 80), correlated(rng, 70) * 1.1)
    real, synthetic = data.real.points, data.synthetic.points
    found = run(fidelity.run, data)
    assert found["frechet"].details["all_images"] == pytest.approx(frechet_distance(real, synthetic))
    assert found["kernel_distance"].details["all_images"] == pytest.approx(kernel_distance_of(real, synthetic))
    prdc = pytest.importorskip("prdc").compute_prdc(real, synthetic, nearest_k=5)
    for id, result in run(manifold.run, data).items():
        assert result.details["all_images"] == pytest.approx(prdc[id])
    rows = {row[0]: row for row in run(marginals.run, data)["marginals.ks"].details["tables"][0]["rows"]}
    for i, name in enumerate(data.names):
        expected = stats.ks_2samp(data.real.values[:, i], data.synthetic.values[:, i]).statistic
        assert rows[name][1] == pytest.approx(expected, abs=1e-12)
    first, second = (stats.spearmanr(side.values).statistic for side in data.sides)
    drift = run(dependence.run, data)["dependence.spearman"].details["all_images"]
    assert drift == pytest.approx(np.linalg.norm(first - second))


@pytest.mark.parametrize("family", FAMILIES)
def test_fewer_images_than_needed_are_skipped_with_the_reason(compare, family):
    function, ids = FAMILIES[family]
    found = run(function, compare(np.random.default_rng(0).normal(size=(60, 3)), np.zeros((15, 3))))
    assert tuple(found) == ids
    assert all(isinstance(x, Skipped) and "15 synthetic images, and 16 are needed" in x.reason for x in found.values())


@pytest.mark.parametrize("family", FAMILIES)
def test_one_patient_with_nearly_all_images_is_a_reason_not_a_crash(compare, family):
    function, ids = FAMILIES[family]
    rng = np.random.default_rng(9)
    groups = ["big"] * 36 + ["a", "b", "c", "d"]
    found = run(function, compare(rng.normal(size=(40, 3)), rng.normal(size=(40, 3)), groups=(groups, None)))
    assert tuple(found) == ids
    assert all(isinstance(x, Skipped) and "36 of one patient" in x.reason for x in found.values())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("sizes", [(8, 8, 1, 1), (20, 5, 5, 5), (4, 4, 4, 4, 4)])
def test_whatever_the_patients_the_halves_hold_enough(compare, family, sizes):
    function, ids = FAMILIES[family]
    rng = np.random.default_rng(10)
    groups = [f"p{i}" for i, size in enumerate(sizes) for _ in range(size)]
    found = run(function, compare(rng.normal(size=(len(groups), 3)), rng.normal(size=(40, 3)), groups=(groups, None)))
    assert tuple(found) == ids


def test_an_absent_class_is_covered_by_nobody(compare):
    rng = np.random.default_rng(5)
    labels = ["a"] * 60 + ["b"] * 40
    data = compare(rng.normal(size=(100, 4)), rng.normal(size=(60, 4)), labels=(labels, ["a"] * 60))
    result = run(manifold.run, data.of_class("b"))["coverage"]
    assert (result.estimate, result.ci, result.n_synthetic) == (0, (0, 0), 0)
    assert result.p_value == pytest.approx(0.6**60)
    assert result.reference.ci[0] > 0.5
    groups = [f"p{i // 10}" for i in range(100)]
    few = compare(
        rng.normal(size=(100, 4)), rng.normal(size=(60, 4)), labels=(labels, ["a"] * 60), groups=(groups, None)
    )
    assert run(manifold.run, few.of_class("b"))["coverage"].p_value == pytest.approx(0.6**6)


def test_groups_widen_the_reference(compare):
    rng = np.random.default_rng(6)
    patients = np.repeat(rng.normal(size=(40, 4)), 5, axis=0)
    real = patients + 0.1 * rng.normal(size=(200, 4))
    groups = [f"p{i // 5}" for i in range(200)]
    grouped = run(marginals.run, compare(real, real + 0.01, groups=(groups, groups)))["marginals.ks"]
    alone = run(marginals.run, compare(real, real + 0.01))["marginals.ks"]
    assert grouped.reference.value > 1.5 * alone.reference.value


def test_the_smallest_p_value_is_that_of_the_family(compare):
    rng = np.random.default_rng(7)
    real, synthetic = rng.normal(size=(100, 6)), rng.normal(size=(100, 6))
    synthetic[:, 2] += 1
    result = run(marginals.run, compare(real, synthetic))["marginals.ks"]
    assert result.details["largest_feature"] == "f2"
    assert result.p_value == pytest.approx(1 / 501)
    assert result.p_adjusted <= 0.05
    assert result.details["features_that_differ"] >= 1
