"""Parts of the torch engine, worked by hand or against another way to the same number."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audit.radiomics.count_matrices import Cells
from gan_audit.radiomics.count_matrices import emphases as numpy_emphases
from gan_audit.radiomics.engine import batch
from gan_audit.radiomics.glszm import unite as numpy_unite
from gan_audit.radiomics.settings import RadiomicsSettings
from gan_audit.radiomics.torch_engine import engine
from gan_audit.radiomics.torch_engine.counting import emphases
from gan_audit.radiomics.torch_engine.directions import diagonals
from gan_audit.radiomics.torch_engine.eigen import second_eigenvalue, second_singular_value
from gan_audit.radiomics.torch_engine.glszm import unite
from tests.radiomics.peer import texture


@settings(max_examples=50, derandomize=True)
@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=60))
def test_united_sets_are_those_of_the_numpy_engine(number, pairs):
    pairs = np.array([(one % number, other % number) for one, other in pairs], dtype=int).reshape(-1, 2)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    found = unite(number, *torch.from_numpy(pairs.T.copy()))
    assert np.array_equal(found.numpy(), numpy_unite(number, pairs[:, 0], pairs[:, 1]))


def test_diagonals_are_sums_over_i_plus_j_and_over_their_distance():
    both = np.random.default_rng(0).integers(0, 9, (2, 3, 6, 6)).astype(float)
    both += both.swapaxes(2, 3)
    sums, differences = diagonals(torch.from_numpy(both))
    i, j = np.indices((6, 6))
    assert np.array_equal(sums, np.stack([both[..., i + j == k].sum(-1) for k in range(11)], axis=-1))
    assert np.array_equal(differences, np.stack([both[..., abs(i - j) == k].sum(-1) for k in range(6)], axis=-1))


@pytest.mark.parametrize("second", [0.2, -0.6, 0.95, 0.99, 1.0, 0.0])
@pytest.mark.parametrize("size", [3, 20])
def test_the_second_eigenvalue_is_found_whether_it_stands_apart_or_not(second, size):
    base = np.linalg.qr(np.random.default_rng(1).normal(size=(size, size)))[0]
    for gap in (0.0, 1e-9, 0.01, 0.2):
        values = np.array([1.0, second, *(second * (1 - gap) ** np.arange(1, size - 1))])
        matrix = torch.from_numpy((base * values) @ base.T)
        found = second_eigenvalue(((matrix + matrix.T) / 2)[None], torch.from_numpy(base[:, 0].copy())[None])
        assert found.item() == pytest.approx(abs(second), rel=1e-10, abs=1e-14)


@pytest.mark.parametrize(("smooth", "least"), [(1.0, 0.0), (3.0, 0.9), (12.0, 0.985)])
def test_smooth_images_need_no_eigenvalue_solver(smooth, least, monkeypatch):
    """Neighbours in smooth images nearly determine each other: the second eigenvalue is hardly below the first."""
    image, rule = texture(np.random.default_rng(0), 160, 160, smooth=smooth), RadiomicsSettings(bin_width=9.0)
    expected = batch([image], settings=rule)
    monkeypatch.setattr(torch.linalg, "eigvalsh", None)
    found = engine.batch([image], settings=rule, device="cpu")
    column = found.names.index("original_glcm_MCC")
    assert found.values[0, column] == pytest.approx(expected.values[0, column], rel=1e-11)
    assert found.values[0, column] > least


def test_a_first_eigenvector_that_is_not_quite_one_goes_to_the_solver():
    base = np.linalg.qr(np.random.default_rng(3).normal(size=(20, 20)))[0]
    matrix = torch.from_numpy((base * np.array([1.0, 0.999, *0.5 ** np.arange(1, 19)])) @ base.T)
    near = torch.from_numpy(base[:, 0] + 1e-3 * base[:, 1])
    assert second_eigenvalue(matrix[None], (near / near.norm())[None]).item() == pytest.approx(0.999, rel=1e-12)


def test_the_second_singular_value_is_found_even_where_squares_lose_it():
    left, right = (np.linalg.qr(np.random.default_rng(seed).normal(size=(20, 20)))[0] for seed in (1, 2))
    for second in (0.9, 0.1, 1e-5):
        values = np.array([1.0, second, *(second * 0.5 ** np.arange(1, 19))])
        matrix = torch.from_numpy((left * values) @ right.T)
        found = second_singular_value(matrix[None], torch.from_numpy(right[:, 0].copy())[None])
        assert found.item() == pytest.approx(second, rel=1e-9)


@pytest.mark.parametrize("weighted", [False, True])
def test_statistics_of_tables_are_those_of_the_numpy_engine_s_cells(weighted):
    rng = np.random.default_rng(0)
    table = rng.integers(0, 4, (3, 5, 7)).astype(float)
    table[1] = 0
    table *= rng.uniform(0.5, 2, table.shape) if weighted else 1
    owner, level, size = np.nonzero(table)
    expected = numpy_emphases(Cells(owner, level + 1, size + 1, table[owner, level, size], 3))
    found = emphases(torch.from_numpy(table), torch.arange(1, 8, dtype=torch.float64))
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name].numpy(), values, rtol=1e-12, atol=1e-14, err_msg=name)


def test_no_images_make_an_empty_table():
    assert engine.batch([], device="cpu").values.shape == (0, 93)
