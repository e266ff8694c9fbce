"""Maps along each axis: equal to einsum, to scipy's Gaussian filter, to block means and to interpolation by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from gan_audit.imaging.separable import along_axes, averaging, interpolation, smooth, smoothing, window


def test_one_matrix_for_all_grids_and_one_for_each_are_applied_along_their_axes():
    rng = np.random.default_rng(0)
    grids = rng.normal(size=(4, 3, 5))
    rows, columns = rng.normal(size=(2, 3)), rng.normal(size=(6, 5))
    np.testing.assert_allclose(along_axes(grids, [rows, columns]), np.einsum("ai,bj,nij->nab", rows, columns, grids))
    own = rng.normal(size=(4, 2, 3))
    np.testing.assert_allclose(along_axes(grids, [own, columns]), np.einsum("nai,bj,nij->nab", own, columns, grids))


def test_volumes_keep_the_order_of_their_axes():
    rng = np.random.default_rng(1)
    grids, matrices = rng.normal(size=(2, 3, 4, 5)), [rng.normal(size=(t, s)) for t, s in ((6, 3), (7, 4), (8, 5))]
    expected = np.einsum("ai,bj,ck,nijk->nabc", *matrices, grids)
    np.testing.assert_allclose(along_axes(grids, matrices), expected)


@pytest.mark.parametrize("shape", [(2, 20), (2, 20, 20), (2, 12, 12, 12)])
def test_smoothing_is_scipys_gaussian_with_repeated_edges(shape):
    grids = np.random.default_rng(2).normal(size=shape)
    axes = tuple(range(1, len(shape)))
    np.testing.assert_allclose(
        smooth(grids, 1.3), ndimage.gaussian_filter(grids, 1.3, mode="nearest", axes=axes), atol=1e-12
    )


def test_averaging_takes_means_of_neighbouring_cells():
    assert averaging(6, 3).tolist() == [[0.5, 0.5, 0, 0, 0, 0], [0, 0, 0.5, 0.5, 0, 0], [0, 0, 0, 0, 0.5, 0.5]]
    assert averaging(4, 4).tolist() == np.eye(4).tolist()


@given(side=st.integers(2, 70), at=st.floats(-10, 80))
def test_interpolation_is_numpys(side, at):
    values = np.random.default_rng(side).normal(size=side)
    matrix = interpolation(side, np.array([at]))
    np.testing.assert_allclose(matrix @ values, np.interp([at], np.arange(side), values), atol=1e-9)
    np.testing.assert_allclose(matrix.sum(axis=-1), 1)


def test_a_window_of_the_whole_axis_is_the_axis_and_one_of_half_of_it_lies_where_it_is_put():
    centre, scale = np.array([0.0, 0.25]), np.array([1.0, 0.5])
    assert window(4, centre, scale).tolist() == [[0, 1, 2, 3], [1.75, 2.25, 2.75, 3.25]]


def test_what_is_kept_for_the_next_call_cannot_be_overwritten():
    assert smoothing(8, 1.0) is smoothing(8, 1.0)
    for matrix in (smoothing(8, 1.0), averaging(8, 4)):
        with pytest.raises(ValueError, match="read-only"):
            matrix[0, 0] = 1
