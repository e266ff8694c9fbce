"""The views in which a copy is looked for: every symmetry once, undone by name, and no shift or crop far from one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from gan_audit.stats.registration import ORIENTATIONS, View, orient, undone, unit_rows, views

SHIFT = 1 / 14
CROP = 0.8


@pytest.fixture
def grids():
    rng = np.random.default_rng(0)
    return ndimage.gaussian_filter(rng.normal(size=(6, 32, 32)), (0, 2, 2))


@pytest.mark.parametrize("orientation", range(len(ORIENTATIONS)))
def test_an_orientation_is_turned_back_by_the_one_that_undoes_it_alone(grids, orientation):
    altered = orient(grids, orientation)
    assert [o for o in range(8) if np.array_equal(orient(altered, o), grids)] == [undone(orientation)]


def test_the_orientations_are_what_their_names_say():
    corner = np.array([[[1, 2], [3, 4]]])
    assert orient(corner, 0).tolist() == corner.tolist()
    assert orient(corner, ORIENTATIONS.index("rotated by 90°")).tolist() == [[[2, 4], [1, 3]]]
    assert orient(corner, ORIENTATIONS.index("rotated by 180°")).tolist() == [[[4, 3], [2, 1]]]
    assert orient(corner, ORIENTATIONS.index("rotated by 270°")).tolist() == [[[3, 1], [4, 2]]]
    assert orient(corner, ORIENTATIONS.index("mirrored")).tolist() == [[[2, 1], [4, 3]]]


def test_a_volume_is_turned_within_its_slices():
    volume = np.arange(2 * 27).reshape(2, 3, 3, 3)
    for number in range(8):
        slices = orient(volume.reshape(6, 3, 3), number)
        assert np.array_equal(orient(volume, number), slices.reshape(volume.shape))


@pytest.mark.parametrize(("axes", "windows"), [(2, 4 + 4 + 9), (3, 8 + 8 + 27)])
def test_there_is_a_view_for_each_symmetry_one_for_the_negative_and_one_for_each_window(axes, windows):
    found = views(axes)
    assert sorted(view.orientation for view in found if view.whole and not view.negative) == list(range(8))
    assert sum(view.negative for view in found) == 1
    assert sum(not view.whole for view in found) == windows
    assert len({(view.orientation, view.negative, view.scale, view.centre) for view in found}) == 9 + windows
    assert all(len(view.centre) in (0, axes) for view in found)


def test_the_coarse_view_is_made_of_unit_rows_of_block_means():
    grids = np.arange(64.0).reshape(1, 8, 8)
    means = np.array([13.5, 17.5, 45.5, 49.5]) - 31.5
    np.testing.assert_allclose(View().coarse(grids, 2), [means / np.linalg.norm(means)], atol=1e-12)


def test_the_negative_is_the_opposite_row(grids):
    negative = View(negative=True).turn(grids)
    np.testing.assert_allclose(View().coarse(negative, 8), -View().coarse(grids, 8), atol=1e-12)


@pytest.mark.parametrize("view", views(2), ids=str)
def test_a_ramp_looks_the_same_through_every_window(view):
    """Of a plane a window shows the same plane, less steep; only at a window beyond the edge is it cut off."""
    ramp = (np.arange(64.0)[:, None] + 0.5 * np.arange(64.0)).reshape(1, 64, 64)
    seen = view.coarse(view.turn(ramp) if view.whole else ramp, 16)
    whole = View().coarse(view.turn(ramp), 16)
    assert (seen * whole).sum() > 1 - 1e-3


@pytest.mark.parametrize("view", [view for view in views(2) if not view.whole], ids=str)
def test_what_a_window_shows_is_nearest_to_its_own_view(grids, view):
    """The window enlarged by another routine: no other view of the whole comes nearer to it."""
    side = 64
    fine = ndimage.zoom(grids, (1, 2, 2), order=1)
    axes = [31.5 + view.scale * (np.arange(side) - 31.5) + side * c for c in view.centre]
    places = np.stack(np.meshgrid(*axes, indexing="ij"))
    seen = np.stack([ndimage.map_coordinates(x, places, order=1, mode="nearest") for x in fine])
    agree = [(View().coarse(seen, 16) * other.coarse(fine, 16)).sum(1) for other in views(2) if other.orientation == 0]
    own = (View().coarse(seen, 16) * view.coarse(fine, 16)).sum(1)
    assert (own > 1 - 1e-9).all()
    assert (own >= np.max(agree, axis=0) - 1e-9).all()


@given(
    share=st.floats(CROP, 1),
    at=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    moved=st.booleans(),
)
def test_no_shift_and_no_crop_lies_farther_than_a_coarse_cell_from_the_nearest_view(share, at, moved):
    scale, room = (1.0, SHIFT) if moved else (share, 0.5 * (1 - share))
    corner = 0.5 - 1 / 32  # the middle of the outermost of 16 cells
    far = [
        max(abs(room * x - c) for x, c in zip(at, view.centre or (0.0, 0.0), strict=True))
        + abs(scale - view.scale) * corner
        for view in views(2)
        if view.orientation == 0 and not view.negative
    ]
    assert min(far) <= 1 / 16 + 1e-9


def test_unit_rows_are_correlations_and_flat_rows_match_nothing():
    rows = np.random.default_rng(0).normal(size=(3, 10))
    np.testing.assert_allclose(unit_rows(rows) @ unit_rows(7 - 2 * rows).T, -np.corrcoef(rows), atol=1e-12)
    assert (unit_rows(np.full((1, 4), 3.0)) == 0).all()
