"""Per-feature distances and their nulls, against scipy and by law."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gan_audit.stats.univariate import SortedPool, distances, permutation_null


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.integers(2, 60), st.integers(0, 3))
def test_distances_equal_scipy_also_with_ties(seed, n, m, decimals):
    rng = np.random.default_rng(seed)
    x, y = np.round(rng.normal(size=(n, 3)), decimals), np.round(rng.normal(0.5, 2, size=(m, 3)), decimals)
    found = distances(SortedPool.of(np.concatenate([x, y])), np.arange(n), np.arange(n, n + m))
    for i in range(3):
        assert found.ks[i] == pytest.approx(stats.ks_2samp(x[:, i], y[:, i]).statistic, abs=1e-12)
        assert found.wasserstein[i] == pytest.approx(stats.wasserstein_distance(x[:, i], y[:, i]), abs=1e-10)


def test_distances_are_taken_of_clipped_values_and_ranks_of_all():
    rng = np.random.default_rng(4)
    x, y = rng.standard_cauchy((40, 3)), 1 + rng.standard_cauchy((50, 3))
    pooled = np.concatenate([x, y])
    found = distances(SortedPool.of(pooled, np.clip(pooled, -2, 2)), np.arange(40), np.arange(40, 90))
    for i in range(3):
        assert found.ks[i] == pytest.approx(stats.ks_2samp(x[:, i], y[:, i]).statistic, abs=1e-12)
        clipped = (np.clip(z[:, i], -2, 2) for z in (x, y))
        assert found.wasserstein[i] == pytest.approx(stats.wasserstein_distance(*clipped), abs=1e-12)


def test_constant_features_are_at_distance_zero():
    found = distances(SortedPool.of(np.ones((10, 2))), np.arange(5), np.arange(5, 10))
    assert (found.ks == 0).all()
    assert (found.wasserstein == 0).all()


def test_group_permutation_keeps_its_level_where_the_plain_test_does_not():
    rng = np.random.default_rng(9)
    plain, by_group, runs = 0, 0, 120
    for _ in range(runs):
        patients = rng.normal(size=(40, 1, 1))
        images = (patients + 0.3 * rng.normal(size=(40, 5, 1))).reshape(200, 1)
        pool = SortedPool.of(images)
        left = np.arange(100)
        found = distances(pool, left, np.arange(100, 200)).ks[0]
        blocks = list(np.arange(200).reshape(40, 5))
        null, _ = permutation_null(pool, blocks, 100, rng, 99)
        by_group += (1 + (null[:, 0] >= found - 1e-12).sum()) / 100 <= 0.05
        plain += stats.ks_2samp(images[:100, 0], images[100:, 0]).pvalue <= 0.05
    assert plain / runs > 0.2
    assert by_group / runs < 0.12


def test_every_permutation_equals_scipy_on_the_same_rows():
    rng = np.random.default_rng(11)
    x = np.round(rng.normal(size=(30, 2)), 1)
    blocks = [np.array([2 * i, 2 * i + 1]) for i in range(15)]
    ks, wasserstein = permutation_null(SortedPool.of(x), blocks, 14, np.random.default_rng(5), 20)
    repeat = np.random.default_rng(5)
    for i in range(20):
        left = np.concatenate([blocks[b] for b in repeat.permutation(15)[:7]])
        right = np.setdiff1d(np.arange(30), left)
        for feature in range(2):
            one, two = x[left, feature], x[right, feature]
            assert ks[i, feature] == pytest.approx(stats.ks_2samp(one, two).statistic, abs=1e-12)
            assert wasserstein[i, feature] == pytest.approx(stats.wasserstein_distance(one, two), abs=1e-12)
