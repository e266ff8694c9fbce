"""Fréchet and kernel distance: closed forms, published tools, laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from gan_audit.stats.distances import (
    frechet_distance,
    kernel_distance,
    kernel_distance_of,
    polynomial_kernel,
    squared_distances,
)

RNG = np.random.default_rng(1)


def by_matrix_root(x, y):
    first, second = np.cov(x.T), np.cov(y.T)
    root = linalg.sqrtm(first @ second).real
    return np.square(x.mean(0) - y.mean(0)).sum() + np.trace(first + second - 2 * root)


def test_hand_worked_frechet_distance():
    # The only variance is 1/3 in the first column of y against 0: |Δμ|² = 1/9 and tr = 1/3, so 4/9.
    x, y = np.array([[1.0, 2.0]] * 3), np.array([[2.0, 2.0], [1.0, 2.0], [1.0, 2.0]])
    assert frechet_distance(x, y) == pytest.approx(4 / 9, abs=1e-12)


@pytest.mark.parametrize(("n", "m", "d"), [(300, 250, 40), (60, 50, 40), (500, 40, 8)])
def test_frechet_equals_the_matrix_root_form(n, m, d):
    x, y = RNG.normal(size=(n, d)), RNG.normal(0.3, 1.5, size=(m, d))
    assert frechet_distance(x, y) == pytest.approx(by_matrix_root(x, y), rel=1e-9)


def test_frechet_with_fewer_rows_than_features_equals_the_eigenvalue_form():
    x, y = RNG.normal(size=(30, 60)), RNG.normal(0.2, 1, size=(35, 60))
    first, second = np.cov(x.T), np.cov(y.T)
    root = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0)).sum()
    expected = np.square(x.mean(0) - y.mean(0)).sum() + np.trace(first + second) - 2 * root
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-5)


def test_frechet_of_gaussians_meets_its_closed_form():
    x, y = RNG.normal(0, 1, size=(200_000, 3)), RNG.normal(1, 2, size=(200_000, 3))
    assert frechet_distance(x, y) == pytest.approx(3 * 1 + 3 * (2 - 1) ** 2, rel=0.02)


def test_frechet_equals_torch_fidelity():
    metric_fid = pytest.importorskip("torch_fidelity.metric_fid")
    torch = pytest.importorskip("torch")
    x, y = RNG.normal(size=(400, 30)), RNG.normal(0.2, 1.1, size=(380, 30))
    statistics = [metric_fid.fid_features_to_statistics(torch.from_numpy(z)) for z in (x, y)]
    found = metric_fid.fid_statistics_to_metric(*statistics, verbose=False)
    assert frechet_distance(x, y) == pytest.approx(next(iter(found.values())), rel=1e-8)


def test_kernel_distance_equals_torch_fidelity():
    metric_kid = pytest.importorskip("torch_fidelity.metric_kid")
    x, y = RNG.normal(size=(120, 30)), RNG.normal(0.2, 1.1, size=(120, 30))
    expected = metric_kid.kernel_mmd(
        x, y, kid_kernel="poly", kid_kernel_poly_degree=3, kid_kernel_poly_gamma=None, kid_kernel_poly_coef0=1
    )
    assert kernel_distance_of(x, y) == pytest.approx(expected, rel=1e-10)


def test_blocked_kernel_distance_equals_the_one_from_matrices():
    x, y = RNG.normal(size=(90, 10)), RNG.normal(size=(70, 10))
    whole = kernel_distance(polynomial_kernel(x, x), polynomial_kernel(y, y), polynomial_kernel(x, y))
    assert kernel_distance_of(x, y, block=16) == pytest.approx(whole, rel=1e-10)


def test_kernel_distance_is_unbiased_at_small_n():
    rng = np.random.default_rng(2)
    values = [kernel_distance_of(rng.normal(size=(20, 5)), rng.normal(size=(20, 5))) for _ in range(400)]
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(len(values))


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(1, 20))
def test_frechet_is_symmetric_zero_to_itself_and_unmoved_by_order(seed, n, d):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, d)), rng.normal(size=(n + 3, d))
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x), rel=1e-7, abs=1e-7)
    assert frechet_distance(x, rng.permutation(x)) == pytest.approx(0, abs=1e-7)


def test_distance_of_copies_is_exactly_zero_and_of_near_copies_right():
    x = RNG.normal(100, 1, size=(50, 200))
    y = x.copy()
    y[:, 0] += 1e-4
    assert (np.diag(squared_distances(x, x)) == 0).all()
    np.testing.assert_allclose(np.sqrt(np.diag(squared_distances(x, y))), 1e-4, rtol=1e-6)
