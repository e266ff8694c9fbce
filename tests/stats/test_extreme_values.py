"""The lower tail: worked by hand, true for the law it assumes, robust where near-identical pairs spoil it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audit.stats.extreme_values import SURVIVED, LowerTail

HUNDRED = LowerTail.of(np.arange(100.0))
"""0.2 from 20 on, halved every 10.5."""


def samples():
    return st.lists(st.floats(-20, 5), min_size=2, max_size=300).map(np.array)


def test_the_tail_is_an_exponential_from_the_lowest_fifth_on():
    assert (HUNDRED.start, HUNDRED.share, HUNDRED.rate) == pytest.approx((20, 0.2, np.log(2) / 10.5))
    assert HUNDRED.chance(np.array([-1.0, 9.5, 30.0])) == pytest.approx([0.05, 0.1, 1])
    assert HUNDRED.limit(0.05) == pytest.approx(-1)


@given(samples(), st.lists(st.floats(-1e6, 1e3), min_size=2, max_size=20))
def test_chance_is_a_probability_that_rises_with_the_value(sample, values):
    found = LowerTail.of(sample).chance(np.sort(values))
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert (np.diff(found) >= 0).all()


@given(samples(), st.floats(1e-12, 0.5))
def test_below_the_limit_the_exponential_is_rarer_than_asked(sample, probability):
    tail = LowerTail.of(sample)
    limit = tail.limit(probability)
    below = limit - 1e-6 * (np.ptp(sample) + 1 + abs(limit))
    assert tail.chance(np.array([below]))[0] <= probability * (1 + 1e-6)


@pytest.mark.parametrize("directions", [2, 8, 30])
def test_far_out_the_law_of_nearest_distances_is_met_within_a_small_factor(directions):
    """P(distance < t) = t ** k, so that the logarithm at probability p is log(p) / k."""
    found = []
    for seed in range(30):
        sample = np.log(np.random.default_rng(seed).random(2000)) / directions
        found.append(LowerTail.of(sample).chance(np.array([np.log(1e-6) / directions]))[0])
    assert 1e-7 < np.median(found) < 1e-5
    assert np.quantile(found, 0.9) < 1e-4


@pytest.mark.parametrize("foreign", [-3.0, -30.0, -3000.0])
def test_near_identical_pairs_change_the_rate_by_no_more_than_is_said_however_near_they_are(foreign):
    ratios = []
    for seed in range(40):
        sample = np.log(np.random.default_rng(seed).random(500)) / 10
        spoiled = sample.copy()
        spoiled[: round(SURVIVED * 500)] = foreign
        ratios.append(LowerTail.of(spoiled).rate / LowerTail.of(sample).rate)
    assert 0.5 < np.median(ratios) < 0.75
    assert min(ratios) > 0.35


@pytest.mark.parametrize("sample", [[1.0, 1.0], [3.0] * 50, [0.0, 1.0]])
def test_tiny_and_constant_samples_give_numbers(sample):
    tail = LowerTail.of(np.array(sample))
    assert np.isfinite(tail.chance(np.array([-5.0, 1.0, 9.0]))).all()
    assert np.isfinite(tail.limit(1e-5))
    assert tail.chance(np.array([3.0])) == 1
