"""Splits and intervals: laws, coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gan_audit.stats.resampling import draw_splits, effective_size, matched, resample_groups, wilson


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(4, 40), st.integers(1, 5), st.integers(16, 60))
def test_splits_are_disjoint_by_group_and_of_equal_size(seed, n_groups, per_group, m):
    groups = np.repeat(np.arange(n_groups), per_group)
    for split in draw_splits(groups, np.arange(m), np.random.default_rng(seed), count=5):
        assert len(split.first) == len(split.second) == len(split.other) > 0
        assert not set(groups[split.first]) & set(groups[split.second])
        for part in (split.first, split.second, split.other):
            assert len(set(part.tolist())) == len(part)
        assert split.other.max() < m


def test_splits_repeat_with_the_seed_alone():
    a, b = (draw_splits(np.arange(30), np.arange(30), np.random.default_rng(s), count=3) for s in (1, 1))
    c = draw_splits(np.arange(30), np.arange(30), np.random.default_rng(2), count=3)
    assert all((x.first == y.first).all() for x, y in zip(a, b, strict=True))
    assert any((x.first != y.first).any() for x, y in zip(a, c, strict=True))


def test_the_matched_interval_covers_a_mean_as_often_as_it_says():
    hits, runs = 0, 200
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(0, 1, 120), rng.normal(0.5, 1, 120)
        pooled = np.concatenate([x, y])
        splits = draw_splits(np.arange(120), np.arange(120), rng)
        found = matched(
            lambda i, j, pooled=pooled: [pooled[j].mean() - pooled[i].mean()],
            splits,
            120,
            level=0.95,
            bounds=[(-np.inf, np.inf)],
        )[0]
        low, high = found.estimate.ci
        hits += low <= 0.5 <= high
    assert 0.88 <= hits / runs <= 0.995


def test_wilson_equals_scipy():
    for k, n in ((0, 20), (3, 20), (20, 20), (17, 400)):
        expected = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        assert wilson(k, n, 0.95) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert wilson(0, 0, 0.95) == (0.0, 1.0)


def test_effective_size_is_the_number_of_patients_where_their_images_agree():
    groups = np.repeat(np.arange(50), 4)
    patient = np.random.default_rng(0).integers(0, 2, 50).astype(float)
    assert effective_size(np.repeat(patient, 4), groups) == pytest.approx(50, rel=0.05)
    assert effective_size(np.random.default_rng(1).random(200), np.arange(200)) == 200
    assert effective_size(np.zeros(200), groups) == 50


def test_bootstrap_draws_whole_groups():
    groups = np.repeat(np.arange(10), 3)
    weights = resample_groups(groups, 20, np.random.default_rng(0))
    assert (weights.reshape(20, 10, 3).std(axis=2) == 0).all()
    assert (weights.sum(axis=1) == 30).all()
