"""Nearest neighbours: every backend against brute force, on samples that single precision gets wrong."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from gan_audit.stats.neighbours import backends, base_slices, search
from gan_audit.stats.neighbours.backends import BACKENDS, Backend
from gan_audit.stats.neighbours.search import nearest
from tests.stand_in import NAME, switched_on
from tests.stats import oracles

PATHS = ("cpu", "torch-cpu")


def queries_near(base, q, rng):
    """Copies of rows, some of them moved a little or a lot."""
    found = base[rng.integers(0, len(base), q)].copy()
    moved = rng.random(q) < 0.5
    step = 10.0 ** rng.integers(-9, 1) * np.abs(found).max(initial=1e-300)
    found[moved] += step * rng.normal(size=(moved.sum(), base.shape[1]))
    return found


def same(found, expected):
    np.testing.assert_array_equal(found.index, expected[1])
    np.testing.assert_allclose(found.distance, expected[0], rtol=1e-12, atol=0)


@pytest.mark.parametrize("device", PATHS)
@settings(max_examples=40)
@given(
    kind=st.sampled_from(oracles.KINDS),
    seed=st.integers(0, 2**32 - 1),
    sizes=st.tuples(st.integers(1, 60), st.integers(1, 400), st.integers(1, 40)),
    k=st.one_of(st.integers(1, 12), st.integers(1, 500)),
    groups=st.sampled_from([None, 2, 40, 10**6]),
    single=st.tuples(st.booleans(), st.booleans()),
)
def test_ids_and_distances_equal_brute_force(device, kind, seed, sizes, k, groups, single):
    rng, (q, n, d) = np.random.default_rng(seed), sizes
    base = oracles.sample(kind, n, d, rng)
    queries = queries_near(base, q, rng)
    queries, base = (x.astype(np.float32) if s else x for x, s in zip((queries, base), single, strict=True))
    codes = {}
    if groups:
        codes = {"query_groups": rng.integers(0, groups + 1, q), "base_groups": rng.integers(0, groups, n)}
    found = nearest(queries, base, k, device=device, **codes)
    same(found, oracles.nearest(queries, base, min(k, n), *codes.values()))


@pytest.mark.parametrize("device", PATHS)
def test_many_queries_of_many_features_equal_brute_force(device):
    rng = np.random.default_rng(0)
    base = rng.normal(3, 1, size=(1500, 600)).astype(np.float32)
    queries = np.concatenate([base[:100], base[100:200] + np.float32(1e-4), rng.normal(3, 1, size=(100, 600))])
    same(nearest(queries, base, 5, device=device), oracles.nearest(queries, base, 5))


@pytest.mark.parametrize("device", PATHS)
def test_a_set_searched_in_slices_and_blocks_gives_the_same(device, monkeypatch):
    rng = np.random.default_rng(1)
    base = np.round(rng.normal(size=(700, 6)), 1)
    whole = nearest(base, base, 7, query_groups=np.arange(700), base_groups=np.arange(700), device=device)
    monkeypatch.setattr(base_slices, "SLICE", 4 * 6 * 90)
    monkeypatch.setattr(search, "BLOCK", 8 * 15 * 50)
    monkeypatch.setattr(backends, "TILE", 500)
    parts = nearest(base, base, 7, query_groups=np.arange(700), base_groups=np.arange(700), device=device)
    same(parts, (whole.distance, whole.index))


def test_the_torch_path_tiles_a_large_base():
    rng = np.random.default_rng(2)
    base = rng.normal(size=(150_000, 3)).astype(np.float32)
    cpu, torch = (nearest(base[:40], base, 4, device=device) for device in PATHS)
    same(torch, (cpu.distance, cpu.index))


def test_on_another_device_nothing_is_mixed_with_the_cpu(monkeypatch):
    monkeypatch.setitem(BACKENDS, NAME, Backend(backends._torch(NAME), lambda: True))
    monkeypatch.setitem(backends.DEVICES, NAME, (NAME,))
    monkeypatch.setattr(backends, "TILE", 500)
    base = np.random.default_rng(12).normal(size=(700, 6)).astype(np.float32)
    groups = {"query_groups": np.arange(60), "base_groups": np.arange(700) // 2}
    with switched_on():
        found = nearest(base[:60], base, 7, device=NAME, **groups)
    same(found, oracles.nearest(base[:60], base, 7, *groups.values()))


def test_what_single_precision_gets_wrong_is_put_right():
    faiss = pytest.importorskip("faiss")
    rng = np.random.default_rng(3)
    base = rng.normal(size=(600, 16))
    base[300:] += 3e3
    expected = oracles.nearest(base, base, 3)
    plain = faiss.knn(*[(base - base.mean(axis=0)).astype(np.float32)] * 2, 3)[1]
    assert (plain != expected[1]).any()
    same(nearest(base, base, 3), expected)


def test_a_huge_group_is_kept_out_without_a_huge_search(monkeypatch):
    rng = np.random.default_rng(4)
    base = np.concatenate([rng.normal(0, 1e-3, size=(3000, 5)), rng.normal(5, 1, size=(200, 5))])
    groups = np.r_[np.zeros(3000, int), np.arange(1, 201)]
    asked, plain = [], BACKENDS["faiss-cpu"]

    def index(rows):
        found = plain.index(rows)
        return lambda queries, k: asked.append(k) or found(queries, k)

    monkeypatch.setitem(BACKENDS, "faiss-cpu", Backend(index, plain.usable))
    rows = np.r_[0:40, 2990:3200]
    found = nearest(base[rows], base, 2, query_groups=groups[rows], base_groups=groups)
    same(found, oracles.nearest(base[rows], base, 2, groups[rows], groups))
    assert 0 < max(asked) <= search.WIDEST


def test_a_backend_as_coarse_as_it_says_misses_nothing(monkeypatch):
    rng = np.random.default_rng(5)
    base = rng.normal(size=(300, 8))
    plain = BACKENDS["faiss-cpu"].index

    def coarse(rows):
        return plain(np.round(rows))

    monkeypatch.setitem(BACKENDS, "faiss-cpu", Backend(coarse, lambda: True))
    assert (nearest(base, base, 4).index != oracles.nearest(base, base, 4)[1]).any()
    monkeypatch.setattr(search, "rounding", lambda lengths, squared, d, dtype=np.float32: 2 + 2.9 * np.sqrt(squared))
    same(nearest(base, base, 4), oracles.nearest(base, base, 4))


@pytest.mark.parametrize("device", PATHS)
@pytest.mark.parametrize(("q", "n", "k"), [(1, 1, 1), (3, 1, 5), (0, 4, 2), (4, 0, 2), (30, 2, 2)])
def test_the_smallest_samples(device, q, n, k):
    rng = np.random.default_rng(6)
    queries, base = rng.normal(size=(q, 3)), rng.normal(size=(n, 3))
    found = nearest(queries, base, k, device=device)
    assert found.distance.shape == found.index.shape == (q, min(k, n))
    same(found, oracles.nearest(queries, base, min(k, n)))
    alone = nearest(base, base, k, query_groups=np.zeros(n, int), base_groups=np.zeros(n, int), device=device)
    assert np.isinf(alone.distance).all()
    assert (alone.index == -1).all()


@pytest.mark.parametrize("device", PATHS)
def test_cosine_equals_scipy_and_knows_no_length(device):
    rng = np.random.default_rng(7)
    base = rng.normal(size=(300, 20))
    queries = np.concatenate([base[:30] * 7, base[30:60] * (1 + 1e-9 * rng.normal(size=(30, 20)))])
    found = nearest(queries, base, 300, metric="cosine", device=device)
    np.testing.assert_allclose(found.distance, np.sort(cdist(queries, base, "cosine"), axis=1), atol=1e-12)
    assert (found.index[:, 0] == np.arange(60)).all()
    assert (found.distance[:30, 0] < 1e-30).all()
    assert (found.distance[30:, 0] > 1e-20).all()
    same(found, oracles.nearest(queries, base, 300, metric="cosine"))
    with pytest.raises(ValueError, match="1 of length zero, the first of them row 2"):
        nearest(queries, np.eye(4)[:, [0, 1, 3]], metric="cosine")


def test_torch_settings_that_cost_precision_are_overridden_and_left_alone():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(8)
    base = rng.normal(size=(500, 300))
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        same(nearest(base, base, 3, device="torch-cpu"), oracles.nearest(base, base, 3))
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize(("centre", "copies"), [(3.0, 1.6), (0.0, 0.4)])
def test_memory_is_one_single_precision_copy_of_a_base_that_does_not_lie_about_0(centre, copies):
    rng = np.random.default_rng(10)
    base = rng.standard_normal((200_000, 32), dtype=np.float32) + np.float32(centre)
    nearest(base[:8], base[:100], 3)
    tracemalloc.start()
    nearest(base[:64], base, 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < copies * base.nbytes


@pytest.mark.parametrize("device", PATHS)
@pytest.mark.filterwarnings("error")
def test_rows_that_cannot_be_written_or_lie_apart_are_searched(device):
    base = np.random.default_rng(11).standard_normal((90, 6), dtype=np.float32)
    expected = nearest(base[:5], base, 3, device=device)
    fixed, apart = base.copy(), np.asfortranarray(base)
    fixed.flags.writeable = False
    for changed in (fixed, apart):
        found = nearest(changed[:5], changed, 3, device=device)
        same(found, (expected.distance, expected.index))


@pytest.mark.parametrize("place", ["queries", "base"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_that_are_no_numbers_are_refused(place, value, dtype):
    arrays = {"queries": np.ones((5, 3), dtype), "base": np.ones((6, 3), dtype)}
    arrays["base"][::2] *= -1
    arrays[place][2, 1] = value
    with pytest.raises(ValueError, match="Expected finite features"):
        nearest(**arrays)


def test_an_unknown_metric_is_refused():
    with pytest.raises(ValueError, match="Expected a metric of l2, cosine, got manhattan"):
        nearest(np.ones((2, 2)), np.ones((2, 2)), metric="manhattan")
