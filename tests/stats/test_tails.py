"""The lower tail: worked by hand, true for the law it assumes, cautious where outliers or few values spoil it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audit.stats.tails import LowerTail

HUNDRED = LowerTail.of(np.arange(100.0))
"""Two exponentials: 0.2 from 20 on, halved every 10.5, and 0.16 from 16 on, falling by e every 8.5."""


def samples():
    return st.lists(st.floats(-20, 5), min_size=2, max_size=300).map(np.array)


def test_beyond_the_sample_the_slower_exponential_counts():
    assert HUNDRED.pieces[0] == pytest.approx((20, 0.2, np.log(2) / 10.5))
    assert HUNDRED.pieces[1] == pytest.approx((16, 0.16, 1 / 8.5))
    assert HUNDRED.chance(np.array([-1.0])) == pytest.approx(0.2 * 0.5**2)
    assert HUNDRED.limit(0.05) == pytest.approx(-1)


def test_within_the_sample_nothing_is_called_rarer_than_it_was_seen():
    assert HUNDRED.chance(np.array([0.0, 4.0, 30.0, 99.0, 500.0])).tolist() == pytest.approx(
        [0.2 * 0.5 ** (20 / 10.5), max(0.06, 0.2 * 0.5 ** (16 / 10.5)), 1, 1, 1]
    )


@given(samples(), st.lists(st.floats(-1e6, 1e3), min_size=2, max_size=20))
def test_chance_is_a_probability_that_rises_with_the_value(sample, values):
    found = LowerTail.of(sample).chance(np.sort(values))
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert (np.diff(found) >= 0).all()


@given(samples())
def test_no_value_of_the_sample_is_called_rarer_than_its_rank(sample):
    tail = LowerTail.of(sample)
    rank = np.array([(sample <= x).sum() for x in sample])
    assert (tail.chance(sample) >= np.minimum(1, (rank + 1) / len(sample)) - 1e-12).all()


@given(samples(), st.floats(1e-12, 0.5))
def test_below_the_limit_the_exponentials_are_rarer_than_asked(sample, probability):
    tail = LowerTail.of(sample)
    limit = tail.limit(probability)
    reach = np.ptp(sample) + 1
    below = limit - 1e-6 * (reach + abs(limit))
    seen = ((sample <= below).sum() + 1) / len(sample) if below >= sample.min() else 0
    assert tail.chance(np.array([below]))[0] <= max(probability, seen) * (1 + 1e-6)


@pytest.mark.parametrize("directions", [2, 8, 30])
def test_far_out_the_law_of_nearest_distances_is_met_within_a_small_factor(directions):
    """P(distance < t) = t ** k, so that the logarithm at probability p is log(p) / k."""
    found = []
    for seed in range(30):
        sample = np.log(np.random.default_rng(seed).random(2000)) / directions
        found.append(LowerTail.of(sample).chance(np.array([np.log(1e-6) / directions]))[0])
    assert 1e-6 < np.median(found) < 1e-5
    assert np.quantile(found, 0.9) < 1e-4


def test_near_identical_pairs_in_the_sample_slow_the_tail_down_but_hide_no_copy_far_beyond_them():
    sample = np.log(np.random.default_rng(0).random(500)) / 10
    spoiled = sample.copy()
    spoiled[:10] = -3.0
    clean, odd = LowerTail.of(sample), LowerTail.of(spoiled)
    at = np.array([-2.9, -8.0])
    assert (odd.chance(at) > clean.chance(at)).all()
    assert odd.chance(at)[0] > 0.01
    assert odd.chance(at)[1] < 1e-4


@pytest.mark.parametrize("sample", [[1.0, 1.0], [3.0] * 50, [0.0, 1.0]])
def test_tiny_and_constant_samples_give_numbers(sample):
    tail = LowerTail.of(np.array(sample))
    assert np.isfinite(tail.chance(np.array([-5.0, 1.0, 9.0]))).all()
    assert np.isfinite(tail.limit(1e-5))
    assert tail.chance(np.array([3.0])) == 1
