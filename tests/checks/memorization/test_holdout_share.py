"""The control arm: half where nothing is copied, more where it is, and a reason where it cannot be had."""

import numpy as np
import pytest

from gan_audit.checks.base import CheckSettings
from gan_audit.checks.memorization import data_copying_test, holdout_share, nearest_neighbour
from gan_audit.checks.prepare import prepare
from gan_audit.types import Skipped
from tests.checks.conftest import table

CHECKS = {"memorization.holdout_share": holdout_share, "memorization.ct": data_copying_test}


def compare(real, synthetic, unseen=None, *, groups=(None, None, None), labels=(None, None, None)):
    sides = (
        None if rows is None else table(rows, role, groups=groups[i], labels=labels[i])
        for i, (rows, role) in enumerate(((real, "real"), (synthetic, "synthetic"), (unseen, "holdout")))
    )
    return prepare(*sides)


def three(rng, sizes=(200, 200, 200), d=6):
    return [rng.normal(size=(n, d)) for n in sizes]


def share(data):
    return next(holdout_share.run(data, CheckSettings()))


def test_a_sound_generator_is_at_a_half():
    found = share(compare(*three(np.random.default_rng(0))))
    assert found.ci[0] < 0.5 < found.ci[1]
    assert found.reference.ci[0] < 0.5 < found.reference.ci[1]
    assert found.details["share_with_training_cut"] == found.estimate
    assert found.details["nearer_to_training"] == pytest.approx(found.estimate)


def test_half_of_the_copies_show_in_the_share():
    real, synthetic, unseen = three(np.random.default_rng(1))
    sound = share(compare(real, synthetic, unseen)).estimate
    synthetic[:100] = real[:100]
    found = share(compare(real, synthetic, unseen))
    assert found.estimate == pytest.approx(0.5 * sound + 0.5, abs=0.06)
    assert found.ci[0] > 0.6
    assert "50 % is expected" in found.message


def test_few_unseen_images_neither_move_the_half_nor_hide_copies():
    rng = np.random.default_rng(2)
    real, synthetic, unseen = three(rng, (600, 300, 60))
    assert share(compare(real, synthetic, unseen)).ci[1] < 0.65
    synthetic[:200] = real[400:]
    found = share(compare(real, synthetic, unseen))
    assert found.estimate > 0.65
    assert found.ci[0] > 0.55
    assert found.details["share_with_training_cut"] < 0.6
    assert found.message.startswith("With training and unseen images weighted alike")


def test_a_holdout_that_holds_training_images_is_told_of():
    real, synthetic, unseen = three(np.random.default_rng(3))
    unseen[:30] = real[:30]
    found = share(compare(real, synthetic, unseen))
    assert found.details["unseen_images_found_in_training"] == 30
    assert "30 unseen images stand among the training images" in found.message


def test_pairs_name_the_nearest_unseen_image_and_the_rank():
    real, synthetic, unseen = three(np.random.default_rng(4), (60, 50, 40))
    result = next(
        x
        for x in nearest_neighbour.run(compare(real, synthetic, unseen), CheckSettings())
        if x.id.endswith("close_fraction")
    )
    assert [pair.rank for pair in result.pairs] == list(range(1, 51))
    assert sorted(result.pairs, key=lambda pair: pair.distance) == list(result.pairs)
    distance = np.linalg.norm(synthetic[:, None] - unseen[None], axis=2)
    for pair in result.pairs:
        row = int(pair.synthetic.removeprefix("synthetic"))
        assert pair.holdout == f"holdout{distance[row].argmin()}"
        assert pair.holdout_distance == pytest.approx(distance[row].min())
    names = [series["name"] for series in result.details["figures"][0]["series"]]
    assert len(set(names)) == 4
    assert {"holdout to nearest real", "from synthetic to nearest unseen"} < set(names)
    assert len(result.details["tables"][0]["columns"]) == len(result.details["tables"][0]["rows"][0]) == 5


def test_without_a_holdout_pairs_have_a_rank_alone():
    real, synthetic, _ = three(np.random.default_rng(5), (60, 50, 0))
    result = next(
        x for x in nearest_neighbour.run(compare(real, synthetic), CheckSettings()) if x.id.endswith("close_fraction")
    )
    assert [(p.rank, p.holdout, p.holdout_distance) for p in result.pairs[:2]] == [(1, "", None), (2, "", None)]


@pytest.mark.parametrize("id", CHECKS)
def test_no_holdout_is_skipped_once_with_the_remedy(id):
    rng = np.random.default_rng(6)
    labels = ["a", "b"] * 100
    data = compare(*three(rng)[:2], labels=(labels, labels, None))
    (skipped,) = CHECKS[id].run(data, CheckSettings())
    assert isinstance(skipped, Skipped)
    assert (skipped.id, "--holdout" in skipped.remedy) == (id, True)
    assert list(CHECKS[id].run(data.of_class("a"), CheckSettings())) == []


@pytest.mark.parametrize("id", CHECKS)
@pytest.mark.parametrize(
    ("n", "groups", "reason"),
    [(10, None, "10 unseen images"), (60, [f"p{i % 3}" for i in range(60)], "3 unseen patients")],
)
def test_too_small_a_holdout_is_a_reason(id, n, groups, reason):
    data = compare(*three(np.random.default_rng(7), (60, 60, n)), groups=(None, None, groups))
    (skipped,) = CHECKS[id].run(data, CheckSettings())
    assert isinstance(skipped, Skipped)
    assert reason in skipped.reason


@pytest.mark.parametrize("id", CHECKS)
def test_a_class_without_unseen_images_is_skipped(id):
    labels = ["a"] * 30 + ["b"] * 30
    data = compare(*three(np.random.default_rng(8), (60, 60, 60)), labels=(labels, labels, ["a"] * 60))
    (skipped,) = CHECKS[id].run(data.of_class("b"), CheckSettings())
    assert "0 unseen images" in skipped.reason


@pytest.mark.parametrize("id", CHECKS)
def test_row_order_changes_nothing(id):
    rng = np.random.default_rng(9)
    real, synthetic, unseen = three(rng, (80, 70, 60))
    digests = [[f"{role}{i:03d}" for i in range(n)] for role, n in (("r", 80), ("s", 70), ("h", 60))]
    orders = [rng.permutation(n) for n in (80, 70, 60)]

    def prepared(rows, names):
        roles = ("real", "synthetic", "holdout")
        return prepare(*(table(x, role, digests=d) for x, role, d in zip(rows, roles, names, strict=True)))

    first = prepared((real, synthetic, unseen), digests)
    moved = [x[order] for x, order in zip((real, synthetic, unseen), orders, strict=True)]
    second = prepared(moved, [[d[i] for i in order] for d, order in zip(digests, orders, strict=True)])
    one, other = (next(CHECKS[id].run(data, CheckSettings())) for data in (first, second))
    assert (one.estimate, one.ci, one.reference) == (other.estimate, other.ci, other.reference)
