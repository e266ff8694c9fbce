"""Blobs lie where something stands out, move with the image, and look alike wherever they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audit.imaging import keypoints
from gan_audit.imaging.keypoints import Keypoints
from gan_audit.imaging.patches import Patches
from tests.imaging.test_patches import grids


def spots(*places, height=20.0):
    """A grid with Gaussian spots."""
    rows, columns = np.mgrid[:64, :64]
    found = sum(np.exp(-0.5 * ((rows - r) ** 2 + (columns - c) ** 2) / 1.5**2) for r, c in places)
    return height * found[None]


@pytest.mark.parametrize("sign", [1, -1])
def test_spots_are_found_where_they_are_by_their_sign(sign):
    grid = spots((20, 31), (44, 12), (9, 50))
    found = Keypoints.of(Patches.of(sign * grid), sign)
    strong = {tuple(place) for place in found.middle.tolist()}
    assert {(20, 31), (44, 12), (9, 50)} <= strong
    assert not {(20, 31), (44, 12)} & {
        tuple(place) for place in Keypoints.of(Patches.of(sign * grid), -sign).middle.tolist()
    }


def test_flat_grids_and_edges_have_none():
    assert len(Keypoints.of(Patches.of(np.zeros((2, 64, 64))), 1)) == 0
    assert len(Keypoints.of(Patches.of(spots((2, 30), (61, 30), (30, 1), (30, 63))), 1)) == 0


@given(st.integers(-9, 9), st.integers(-9, 9))
def test_they_move_with_the_image_and_look_the_same(down, right):
    large = grids(1, 7, 96)
    here, there = (
        Keypoints.of(Patches.of(large[:, 16 + a : 80 + a, 16 + b : 80 + b]), 1) for a, b in ((0, 0), (down, right))
    )
    known = {tuple(place): look for place, look in zip(here.middle.tolist(), here.look, strict=True)}
    moved = {(r + down, c + right): look for (r, c), look in zip(there.middle.tolist(), there.look, strict=True)}
    inner = {(r, c) for r, c in known if 20 <= r < 44 and 20 <= c < 44}
    assert inner
    assert inner <= set(moved)
    for place in inner:
        np.testing.assert_allclose(known[place], moved[place], atol=2e-3)


def test_blocks_do_not_matter(monkeypatch):
    parts = Patches.of(grids(7, 3))
    whole = Keypoints.of(parts, 1)
    monkeypatch.setattr(keypoints, "BLOCK", 2)
    parted = Keypoints.of(parts, 1)
    assert (np.diff(whole.grid) >= 0).all()
    for name in ("grid", "middle", "look"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parted, name))
