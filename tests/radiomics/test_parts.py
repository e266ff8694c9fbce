"""The engine's parts, worked by hand or against another way to the same number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gan_audit.radiomics import eigen
from gan_audit.radiomics.count_matrices import Cells, emphases, truths
from gan_audit.radiomics.engine import batch
from gan_audit.radiomics.glcm import diagonals
from gan_audit.radiomics.glszm import unite
from gan_audit.radiomics.offsets import offsets, within
from gan_audit.radiomics.settings import RadiomicsSettings, parse
from gan_audit.radiomics.shape import widest


def test_a_small_image_worked_by_hand():
    image = np.array([[1.0, 1.0, 2.0], [2.0, 2.0, 2.0]])
    found = batch([image], settings=RadiomicsSettings(bin_width=1.0))
    value = dict(zip(found.names, found.values[0], strict=True))
    assert value["original_firstorder_Mean"] == pytest.approx(10 / 6)
    assert value["original_glszm_LargeAreaEmphasis"] == (2**2 + 4**2) / 2  # two ones, four twos
    assert value["original_glszm_ZonePercentage"] == 2 / 6
    # runs along the rows: 2, 1, 3; down and rising: one of 2, four of 1; falling: six of 1
    rows, columns, falling, rising = (4 + 1 + 9) / 3, (4 * 1 + 4) / 5, 1, (4 * 1 + 4) / 5
    assert value["original_glrlm_LongRunEmphasis"] == pytest.approx((rows + columns + falling + rising) / 4)
    # equal neighbours of the six pixels, row by row: 1, 1, 2, 1, 3, 2
    dependences = np.array([1, 1, 2, 1, 3, 2]) + 1
    assert value["original_gldm_LargeDependenceEmphasis"] == pytest.approx((dependences**2).mean())
    # neighbouring levels differ in 1 of 4 pairs along the rows, 2 of 3 down, 1 of 2 falling, 2 of 2 rising
    expected = np.mean([1 / 4, 2 / 3, 2 / 2, 1 / 2])
    assert value["original_glcm_Contrast"] == pytest.approx(expected)


@pytest.mark.parametrize("distances", [(1,), (2,), (1, 3)])
def test_directions_are_as_many_as_the_shells_have_voxels(distances):
    for flat, axes in ((True, 2), (False, 3)):
        found = offsets(distances, flat)
        assert len(found) == sum((2 * d + 1) ** axes - (2 * d - 1) ** axes for d in distances) / 2
        assert not {tuple(-part for part in offset) for offset in found} & set(found)
    assert within((1, 9, 2), (1,), True) == [(0, 0, 1), (0, 1, -1), (0, 1, 0), (0, 1, 1)]
    assert within((1, 9, 1), (1,), True) == [(0, 1, 0)]


@settings(max_examples=50, derandomize=True)
@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=60))
def test_united_sets_are_the_connected_components(number, pairs):
    pairs = np.array([(one % number, other % number) for one, other in pairs], dtype=int).reshape(-1, 2)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    root = unite(number, pairs[:, 0], pairs[:, 1])
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (number, number))
    count, label = connected_components(graph, directed=False)
    assert len(np.unique(root)) == count
    assert all(root[place] == np.flatnonzero(label == label[place]).min() for place in range(number))


def test_diagonals_are_sums_over_i_plus_j_and_over_their_distance():
    both = np.random.default_rng(0).integers(0, 9, (2, 3, 6, 6)).astype(float)
    both += both.swapaxes(2, 3)
    sums, differences = diagonals(both)
    i, j = np.indices((6, 6))
    assert np.array_equal(sums, np.stack([both[..., i + j == k].sum(-1) for k in range(11)], axis=-1))
    assert np.array_equal(differences, np.stack([both[..., abs(i - j) == k].sum(-1) for k in range(6)], axis=-1))


@pytest.mark.parametrize("second", [0.2, -0.6, 0.95, 0.99, 1.0, 0.0, 1e-6])
def test_the_second_eigenvalue_is_found_whether_it_stands_apart_or_not(second):
    rng = np.random.default_rng(1)
    base = np.linalg.qr(rng.normal(size=(20, 20)))[0]
    for gap in (0.0, 1e-9, 1e-4, 1e-3, 0.004, 0.01, 0.2):
        values = np.array([1.0, second, *(second * (1 - gap) ** np.arange(1, 19))])
        matrix = (base * values) @ base.T
        matrix = (matrix + matrix.T) / 2
        found = eigen.second_eigenvalue(matrix[None], base[:, 0][None])
        assert found == pytest.approx(abs(second), rel=1e-10, abs=1e-14)


def test_squaring_is_what_finds_a_clear_second_eigenvalue(monkeypatch):
    base = np.linalg.qr(np.random.default_rng(2).normal(size=(20, 20)))[0]
    matrix = (base * (0.7 ** np.arange(20))) @ base.T
    monkeypatch.setattr(np.linalg, "eigvalsh", None)
    assert eigen.second_eigenvalue(matrix[None], base[:, 0][None]) == pytest.approx(0.7, rel=1e-11)


@pytest.mark.parametrize("smooth", [1, 4, 16])
def test_second_eigenvalues_of_counts_are_those_of_lapack(smooth):
    rng = np.random.default_rng(smooth)
    near = np.exp(-(np.subtract.outer(np.arange(24), np.arange(24)) ** 2) / smooth)
    counts = rng.poisson(20 * near, (40, 24, 24)) + np.eye(24)
    counts += counts.swapaxes(1, 2)
    p = counts / counts.sum(axis=(1, 2))[:, None, None]
    margin = np.sqrt(p.sum(axis=2))
    matrices = p / (margin[:, :, None] * margin[:, None, :])
    values = np.linalg.eigvalsh(matrices)
    expected = np.maximum(values[:, -2], -values[:, 0])
    assert np.allclose(eigen.second_eigenvalue(matrices, margin), expected, rtol=1e-11, atol=0)


@pytest.mark.parametrize("share", [0.0, 0.002, 0.03, 0.3, 1.0])
@pytest.mark.parametrize("size", [0, 5, 64, 1003])
def test_truths_are_where_flags_are_set(share, size):
    flags = np.random.default_rng(size).random(size) < share
    assert np.array_equal(truths(flags), np.flatnonzero(flags))


@pytest.mark.parametrize("width", [8, 9, 10, 41, 42, 100])
def test_runs_of_any_length_are_measured(width):
    image = np.repeat(np.arange(3.0), width).reshape(3, width)
    found = batch([image, image.T], settings=RadiomicsSettings(bin_width=1.0))
    emphasis = found.values[:, found.names.index("original_glrlm_LongRunEmphasis")]
    assert emphasis == pytest.approx((width**2 + 3) / 4)  # along the stripes; across and aslant all runs are single


def test_a_matrix_of_one_cell_has_no_spread():
    one = np.array([0])
    found = emphases(Cells(one, np.array([3]), np.array([2]), np.array([5.0]), 2))
    assert found["Entropy"][0] == found["LevelVariance"][0] == found["SizeVariance"][0] == 0
    assert found["LongHigh"][0] == 4 * 9
    assert found["Percentage"][0] == 0.5
    assert all(np.isnan(values[1]) for values in found.values())


def test_the_widest_distance_is_that_of_all_pairs():
    points = np.random.default_rng(3).integers(0, 9, (200, 3)) / 2
    apart = np.sqrt(np.square(points[:, None] - points).sum(-1)).max()
    assert widest(points) == pytest.approx(apart)
    assert widest(points * [1, 1, 0]) == pytest.approx(
        np.hypot(*(points[:, :2].max(0) - points[:, :2].min(0))), rel=0.2
    )


def test_a_flip_leaves_the_features_and_a_shift_by_a_bin_leaves_the_texture():
    image = np.random.default_rng(4).integers(0, 200, (20, 24)).astype(float)
    rule = parse(
        {"setting": {"binWidth": 10}, "featureClass": dict.fromkeys(("glcm", "glrlm", "glszm", "gldm", "ngtdm"))}
    )
    before, flipped, shifted = batch([image, image[:, ::-1], image + 30], settings=rule).values
    assert np.allclose(before, flipped, rtol=1e-11)
    assert np.array_equal(before, shifted)
