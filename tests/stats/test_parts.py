"""Windows at one place: brightness and contrast left aside, equal ones at distance 0, flat ones out of the question."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from gan_audit.stats.parts import Parts, distance


def grids(n, seed, side=64):
    coarse = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(n, side, side)), (0, 2, 2))
    return (coarse - coarse.mean((1, 2), keepdims=True)) / coarse.std((1, 2), keepdims=True)


@pytest.mark.parametrize(("side", "width", "hop"), [(64, 12, 4), (32, 6, 2), (48, 8, 4), (128, 24, 8)])
def test_windows_are_as_large_and_as_dense_for_every_size_of_grid(side, width, hop):
    parts = Parts.of(grids(2, 0, side))
    assert (parts.width, parts.hop, parts.last, len(parts)) == (width, hop, side - width, 2)
    places = parts.places()
    assert len(np.unique(places, axis=0)) == len(places) == ((side - width) // hop + 1) ** 2
    assert places.min() == 0
    assert side - width - hop < places.max() <= side - width


def test_every_window_lies_where_it_is_said_to():
    """Alone of all places the bright spot's shows it in the middle."""
    grid = np.zeros((1, 64, 64))
    grid[0, 26:28, 30:32] = 30.0
    parts = Parts.of(grid)
    seen = np.stack([parts.coarse(place)[0].reshape(6, 6) for place in parts.places()])
    brightest = parts.places()[seen[:, 2:4, 2:4].mean(axis=(1, 2)).argmax()]
    assert np.abs(brightest + 6 - [27, 31]).max() <= 2
    fine = parts.at(np.array([0]), np.array([[20, 25]])).reshape(12, 12)
    assert np.unravel_index(fine.argmax(), (12, 12)) in [(6, 5), (6, 6), (7, 5), (7, 6)]


def test_places_beyond_the_edge_are_moved_into_the_grid():
    parts = Parts.of(grids(1, 1))
    which = np.zeros(2, np.int64)
    far = parts.at(which, np.array([[-3, 60], [90, -9]]))
    np.testing.assert_array_equal(far, parts.at(which, np.array([[0, 52], [52, 0]])))


@given(st.floats(0.5, 5), st.floats(-3, 3), st.integers(0, 52), st.integers(0, 52))
def test_brightness_and_contrast_hardly_count(contrast, brightness, row, column):
    plain, changed = Parts.of(grids(1, 2)), Parts.of(contrast * grids(1, 2) + brightness)
    which, place = np.zeros(1, np.int64), np.array([[row, column]])
    assert distance(plain.at(which, place), changed.at(which, place))[0] < 0.02


def test_the_distance_is_twice_one_less_the_correlation_of_windows_that_are_not_flat():
    parts = Parts.of(1e3 * grids(2, 3))
    windows = [parts.at(np.array([i]), np.array([[20, 24]])) for i in (0, 1)]
    across = np.exp(-0.5 * np.square((np.arange(12) - 5.5) / (0.3 * 12)))
    weight = np.outer(across, across)
    cells = parts.grids[:, 20:32, 24:36].reshape(2, -1)
    covariance = np.cov(cells, aweights=weight.ravel())
    correlation = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    assert distance(*windows)[0] == pytest.approx(2 * (1 - correlation), abs=1e-6)


def test_flat_windows_are_alike_and_half_as_far_from_others_as_those_are_from_strangers():
    flat = Parts.of(np.full((2, 64, 64), 5.0))
    other = Parts.of(grids(2, 4))
    which, place = np.zeros(1, np.int64), np.array([[8, 8]])
    assert distance(flat.at(which, place), flat.at(which + 1, place))[0] < 1e-12
    assert distance(flat.at(which, place), other.at(which, place))[0] == pytest.approx(1, abs=0.05)


@given(st.integers(0, 100))
def test_distances_lie_between_0_and_4(seed):
    parts = Parts.of(np.concatenate([grids(3, seed), -grids(3, seed)]))
    for place in parts.places()[::37]:
        seen = parts.coarse(place)
        far = distance(seen[:, None], seen[None])
        assert far.min() >= 0
        assert far.max() <= 4
        assert (far[range(3), range(3, 6)] > 3).all()
