"""One pass for manifold, kernel distance and neighbours: equal to brute force, prdc and torch-fidelity."""

import tracemalloc
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audit.stats.distances import kernel_distance_of, polynomial_kernel
from gan_audit.stats.neighbours import one_pass as module
from gan_audit.stats.neighbours.one_pass import overlap
from tests.stats import oracles


@settings(max_examples=80)
@given(
    kind=st.sampled_from((*oracles.KINDS, "copies")),
    seed=st.integers(0, 2**32 - 1),
    k=st.integers(1, 7),
    more=st.tuples(st.integers(1, 400), st.integers(1, 400)),
    d=st.integers(1, 40),
    block=st.sampled_from([3, 16, 100, 1024]),
    single=st.booleans(),
)
def test_everything_equals_brute_force(kind, seed, k, more, d, block, single):
    rng, n, m = np.random.default_rng(seed), k + more[0], k + more[1]
    left, right = oracles.sample(kind, n, d, rng), 1.1 * oracles.sample(kind, m, d, rng)
    if kind == "copies":
        right[: min(n, m) // 2] = left[: min(n, m) // 2] * (1 + 1e-7)
    if single:
        left, right = left.astype(np.float32), right.astype(np.float32)
    found = overlap(left, right, k, block)
    assert astuple(found.manifold) == pytest.approx(oracles.manifold(left, right, k), abs=1e-12)
    distance, index = oracles.nearest(right, left, k)
    np.testing.assert_array_equal(found.neighbours.index, index)
    np.testing.assert_allclose(found.neighbours.distance, distance, rtol=1e-12, atol=0)


@pytest.mark.parametrize("kind", ["plain", "offset", "classes", "doubles", "blank", "tiny", "grid"])
def test_kernel_distance_equals_the_one_in_double_precision(kind):
    rng = np.random.default_rng(0)
    rows = rng.permutation(oracles.sample(kind, 1350, 30, rng))
    left, right = rows[:700], rows[700:] + 0.05
    size = np.abs(polynomial_kernel(left, right)).mean()
    assert overlap(left, right, 3, block=128).kernel_distance == pytest.approx(
        kernel_distance_of(left, right), abs=3e-8 * size
    )


def test_all_equals_prdc_and_torch_fidelity_in_single_and_double_precision():
    prdc = pytest.importorskip("prdc")
    metric_kid = pytest.importorskip("torch_fidelity.metric_kid")
    rng = np.random.default_rng(1)
    left, right = rng.normal(1, 1, size=(800, 64)), rng.normal(1.05, 0.9, size=(800, 64))
    expected = prdc.compute_prdc(left, right, nearest_k=5)
    poly = {
        "kid_kernel": "poly",
        "kid_kernel_poly_degree": 3,
        "kid_kernel_poly_gamma": None,
        "kid_kernel_poly_coef0": 1,
    }
    kid = metric_kid.kernel_mmd(left, right, **poly)
    for dtype in (np.float64, np.float32):
        found = overlap(left.astype(dtype), right.astype(dtype), 5)
        for name, value in expected.items():
            assert getattr(found.manifold, name) == pytest.approx(value, abs=1e-12)
        assert found.kernel_distance == pytest.approx(kid, rel=1e-6)


def test_rows_in_a_crowd_are_settled_by_the_exact_search(monkeypatch):
    rng = np.random.default_rng(2)
    crowd = 5 + 1e-9 * rng.normal(size=(400, 6))
    left = np.concatenate([rng.normal(size=(300, 6)), crowd])
    right = np.concatenate([rng.normal(size=(200, 6)), crowd[:150] + 1e-10])
    sent, run = [], module.Job.run
    monkeypatch.setattr(module.Job, "run", lambda job: sent.append(len(job.queries)) or run(job))
    found = overlap(left, right, 4, block=64)
    assert astuple(found.manifold) == pytest.approx(oracles.manifold(left, right, 4), abs=1e-12)
    np.testing.assert_array_equal(found.neighbours.index, oracles.nearest(right, left, 4)[1])
    assert sum(sent) >= 400


def test_row_order_and_block_size_move_nothing():
    rng = np.random.default_rng(3)
    left, right = rng.normal(size=(500, 12)), rng.normal(0.2, 1, size=(400, 12))
    first, order = overlap(left, right), rng.permutation(400)
    second = overlap(rng.permutation(left), right[order], block=37)
    assert second.manifold == first.manifold
    assert second.kernel_distance == pytest.approx(first.kernel_distance, abs=1e-8)
    np.testing.assert_array_equal(second.neighbours.distance, first.neighbours.distance[order])


def test_memory_grows_with_the_rows_not_with_their_square():
    rng = np.random.default_rng(4)
    peaks = []
    for n in (4000, 8000):
        left, right = rng.normal(size=(n, 4)), rng.normal(size=(n, 4))
        tracemalloc.start()
        overlap(left, right)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2.5 * peaks[0]
    assert peaks[1] < 2 * 8000**2


def test_too_few_rows_and_values_that_are_no_numbers_are_refused():
    rows = np.random.default_rng(5).normal(size=(20, 3))
    with pytest.raises(ValueError, match=r"Expected more than 5 rows for the 5-th nearest neighbour, got 5\."):
        overlap(rows, rows[:5])
    spoilt = rows.copy()
    spoilt[3, 1] = np.nan
    with pytest.raises(ValueError, match="Expected finite features"):
        overlap(rows, spoilt)
