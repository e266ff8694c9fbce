"""Grey levels and place fitted by least squares: equal to numpy's own, and each step goes towards the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audit.stats.fit import BEND, SCALES, Fit, Place, looked_at
from tests.stats.pictures import drawn

SIDE = 32


def still(n, axes=2):
    return Place(np.zeros((n, axes)), np.ones((n, axes)))


def inner(grids):
    """The cells that a fit goes by where the window is the whole grid: all but the edge."""
    return grids[:, 1:-1, 1:-1].reshape(len(grids), -1)


@pytest.fixture
def pair():
    left, right = drawn(range(3), SIDE), drawn(range(10, 13), SIDE)
    return left + 0.3 * right, right


def test_the_whole_grid_is_seen_as_it_is():
    grids = drawn(range(2), 16)
    np.testing.assert_allclose(looked_at(grids, still(2)), grids, atol=1e-12)


def test_each_grid_is_seen_through_its_own_window():
    ramp = np.tile(np.arange(9.0), (2, 9, 1))
    place = Place(np.array([[0.0, 0.0], [0.0, 1 / 9]]), np.array([[1.0, 0.5], [1.0, 0.5]]))
    seen = looked_at(ramp, place)
    assert seen[0, 0].tolist() == [2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6]
    np.testing.assert_allclose(seen[1, 4], [3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7])
    assert looked_at(ramp[:1], place.take(np.array([True, False])))[0].tolist() == seen[0].tolist()


def test_a_straight_fit_leaves_one_less_the_correlation(pair):
    left, right = pair
    fit = Fit(left, right, still(3))
    expected = [1 - abs(np.corrcoef(x, y)[0, 1]) for x, y in zip(inner(left), inner(right), strict=True)]
    np.testing.assert_allclose(fit.rest(1), expected, atol=1e-7)
    slope = [np.polyfit(y, x, 1)[0] for x, y in zip(inner(left), inner(right), strict=True)]
    np.testing.assert_allclose(fit.slope(), slope, rtol=1e-5)


def test_a_curved_fit_is_numpys_polynomial_and_never_worse_than_a_line(pair):
    left, right = pair
    fit = Fit(left, right, still(3))
    for row, (x, y) in enumerate(zip(inner(left), inner(right), strict=True)):
        curve = np.polynomial.Polynomial.fit(y, x, BEND)
        assert fit.rest(BEND)[row] == pytest.approx(1 - np.corrcoef(x, curve(y))[0, 1], abs=1e-7)
    assert (fit.rest(BEND) <= fit.rest(1) + 1e-9).all()


def test_a_negative_has_a_falling_slope():
    grids = drawn(range(3), SIDE)
    assert (Fit(-grids, grids, still(3)).slope() < 0).all()
    assert (Fit(0.2 * grids + 3, grids, still(3)).slope() > 0).all()


@given(st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)), st.floats(0.95, 1.0))
def test_a_step_brings_the_place_nearer_to_the_window_that_was_cut_out(centre, scale):
    left, right = drawn([1], SIDE, centre=np.array(centre), scale=scale), drawn([1], SIDE)
    moved = Fit(left, right, still(1)).moved()
    before = max(*np.abs(centre), abs(1 - scale))
    after = max(np.abs(moved.centre[0] - centre).max(), np.abs(moved.scale[0] - scale).max())
    assert after <= 0.7 * before + 2e-3


def test_a_step_stays_within_the_widths_that_count():
    moved = Fit(drawn([1], SIDE), drawn([2], SIDE), Place(np.zeros((1, 2)), np.full((1, 2), SCALES[0]))).moved()
    assert (moved.scale >= SCALES[0]).all()
    assert (moved.scale <= SCALES[1]).all()


def test_equal_grids_do_not_differ_and_constant_ones_agree_with_nothing():
    grids = drawn(range(2), SIDE)
    np.testing.assert_allclose(Fit(grids, grids, still(2)).difference(), 0, atol=1e-6)
    flat = Fit(np.ones_like(grids), grids, still(2))
    for number in (flat.difference(), flat.rest(1), flat.rest(BEND), flat.moved().centre, flat.moved().scale):
        assert np.isfinite(number).all()
    np.testing.assert_allclose(flat.rest(BEND), 1)
    np.testing.assert_allclose(flat.difference(), 1)


def test_a_window_beyond_the_edge_counts_by_what_it_covers():
    left, right = drawn([3], SIDE, centre=np.array([0.125, 0.0])), drawn([3], SIDE)
    place = Place(np.array([[0.125, 0.0]]), np.ones((1, 2)))
    fit = Fit(left, right, place)
    assert fit.inside.sum() == (SIDE - 4 - 1) * (SIDE - 2)
    np.testing.assert_allclose(fit.rest(1), 0, atol=1e-6)
