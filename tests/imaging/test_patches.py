"""Windows: brightness and contrast left aside, equal ones at distance 0, flat ones out of the question."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from gan_audit.imaging.patches import Patches, distance


def grids(n, seed, side=64):
    coarse = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(n, side, side)), (0, 2, 2))
    return (coarse - coarse.mean((1, 2), keepdims=True)) / coarse.std((1, 2), keepdims=True)


@pytest.mark.parametrize(("side", "width"), [(64, 12), (32, 6), (48, 8), (128, 12), (256, 12)])
def test_windows_are_a_share_of_a_coarse_grid_and_as_many_cells_of_a_fine_one(side, width):
    parts = Patches.of(grids(2, 0, side))
    assert (parts.width, len(parts)) == (width, 2)
    assert parts.at(np.array([0, 1]), np.array([[20, 16], [9, 16]])).shape == (2, width**2)


def test_every_window_lies_about_its_middle():
    grid = np.zeros((1, 64, 64))
    grid[0, 26, 30] = 30.0
    seen = Patches.of(grid).at(np.array([0]), np.array([[27, 32]])).reshape(12, 12)
    assert np.unravel_index(seen.argmax(), (12, 12)) == (6 - 1, 6 - 2)


def test_places_beyond_the_edge_are_moved_into_the_grid_with_a_cell_to_spare():
    parts = Patches.of(grids(1, 1))
    far = np.array([[-3, 60], [90, -9]])
    np.testing.assert_array_equal(parts.inside(far), [[7, 57], [57, 7]])
    which = np.zeros(2, np.int64)
    np.testing.assert_array_equal(parts.at(which, far), parts.at(which, parts.inside(far)))


@given(st.floats(-0.9, 0.9), st.floats(-0.9, 0.9))
def test_a_window_that_lies_between_the_cells_is_settled(down, right):
    """The grid moved by less than a cell: nothing is left of it but what linear interpolation costs."""
    grid = grids(1, 5)
    moved = ndimage.shift(grid, (0, down, right), order=3, mode="nearest")
    parts, others = Patches.of(grid), Patches.of(moved)
    which, middle = np.zeros(1, np.int64), np.array([[30, 33]])
    here = others.at(which, middle)
    plain, settled = distance(here, parts.at(which, middle))[0], distance(here, parts.settled(which, middle, here))[0]
    assert settled < 0.01
    assert settled <= plain + 0.005


@given(st.floats(0.5, 5), st.floats(-3, 3), st.integers(7, 57), st.integers(7, 57))
def test_brightness_and_contrast_hardly_count(contrast, brightness, row, column):
    plain, changed = Patches.of(grids(1, 2)), Patches.of(contrast * grids(1, 2) + brightness)
    which, place = np.zeros(1, np.int64), np.array([[row, column]])
    assert distance(plain.at(which, place), changed.at(which, place))[0] < 0.02


def test_the_distance_is_twice_one_less_the_correlation_of_windows_that_are_not_flat():
    parts = Patches.of(1e3 * grids(2, 3))
    windows = [parts.at(np.array([i]), np.array([[20, 24]])) for i in (0, 1)]
    across = np.exp(-0.5 * np.square((np.arange(12) - 5.5) / (0.3 * 12)))
    weight = np.outer(across, across)
    cells = parts.grids[:, 14:26, 18:30].reshape(2, -1)
    covariance = np.cov(cells, aweights=weight.ravel())
    correlation = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    assert distance(*windows)[0] == pytest.approx(2 * (1 - correlation), abs=1e-6)


def test_flat_windows_are_alike_and_half_as_far_from_others_as_those_are_from_strangers():
    flat = Patches.of(np.full((2, 64, 64), 5.0))
    other = Patches.of(grids(2, 4))
    which, place = np.zeros(1, np.int64), np.array([[8, 8]])
    assert distance(flat.at(which, place), flat.at(which + 1, place))[0] < 1e-12
    assert distance(flat.at(which, place), other.at(which, place))[0] == pytest.approx(1, abs=0.05)


@given(st.integers(0, 100))
def test_distances_lie_between_0_and_4(seed):
    parts = Patches.of(np.concatenate([grids(3, seed), -grids(3, seed)]))
    for place in ([9, 9], [30, 41], [55, 20]):
        seen = parts.at(np.arange(6), np.array([place] * 6))
        far = distance(seen[:, None], seen[None])
        assert far.min() >= 0
        assert far.max() <= 4
        assert (far[range(3), range(3, 6)] > 3).all()
