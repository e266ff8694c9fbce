"""Thumbnails are recognized after turning, mirroring and shifting."""

import numpy as np
import pytest
from scipy import ndimage

from gan_audit.stats.registration import ORIENTATIONS, best_correlation, describe, orient, shrink


@pytest.fixture
def grids():
    rng = np.random.default_rng(0)
    return ndimage.gaussian_filter(rng.normal(size=(6, 32, 32)), (0, 2, 2))


@pytest.mark.parametrize("orientation", range(len(ORIENTATIONS)))
def test_the_alteration_is_undone_and_named(grids, orientation):
    altered = orient(grids, orientation)
    undoing = [o for o in range(8) if np.allclose(orient(altered, o), grids)]
    assert len(undoing) == 1
    assert describe(undoing[0], np.zeros(2, int)) == (ORIENTATIONS[orientation] if orientation else "in place")


def test_all_orientations_differ(grids):
    turned = [orient(grids, o).tobytes() for o in range(8)]
    assert len(set(turned)) == 8


@pytest.mark.parametrize("shift", [(0, 0), (2, -1), (-2, 2)])
def test_a_shift_is_found_and_the_overlap_agrees_perfectly(grids, shift):
    moved = np.roll(grids, shift, axis=(1, 2))
    score, found = best_correlation(moved, grids, reach=3)
    assert (found == shift).all()
    np.testing.assert_allclose(score, 1, atol=1e-12)


def test_brightness_and_contrast_do_not_matter_and_strangers_do_not_match(grids):
    score, _ = best_correlation(0.5 * grids + 7, grids, reach=2)
    np.testing.assert_allclose(score, 1, atol=1e-12)
    strange, _ = best_correlation(np.roll(grids, 1, axis=0), grids, reach=2)
    assert strange.max() < 0.8


def test_shrinking_gives_unit_rows_of_block_means():
    grids = np.arange(64.0).reshape(1, 8, 8)
    small = shrink(grids, 4)
    assert small.shape == (1, 4)
    assert np.linalg.norm(small) == pytest.approx(1)
    assert small.sum() == pytest.approx(0, abs=1e-12)
    assert (shrink(np.ones((1, 8, 8)), 4) == 0).all()
