"""The rank-sum test: equal to scipy's, by hand, its variance that of repeated samples, groups respected."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from gan_audit.stats.rank_sum import rank_sum, variance_of_sum

VALUES = st.lists(st.integers(0, 12).map(float), min_size=1, max_size=20).map(np.array)


def test_worked_by_hand():
    # Of the pairs (2, 1), (2, 3), (4, 1), (4, 3) the left value is the larger in three: U = 3, mean 2 - 1/2,
    # variance 2 * 2 * 5 / 12.
    assert rank_sum(np.array([2.0, 4.0]), np.array([1.0, 3.0])).z == pytest.approx((3 - 1.5) / np.sqrt(20 / 12))


@given(VALUES, VALUES)
def test_equal_to_scipy_with_ties(left, right):
    found = rank_sum(left, right)
    m, n = len(left), len(right)
    u = mannwhitneyu(left, right).statistic
    assert found.z == pytest.approx((u - (m * n / 2 - 0.5)) / np.sqrt(m * n * (m + n + 1) / 12))
    assert found.left.sum() == pytest.approx(0, abs=1e-9)
    assert found.right.sum() == pytest.approx(0, abs=1e-9)


def test_the_influences_give_the_variance_of_repeated_samples():
    rng = np.random.default_rng(0)
    draws = [(rng.normal(0.7, 1.5, 60), rng.normal(size=40)) for _ in range(400)]
    found = [rank_sum(left, right) for left, right in draws]
    estimated = np.mean([np.square(x.left).sum() + np.square(x.right).sum() for x in found])
    assert estimated == pytest.approx(np.var([x.z for x in found]), rel=0.2)


def test_the_variance_of_clustered_values_is_that_of_their_groups():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(12), 5)
    sums, estimated, naive = [], [], []
    for _ in range(400):
        values = np.repeat(rng.normal(size=12), 5) + 0.2 * rng.normal(size=60)
        sums.append(values.mean())
        influence = (values - values.mean()) / 60
        estimated.append(variance_of_sum(influence, groups))
        naive.append(variance_of_sum(influence, np.arange(60)))
    assert np.mean(estimated) == pytest.approx(np.var(sums), rel=0.25)
    assert np.mean(naive) < 0.4 * np.var(sums)
    assert variance_of_sum(np.ones(3), np.zeros(3, int)) == 0
