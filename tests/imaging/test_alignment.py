"""Windows and grey levels are fitted where they are, and a stranger keeps its difference."""

import numpy as np
import pytest
from scipy import ndimage

from gan_audit.imaging.affine import Windows, points, rotation, sampled, weights
from gan_audit.imaging.alignment import align, residual

SIDE = 32


def pictures(n, seed, axes=2):
    rng = np.random.default_rng(seed)
    grids = ndimage.gaussian_filter(rng.normal(size=(n, *[SIDE] * axes)), (0, *[2.5] * axes))
    flat = grids.reshape(n, -1)
    return grids / flat.std(axis=1).reshape(-1, *[1] * axes)


def window(matrix, middle):
    return Windows(np.array(matrix, float)[None], np.array(middle, float)[None])


def whole(n, axes=2):
    return Windows(np.tile(np.eye(axes), (n, 1, 1)), np.zeros((n, axes)))


def test_the_whole_window_shows_the_grid_and_covers_it():
    grids = pictures(2, 0)
    seen, inside = sampled(grids, whole(2), grids.shape[1:])
    np.testing.assert_allclose(seen, grids.reshape(2, -1), atol=1e-12)
    assert inside.all()


@pytest.mark.parametrize("axes", [2, 3])
def test_sampling_equals_scipys_map_coordinates(axes):
    grid = np.random.default_rng(1).normal(size=(1, *[9, 8, 7][:axes]))
    view = window(rotation(20, 1.1, axes), np.full(axes, 0.05))
    seen, _ = sampled(grid, view, (6,) * axes)
    sides = np.array(grid.shape[1:])[:, None]
    places = (view.matrix[0] @ points((6,) * axes) + view.middle[0][:, None] + 0.5) * sides - 0.5
    np.testing.assert_allclose(seen[0], ndimage.map_coordinates(grid[0], places, order=1, mode="nearest"), atol=1e-12)
    np.testing.assert_allclose(weights(view, grid.shape[1:], (6,) * axes) @ grid.ravel(), seen[0], atol=1e-12)


def test_beyond_the_edge_a_window_says_so():
    _, inside = sampled(pictures(1, 0), window(np.eye(2), (0.25, 0.0)), (SIDE, SIDE))
    assert inside.reshape(SIDE, SIDE)[: SIDE * 3 // 4].all()
    assert not inside.reshape(SIDE, SIDE)[SIDE * 3 // 4 + 1 :].any()


VIEWS = {
    "shifted": (np.eye(2), (0.05, -0.03)),
    "turned": (rotation(7, 1.0, 2), (0.0, 0.0)),
    "enlarged": (rotation(0, 1.15, 2), (0.02, 0.02)),
    "all at once": (rotation(-6, 0.93, 2), (0.03, -0.02)),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_window_is_found_again(name):
    right = pictures(3, 2)
    matrix, middle = VIEWS[name]
    truth = Windows(np.tile(matrix, (3, 1, 1)), np.tile(np.array(middle), (3, 1)))
    left = sampled(right, truth, right.shape[1:])[0].reshape(right.shape)
    found = align(left, right, whole(3), 12)
    np.testing.assert_allclose(found.windows.matrix, truth.matrix, atol=0.02)
    np.testing.assert_allclose(found.windows.middle, truth.middle, atol=0.01)
    assert found.rest.max() < 0.01
    assert align(pictures(3, 9), right, whole(3), 12).rest.min() > 0.3


def test_angle_and_scale_are_those_of_the_window():
    view = window(rotation(9, 1.25, 2), (0, 0))
    assert view.angle[0] == pytest.approx(9)
    assert view.scale[0] == pytest.approx(0.8)


def test_a_negative_and_a_bent_curve_leave_nothing():
    right = pictures(2, 3)
    left = 2.0 - 0.5 * right - 0.1 * right**3
    found = align(left, right, whole(2), 2)
    assert found.rest.max() < 1e-7
    rest, inside = residual(left, right, found.windows)
    assert np.abs(rest).max() < 1e-2
    assert 0.8 < inside.mean() < 1


def test_a_flat_grid_is_explained_by_nothing():
    flat = np.full((1, SIDE, SIDE), 3.0)
    assert align(flat, pictures(1, 0), whole(1), 3).rest[0] == 1
    assert align(pictures(1, 0), flat, whole(1), 3).rest[0] == 1


def test_a_volume_is_laid_too():
    right = ndimage.gaussian_filter(np.random.default_rng(5).normal(size=(1, 16, 16, 16)), (0, 2, 2, 2))
    right /= right.std()
    truth = window(np.eye(3), (0.06, -0.03, 0.04))
    left = sampled(right, truth, right.shape[1:])[0].reshape(right.shape)
    found = align(left, right, whole(1, 3), 10)
    np.testing.assert_allclose(found.windows.middle, truth.middle, atol=0.01)
