"""Ratio, close fraction and authenticity: by hand, silent on halves, loud on copies, at patient level."""

import numpy as np
import pytest

from gan_audit.checks.base import CheckSettings
from gan_audit.checks.memorization import nearest_neighbour
from gan_audit.checks.prepare import prepare
from gan_audit.types import Skipped
from tests.checks.conftest import table

RNG = np.random.default_rng(0)
RATIO, CLOSE, AUTHENTIC = "memorization.ratio", "memorization.close_fraction", "memorization.authenticity"


def run(data):
    return {x.id: x for x in nearest_neighbour.run(data, CheckSettings())}


def test_equal_to_ten_lines_of_numpy(compare):
    real, synthetic = RNG.normal(size=(60, 5)), RNG.normal(0.2, 1, size=(50, 5))
    found = run(compare(real, synthetic))
    across = np.sqrt(np.square(synthetic[:, None] - real[None]).sum(2))
    among = np.sqrt(np.square(real[:, None] - real[None]).sum(2))
    np.fill_diagonal(among, np.inf)
    to_real, own = across.min(1), among.min(1)
    assert found[RATIO].estimate == pytest.approx(to_real.mean() / own.mean())
    assert found[CLOSE].estimate == pytest.approx((to_real < np.quantile(own, 0.01)).mean())
    assert found[AUTHENTIC].estimate == pytest.approx(100 * (own[across.argmin(1)] < to_real).mean())


def test_authenticity_worked_by_hand_on_a_line(compare):
    # Pairs of real points 1 apart, 100 between pairs. Beside each pair one synthetic point: 0.5 from its nearest
    # real point is a copy (0.5 < 1), 2 is authentic (2 > 1).
    real = np.array([[100.0 * i + j] for i in range(10) for j in (0, 1)])
    synthetic = np.array([[100.0 * i - (0.5 if i < 4 else 2)] for i in range(20)][:20])
    synthetic[10:] = synthetic[:10] - 1e-3
    assert run(compare(real, synthetic))[AUTHENTIC].estimate == pytest.approx(60)


def test_two_halves_of_the_same_data_give_what_is_expected(compare):
    rng = np.random.default_rng(1)
    found = run(compare(rng.normal(size=(400, 6)), rng.normal(size=(400, 6))))
    assert found[RATIO].ci[0] < 1 < found[RATIO].ci[1]
    assert found[CLOSE].ci[0] <= 0.01 <= found[CLOSE].ci[1]
    low, high = found[AUTHENTIC].reference.ci
    assert low < found[AUTHENTIC].estimate < high


def test_a_fifth_of_copies_is_loud_and_named(compare):
    rng = np.random.default_rng(2)
    real, synthetic = rng.normal(size=(200, 6)), rng.normal(size=(200, 6))
    synthetic[:40] = real[:40]
    result = run(compare(real, synthetic))[CLOSE]
    assert result.estimate >= 0.2
    assert result.ci[0] > 0.1
    assert {(p.synthetic, p.real) for p in result.pairs[:40]} == {(f"synthetic{i}", f"real{i}") for i in range(40)}
    assert all(p.distance == 0 and p.percentile == 0 for p in result.pairs[:40])
    assert "patients are concerned" in result.message


def test_a_generator_that_renders_its_patients_again_is_caught_at_patient_level(compare):
    rng = np.random.default_rng(3)
    patients = rng.normal(0, 1, size=(80, 1, 8))
    real = (patients + 0.05 * rng.normal(size=(80, 5, 8))).reshape(400, 8)
    again = (patients + 0.05 * rng.normal(size=(80, 5, 8))).reshape(400, 8)
    groups = [f"p{i // 5}" for i in range(400)]
    with_groups = run(compare(real, again, groups=(groups, None)))
    without = run(compare(real, again))
    assert with_groups[RATIO].ci[1] < 0.3
    assert with_groups[AUTHENTIC].estimate < 5
    assert without[RATIO].estimate > 0.9


def test_duplicates_among_the_real_images_do_not_blind_the_quantile(compare):
    rng = np.random.default_rng(4)
    real, synthetic = rng.normal(size=(200, 6)), rng.normal(size=(200, 6))
    synthetic[:40] = real[:40]
    real[190:] = real[180:190]
    result = run(compare(real, synthetic))[CLOSE]
    assert result.estimate >= 0.2
    assert result.details["real_images_with_a_twin"] == 20


def test_the_numbers_do_not_depend_on_row_order(compare):
    rng = np.random.default_rng(5)
    real, synthetic = rng.normal(size=(60, 4)), rng.normal(size=(60, 4))
    order = rng.permutation(60)
    first, second = run(compare(real, synthetic)), run(compare(real, synthetic[order]))
    for id in first:
        assert first[id].estimate == pytest.approx(second[id].estimate, rel=1e-12)


def test_groups_widen_the_interval(compare):
    rng = np.random.default_rng(6)
    real = rng.normal(size=(200, 4))
    patients = np.repeat(rng.normal(size=(40, 4)) * (1 + 2 * (np.arange(40) % 2))[:, None], 5, axis=0)
    synthetic = patients + 0.01 * rng.normal(size=(200, 4))
    groups = [f"p{i // 5}" for i in range(200)]
    grouped = run(compare(real, synthetic, groups=(None, groups)))[RATIO].ci
    alone = run(compare(real, synthetic))[RATIO].ci
    assert grouped[1] - grouped[0] > 1.5 * (alone[1] - alone[0])


@pytest.mark.parametrize(("d", "expected"), [(2, 36.7), (16, 69.7), (64, 80.7), (512, 87.4)])
def test_authenticity_of_independent_images_depends_on_the_dimension(compare, d, expected):
    """A published fault takes the neighbour distance of the wrong real image: always about 50 %, which says nothing."""
    rng = np.random.default_rng(7)
    real, synthetic = rng.normal(size=(1000, d)), rng.normal(size=(1000, d))
    found = run(compare(real, synthetic))[AUTHENTIC]
    assert found.estimate == pytest.approx(expected, abs=5)
    assert found.details["all_images"] == found.estimate
    assert found.reference.ci[0] < found.estimate < found.reference.ci[1]


def test_authenticity_is_indexed_by_the_nearest_real_image_and_by_it_alone(compare):
    rng = np.random.default_rng(8)
    real, synthetic = rng.normal(size=(400, 64)), rng.normal(size=(400, 64))
    across = np.linalg.norm(synthetic[:, None] - real[None], axis=2)
    among = np.linalg.norm(real[:, None] - real[None], axis=2)
    np.fill_diagonal(among, np.inf)
    own = among.min(axis=1)
    found = run(compare(real, synthetic))[AUTHENTIC].estimate
    assert found == pytest.approx(100 * (own[across.argmin(axis=1)] < across.min(axis=1)).mean())
    # What other tools compute: the neighbour distance of the real image that has the synthetic image's number, and
    # whether any real image is nearer than its own neighbour is.
    wrong_index = 100 * (own[across.argmin(axis=0)] < across.min(axis=0)).mean()
    any_image = 100 * (across > own[None, :]).all(axis=1).mean()
    assert wrong_index == pytest.approx(50, abs=8)
    assert found - wrong_index > 15
    assert found - any_image > 5


def test_published_authenticity_leaves_images_of_the_same_patient_in(compare):
    rng = np.random.default_rng(9)
    patients = rng.normal(size=(80, 1, 8))
    real, again = ((patients + 0.05 * rng.normal(size=(80, 5, 8))).reshape(400, 8) for _ in range(2))
    found = run(compare(real, again, groups=([f"p{i // 5}" for i in range(400)], None)))[AUTHENTIC]
    assert found.estimate < 5
    assert found.details["all_images"] == pytest.approx(run(compare(real, again))[AUTHENTIC].estimate)
    assert found.details["all_images"] > 30


def test_no_training_image_is_left_out_of_the_search(compare):
    rng = np.random.default_rng(10)
    real, synthetic = rng.normal(size=(3000, 16)), rng.normal(size=(200, 16))
    synthetic[:100] = real[rng.permutation(3000)[:100]] + 1e-3
    assert run(compare(real, synthetic))[CLOSE].details["close_images"] >= 100


@pytest.mark.parametrize("same_bytes", [True, False])
def test_two_in_a_hundred_real_images_under_other_patients_blind_nothing(same_bytes):
    rng = np.random.default_rng(11)
    real, synthetic = rng.normal(size=(400, 8)), rng.normal(size=(400, 8))
    clean = table(real[:392], "real", groups=[f"p{i}" for i in range(392)])
    real[392:] = real[:8]
    synthetic[:20] = real[100:120]
    digests = [f"{i % 392 if same_bytes else i:03d}" for i in range(400)]
    doubled = table(real, "real", groups=[f"p{i}" for i in range(400)], digests=digests)
    with_, without = (run(prepare(side, table(synthetic, "synthetic"))) for side in (doubled, clean))
    assert with_[CLOSE].details["real_images_with_a_twin"] == 16
    assert with_[CLOSE].details["close_distance"] == pytest.approx(without[CLOSE].details["close_distance"], rel=0.2)
    assert with_[CLOSE].estimate >= 0.05
    assert with_[RATIO].estimate == pytest.approx(without[RATIO].estimate, rel=0.03)


def test_the_patients_concerned_are_counted_once_each(compare):
    rng = np.random.default_rng(12)
    real, synthetic = rng.normal(size=(200, 6)), rng.normal(2, 1, size=(200, 6))
    synthetic[:40] = np.repeat(real[:10], 4, axis=0)
    groups = [f"p{i // 2}" for i in range(200)]
    found = run(compare(real, synthetic, groups=(groups, None)))[CLOSE]
    concerned = found.details["patients_concerned"]
    assert 5 <= concerned <= 5 + found.details["close_images"] - 40
    assert f"; {concerned} patients are concerned" in found.message
    synthetic = rng.normal(20, 1, size=(200, 6))
    synthetic[0] = real[0]
    assert "; 1 patient is concerned" in run(compare(real, synthetic, groups=(groups, None)))[CLOSE].message


def test_with_many_patients_the_interval_is_the_normal_limit_of_the_bootstrap(compare, monkeypatch):
    rng = np.random.default_rng(13)
    data = compare(
        rng.normal(size=(600, 4)), rng.normal(size=(600, 4)), groups=([f"p{i // 3}" for i in range(600)], None)
    )
    drawn = run(data)[RATIO].ci
    monkeypatch.setattr(nearest_neighbour, "MANY", 100)
    assert run(data)[RATIO].ci == pytest.approx(drawn, abs=0.02)


def test_too_few_images_or_patients_are_a_reason_not_a_number(compare):
    few = list(nearest_neighbour.run(compare(RNG.normal(size=(10, 3)), RNG.normal(size=(60, 3))), CheckSettings()))
    assert all(isinstance(x, Skipped) and "10 real images" in x.reason for x in few)
    groups = [f"p{i % 3}" for i in range(60)]
    few = list(
        nearest_neighbour.run(
            compare(RNG.normal(size=(60, 3)), RNG.normal(size=(60, 3)), groups=(groups, None)), CheckSettings()
        )
    )
    assert all(isinstance(x, Skipped) and "3 real patients" in x.reason for x in few)
