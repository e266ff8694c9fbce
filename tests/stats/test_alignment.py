"""A copy lies on its original after alignment, the alteration is read off, and strangers stay strangers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audit.stats.alignment import REACH, SIDE, align, layout, prepared, shifted
from gan_audit.stats.fit import Place
from tests.stats.pictures import drawn


def still(n, axes=2):
    return Place(np.zeros((n, axes)), np.ones((n, axes)))


def aligned(left, right, axes=2):
    """From the whole grid on, as a copy of the first view is aligned."""
    left, right = prepared(left), prepared(right)
    return align(left, right, shifted(layout(left), layout(right), still(len(left), axes)))


@pytest.mark.parametrize(("side", "expected"), [(64, 32), (96, 32), (32, 32), (16, 16), (48, 48), (33, 33)])
def test_grids_are_brought_down_to_as_many_cells_where_a_whole_number_goes_into_one(side, expected):
    assert prepared(drawn([0], side)).shape == (1, expected, expected)
    assert expected <= SIDE or side % SIDE


def test_layout_forgets_brightness():
    grids = drawn([0], 32)
    np.testing.assert_allclose(layout(grids + 9), layout(grids), atol=1e-9)
    assert np.abs(layout(np.ones((1, 32, 32)))).max() < 1e-12


@pytest.mark.parametrize("axes", [2, 3])
def test_a_whole_number_of_cells_is_found_by_the_peak_of_the_correlation(axes):
    grids = np.random.default_rng(0).normal(size=(4, *[16] * axes))
    moves = np.array([[0] * axes, [1] * axes, [-1] * axes, [1, -1, 0][:axes]])
    left = np.stack([np.roll(x, m, axis=range(axes)) for x, m in zip(grids, moves, strict=True)])
    np.testing.assert_allclose(shifted(left, grids, still(4, axes)).centre, -moves / 16, atol=1e-12)


def test_no_shift_goes_beyond_the_reach_and_it_is_measured_in_the_windows_own_width():
    grids = np.random.default_rng(1).normal(size=(1, 32, 32))
    far = shifted(np.roll(grids, 10, axis=1), grids, still(1)).centre
    assert np.abs(far).max() <= round(32 * REACH) / 32
    half = Place(np.full((1, 2), 0.1), np.full((1, 2), 0.5))
    moved = shifted(np.roll(grids, 2, axis=1), grids, half)
    np.testing.assert_allclose(moved.centre, [[0.1 - 0.5 * 2 / 32, 0.1]])
    np.testing.assert_allclose(moved.scale, 0.5)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 1000),
    scale=st.floats(0.9, 1.0),
    at=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    levels=st.tuples(st.floats(0.1, 3), st.floats(-5, 5)),
)
def test_a_window_and_its_grey_levels_are_recovered(seed, scale, at, levels):
    centre = 0.5 * (1 - scale) * np.array(at)
    left, right = drawn([seed], 64, centre=centre, scale=scale), drawn([seed], 64)
    found = aligned(levels[0] * left + levels[1], right)
    assert found.difference[0] < 1e-2
    np.testing.assert_allclose(found.place.centre[0], centre, atol=5e-3)
    np.testing.assert_allclose(found.place.scale[0], scale, atol=2e-2)
    assert not found.bent[0]
    assert not found.opposite[0]


@pytest.mark.parametrize(("axes", "side", "most"), [(2, 64, 5e-3), (3, 16, 5e-2)])
def test_a_shift_of_parts_of_a_cell_is_found(axes, side, most):
    centre = np.array([0.03, -0.02, 0.01][:axes])
    left, right = (drawn(range(3), side, axes, centre=c) for c in (centre, None))
    found = aligned(left, right, axes)
    assert found.difference.max() < most
    np.testing.assert_allclose(found.place.centre, np.tile(centre, (3, 1)), atol=1e-2)


def test_a_curve_of_grey_levels_is_followed_and_named_as_one():
    grids = drawn(range(5), 64)
    levels = (grids - grids.min()) / np.ptp(grids)
    found = aligned(levels**2.5, levels)
    assert found.difference.max() < 0.02
    assert found.bent.all()
    assert not found.opposite.any()


def test_a_negative_is_as_near_as_the_image_and_named_as_one():
    grids = prepared(drawn(range(5), 64))
    found = align(1 - grids, grids, still(5))
    assert found.difference.max() < 1e-6
    assert found.opposite.all()
    assert not found.bent.any()


def test_noise_does_not_hide_a_copy():
    grids = drawn(range(5), 64)
    noise = np.random.default_rng(0).normal(size=grids.shape)
    assert aligned(grids + 0.3 * noise, grids).difference.max() < 0.02


def test_strangers_stay_far_apart():
    assert aligned(drawn(range(20), 64), drawn(range(100, 120), 64)).difference.min() > 0.2


def test_constant_grids_give_numbers():
    flat = np.zeros((2, 64, 64))
    for left, right in ((flat, drawn(range(2), 64)), (drawn(range(2), 64), flat), (flat, flat)):
        found = aligned(left, right)
        numbers = (found.difference, found.place.centre, found.place.scale)
        assert all(np.isfinite(x).all() for x in numbers)
        assert (found.difference > 0.9).all()
