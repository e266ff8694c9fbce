"""Nearest neighbours and manifold statistics against brute force, prdc and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audit.stats.distances import squared_distances
from gan_audit.stats.neighbours.api import manifold, manifold_of, nearest


def brute(queries, base, k, own=None, groups=None):
    distance = np.sqrt(np.square(queries[:, None] - base[None]).sum(2))
    if own is not None:
        distance[own[:, None] == groups[None]] = np.inf
    return np.sort(distance, axis=1)[:, :k]


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 80), st.integers(1, 6), st.integers(1, 12))
def test_neighbours_equal_brute_force_also_with_groups_and_ties(seed, q, n, k, group):
    rng = np.random.default_rng(seed)
    base = np.round(rng.normal(size=(n, 4)), 1)
    queries = np.concatenate([base[: q // 2], rng.normal(size=(q - min(q // 2, n), 4))])
    own, groups = rng.integers(0, group, len(queries)), rng.integers(0, group, n)
    found = nearest(queries, base, k, query_groups=own, base_groups=groups)
    np.testing.assert_allclose(found.distance, brute(queries, base, min(k, n), own, groups), atol=1e-12)
    reached = np.isfinite(found.distance)
    assert (found.index[~reached] == -1).all()
    rows, _ = np.nonzero(reached)
    assert (groups[found.index[reached]] != own[rows]).all()


def test_a_large_group_does_not_hide_the_next_patient():
    rng = np.random.default_rng(3)
    base = np.concatenate([rng.normal(0, 1e-3, size=(200, 5)), rng.normal(5, 1, size=(20, 5))])
    groups = np.r_[np.zeros(200, int), np.arange(1, 21)]
    found = nearest(base, base, 1, query_groups=groups, base_groups=groups)
    assert (found.index[:200, 0] >= 200).all()


def test_copies_are_found_at_distance_zero_and_near_copies_at_theirs():
    rng = np.random.default_rng(4)
    base = rng.normal(10, 1, size=(500, 512))
    near = base[:50] + 1e-5 / np.sqrt(512)
    assert (nearest(base[:50], base).distance == 0).all()
    found = nearest(near, base)
    np.testing.assert_allclose(found.distance[:, 0], 1e-5, rtol=1e-5)
    assert (found.index[:, 0] == np.arange(50)).all()


def test_manifold_equals_prdc():
    prdc = pytest.importorskip("prdc")
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(300, 16)), rng.normal(0.3, 0.9, size=(250, 16))
    expected = prdc.compute_prdc(x, y, nearest_k=5)
    blocks = squared_distances(x, x), squared_distances(y, y), squared_distances(x, y)
    for found in (manifold(*blocks, k=5), manifold_of(x, y, k=5, block=64)):
        for name, value in expected.items():
            assert getattr(found, name) == pytest.approx(value, abs=1e-12)


def test_density_is_one_and_coverage_meets_its_formula_on_equal_distributions():
    rng = np.random.default_rng(6)
    n, m, k = 400, 200, 5
    found = [manifold_of(rng.normal(size=(n, 8)), rng.normal(size=(m, 8)), k) for _ in range(20)]
    assert np.mean([x.density for x in found]) == pytest.approx(1, abs=0.05)
    expected = 1 - np.prod([(n - i) / (n + m - i) for i in range(1, k + 1)])
    assert np.mean([x.coverage for x in found]) == pytest.approx(expected, abs=0.02)


def test_directions_collapse_lowers_recall_and_noise_lowers_precision():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(300, 8))
    collapsed = x[rng.integers(0, 5, 300)] + rng.normal(0, 0.05, size=(300, 8))
    noisy = rng.normal(0, 4, size=(300, 8))
    assert manifold_of(x, collapsed).precision > 0.95
    assert manifold_of(x, collapsed).recall < 0.2
    assert manifold_of(x, collapsed).coverage < 0.3
    assert manifold_of(x, noisy).precision < 0.1
    assert manifold_of(x, noisy).recall > 0.9


def test_disjoint_sets_overlap_nowhere_and_too_few_rows_are_refused():
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=(50, 3)), rng.normal(100, 1, size=(50, 3))
    assert manifold_of(x, y) == type(manifold_of(x, y))(0, 0, 0, 0)
    with pytest.raises(ValueError, match="more than 5 rows"):
        manifold_of(x[:5], y)
