"""Which of two samples is nearer: by hand, 0.5 where it should be, the samples' sizes without effect, by groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audit.stats.neighbours.two_samples import GroupedRows, at_equal_size, nearer, subset


def sample(rows, groups=None):
    rows = np.asarray(rows, float)
    return GroupedRows(rows, np.arange(len(rows)) if groups is None else np.asarray(groups))


def test_worked_by_hand_on_a_line():
    # 0 is nearer to the left row at 1, 9 to the right row at 8, 4.5 ties between 1 and 8: 1 + 0 + 1/2 of 3.
    found = nearer(sample([[0], [9], [4.5]]), sample([[1], [-20]]), sample([[8], [30]]))
    assert found.wins.tolist() == [1, 0, 0.5]
    assert [list(x) for x in found.distances] == [[1, 8, 3.5], [8, 1, 3.5]]
    assert found.share == pytest.approx(0.5)


def test_the_smaller_sample_counts_as_often_as_the_larger():
    # 3 of 4 queries go to the left sample, which has three times as many rows: 3/3 against 1/1.
    queries, left = sample([[0], [10], [20], [30]]), sample([[0.1], [10.1], [20.1]])
    found = nearer(queries, left, sample([[30.1]]))
    assert found.wins.mean() == 0.75
    assert found.share == pytest.approx(0.5)
    low, high = found.interval(0.95)
    assert low < 0.5 < high


@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(2, 30))
def test_exchanging_the_samples_turns_the_share_round(seed, n, h):
    rng = np.random.default_rng(seed)
    queries, left, right = (sample(rng.normal(size=(k, 2))) for k in (12, n, h))
    one, other = nearer(queries, left, right), nearer(queries, right, left)
    assert one.share == pytest.approx(1 - other.share)
    low, high = one.interval(0.9)
    assert 0 <= low <= one.share + 1e-9
    assert one.share <= high + 1e-9 <= 1 + 1e-9
    assert other.interval(0.9) == pytest.approx((1 - high, 1 - low))


def test_the_same_sample_twice_is_all_ties():
    rng = np.random.default_rng(0)
    rows = sample(rng.normal(size=(40, 3)))
    assert nearer(sample(rng.normal(size=(30, 3))), rows, rows).share == 0.5


@pytest.mark.parametrize(("n", "h"), [(150, 150), (300, 60)])
def test_one_population_gives_a_half_and_its_interval_holds_it(n, h):
    rng = np.random.default_rng(1)
    found = [nearer(*(sample(rng.normal(size=(k, 8))) for k in (150, n, h))) for _ in range(60)]
    shares = np.array([x.share for x in found])
    held = [low <= 0.5 <= high for low, high in (x.interval(0.95) for x in found)]
    assert shares.mean() == pytest.approx(0.5, abs=0.02)
    assert np.mean(held) >= 0.85
    widths = [high - low for low, high in (x.interval(0.95) for x in found)]
    assert np.mean(widths) / 3.92 == pytest.approx(shares.std(), rel=0.35)


def test_images_of_one_patient_are_no_independent_evidence():
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(15), 10)

    def series():
        return (rng.normal(size=(15, 1, 6)) + 0.5 * rng.normal(size=(15, 10, 6))).reshape(150, 6)

    shares, grouped, alone = [], [], []
    for _ in range(60):
        queries, left, right = sample(rng.normal(size=(300, 6))), series(), series()
        found = nearer(queries, sample(left, groups), sample(right, groups))
        shares.append(found.share)
        grouped.append(found.variance)
        alone.append(nearer(queries, sample(left), sample(right)).variance)
    assert np.sqrt(np.mean(grouped)) == pytest.approx(np.std(shares), rel=0.25)
    assert np.sqrt(np.mean(alone)) < 0.75 * np.std(shares)


def test_groups_of_queries_widen_it_too():
    rng = np.random.default_rng(3)
    rows = np.repeat(rng.normal(size=(30, 4)), 10, axis=0) + 1e-3 * rng.normal(size=(300, 4))
    left, right = (sample(rng.normal(size=(400, 4))) for _ in range(2))
    grouped = nearer(sample(rows, np.repeat(np.arange(30), 10)), left, right)
    assert grouped.variance > 1.5 * nearer(sample(rows), left, right).variance


def test_cutting_the_left_sample_hides_what_was_copied_from_the_rest():
    rng = np.random.default_rng(4)
    left, right, queries = rng.normal(size=(400, 8)), rng.normal(size=(50, 8)), rng.normal(size=(200, 8))
    queries[:100] = left[:100]
    sides = sample(queries), sample(left), sample(right)
    cut = at_equal_size(*sides, rng)
    assert len(cut) == 4
    assert all(x.sizes == (50, 50) for x in cut)
    assert nearer(*sides).interval(0.95)[0] > np.mean([x.share for x in cut])


def test_equal_samples_are_not_cut():
    rng = np.random.default_rng(5)
    sides = [sample(rng.normal(size=(30, 2))) for _ in range(3)]
    (found,) = at_equal_size(*sides, rng)
    assert found.share == nearer(*sides).share


def test_a_subset_takes_whole_groups_but_for_the_last():
    rng = np.random.default_rng(6)
    groups = np.repeat(np.arange(10), 4)
    for _ in range(20):
        taken = subset(groups, 18, rng)
        assert taken.sum() == 18
        assert sorted(np.bincount(groups[taken], minlength=10))[-5:] == [2, 4, 4, 4, 4]
