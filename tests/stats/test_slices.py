"""A base in slices gives what the whole base gives; pieces are kept only where they fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audit.stats.neighbours import base_slices as module
from gan_audit.stats.neighbours.base_slices import Slices, blocks, candidates
from gan_audit.stats.neighbours.rows import Rows
from tests.stats import oracles


def cut(values, height, backend="torch-cpu"):
    """Slices of `height` rows each."""
    base = Rows.of(values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SLICE", 4 * base.dimension * height)
        return Slices(base, base.centre(), backend)


@given(st.integers(0, 50), st.integers(1, 60))
def test_blocks_are_all_rows_in_order_and_never_more_than_fit(n, height):
    rows = np.arange(7, 7 + n)
    parts = list(blocks(rows, height))
    assert np.concatenate([np.zeros(0, int), *parts]).tolist() == rows.tolist()
    assert all(len(part) == height for part in parts[:-1])


@pytest.mark.parametrize("backend", ["faiss-cpu", "torch-cpu"])
@pytest.mark.parametrize("height", [1, 7, 40, 100])
def test_slices_give_what_brute_force_gives(backend, height):
    rng = np.random.default_rng(height)
    values, k = rng.normal(size=(100, 5)), 4
    slices = cut(values, height, backend)
    queries = Rows.of(values[:9] + 0.01).single(np.arange(9), Rows.of(values).centre())
    found = candidates(queries, slices, k)
    squared = oracles.squares(values[:9] + 0.01, values)
    if height >= k:
        np.testing.assert_array_equal(found.row, np.argsort(squared, axis=1)[:, :k])
    np.testing.assert_allclose(found.squared[:, 0], squared.min(axis=1), atol=1e-5)


@pytest.mark.parametrize("backend", ["faiss-cpu", "torch-cpu"])
def test_of_equal_rows_those_of_the_first_slice_are_kept(backend):
    found = candidates(np.zeros((1, 3), np.float32), cut(np.ones((12, 3)), 4, backend), 3)
    assert sorted(set(found.row[0].tolist())) == sorted(found.row[0].tolist())
    assert found.row.max() < 4


def test_a_base_that_fits_is_built_once_and_another_anew_at_each_pass():
    values = np.random.default_rng(0).normal(size=(20, 3))
    whole, parts = cut(values, 20), cut(values, 6)
    assert next(iter(whole))[1] is next(iter(whole))[1]
    assert [start for start, _ in parts] == [start for start, _ in parts] == [0, 6, 12, 18]
    assert next(iter(parts))[1] is not next(iter(parts))[1]
