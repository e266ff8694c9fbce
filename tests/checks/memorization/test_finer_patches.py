"""A part too small for the thumbnail is found on the finer grid, where the images have the pixels for it."""

import numpy as np
import pytest
from scipy import ndimage

from gan_audit.checks.memorization.patch_matches import best_parts, finer
from tests.checks.memorization.thumbnails import side

N, SIDE, PART = 24, 256, 36


def pictures(n, seed, pixels=SIDE):
    rng = np.random.default_rng(seed)
    fine = ndimage.gaussian_filter(rng.normal(size=(n, pixels, pixels)), (0, 3, 3))
    coarse = ndimage.gaussian_filter(rng.normal(size=(n, pixels, pixels)), (0, 20, 20))
    mixed = fine / fine.std() + 2 * coarse / coarse.std()
    return np.clip(128 + 25 * mixed, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def sets():
    real, synthetic = pictures(N, 1), pictures(N, 2)
    for i in range(12):
        synthetic[i, 90 : 90 + PART, 60 : 60 + PART] = real[i, 120 : 120 + PART, 140 : 140 + PART]
    return side(real), side(synthetic)


def test_small_parts_are_lost_on_the_thumbnail_and_found_on_the_finer_grid(sets):
    real, synthetic = sets
    (fine_real, fine_synthetic), grid = finer(sets, (64, 64))
    assert grid == (128, 128)
    coarse = best_parts(synthetic, real, (64, 64), apart=False)
    fine = best_parts(fine_synthetic, fine_real, grid, apart=False)
    right = [(found.row[:12] == np.arange(12)).sum() for found in (coarse, fine)]
    assert right[0] <= 6 < 10 <= right[1]
    assert np.median(fine.closeness[:12]) < fine.closeness[12:].min()


def test_images_without_finer_pixels_stay_on_their_thumbnail():
    large, small = side(pictures(3, 1)), side(pictures(3, 1, 64))
    assert finer([large, small], (64, 64)) is None
    assert finer([large, side(np.zeros((2, 64 * 64)) + np.arange(64 * 64))], (64, 64)) is None
    assert finer([large, large], (16, 16, 16)) is None


def test_the_grid_grows_with_the_images_and_shrinks_with_their_number(monkeypatch):
    large = side(pictures(2, 1, 512))
    assert finer([large, large], (64, 64))[1] == (256, 256)
    assert finer([large, side(pictures(2, 1))], (64, 64))[1] == (128, 128)
    monkeypatch.setattr("gan_audit.checks.memorization.patch_matches.MOST", 2 * 128**2)
    assert finer([large, large], (64, 64))[1] == (128, 128)
    monkeypatch.setattr("gan_audit.checks.memorization.patch_matches.MOST", 2 * 128**2 - 1)
    assert finer([large, large], (64, 64)) is None
