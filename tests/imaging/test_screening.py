"""What is worth a proof: copies however small, noisy or enlarged, and few strangers."""

import numpy as np
import pytest
from scipy import ndimage

from benchmarks.calibration import alterations as alter
from gan_audit.features.pixels import FinePixels
from gan_audit.imaging.block_agreement import white_noise
from gan_audit.imaging.matching import matches
from gan_audit.imaging.pictures import Pictures, fine, surviving
from gan_audit.imaging.screening import PROMISING, detail, promising
from gan_audit.types import Image
from tests.checks.memorization.thumbnails import altered, phantoms

N = 24


def scenes(width, n, seed):
    """(n, width, width) clouds that fill the image."""
    rng = np.random.default_rng(seed)
    coarse = ndimage.gaussian_filter(rng.normal(size=(n, width, width)), (0, width / 14, width / 14))
    return np.clip(128 + 45 * coarse / coarse.std(), 0, 255).astype(np.uint8)


def pictures(images):
    rows = np.stack([FinePixels()(Image(x)) for x in images]).reshape(len(images), 64, 64)
    return Pictures.of(rows, np.ones(len(images)), np.full(len(images), images.shape[1]))


def shares(queries, base):
    found = matches(queries, base)
    share = np.stack([detail(queries, base, found, place).unexplained for place in range(2)], axis=1)
    return found, share


@pytest.mark.parametrize("width", [28, 64, 96])
@pytest.mark.parametrize("how", [alter.noisy(8.0), alter.cropped(0.8, 0.9), alter.zoomed(0.1), alter.jpeg(75)])
def test_copies_are_promising_and_strangers_are_not(width, how):
    real = scenes(width, N, 0)
    queries, base = pictures(altered(real, how)), pictures(real)
    found, share = shares(queries, base)
    assert found.row[:, 0].tolist() == list(range(N))
    assert promising(queries, base, found, share)[:, 0].mean() >= 0.95
    others = pictures(scenes(width, N, 1))
    assert not promising(others, base, *shares(others, base)).any()


def test_sharpness_is_equal_before_what_is_left_is_judged():
    real = phantoms(N, 3)
    queries, base = pictures(altered(real, alter.cropped(0.8, 0.82, central=True))), pictures(real)
    found, share = shares(queries, base)
    worth = promising(queries, base, found, share)
    assert share[:, 0].max() > PROMISING / 4
    assert worth[:, 0].mean() >= 0.95


@pytest.mark.parametrize("width", [16, 28, 32, 64, 128])
def test_noise_of_pixels_is_known_on_thumbnails_however_few_the_pixels(width):
    """From cell to cell it is not white where a pixel fills several."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 10, (40, width, width)) + 100
    found = pictures(noise)
    left = fine(found.points).std(axis=(1, 2))
    assert np.median(found.noise * found.kept / left) == pytest.approx(1, abs=0.3)


def test_white_noise_is_seen_at_any_step():
    noise = np.random.default_rng(1).normal(0, 3, (10, 64, 64))
    for apart in (1, 2, 5):
        assert np.median(white_noise(noise, apart=apart)) == pytest.approx(3, rel=0.1)
    enlarged = np.repeat(np.repeat(noise, 3, axis=1), 3, axis=2)
    assert np.median(white_noise(enlarged, apart=3)) == pytest.approx(3, rel=0.1)


def test_more_pixels_leave_less_noise_and_none_leaves_more_than_all():
    kept = surviving(2, np.array([4, 16, 64]))
    assert (np.diff(kept) < 0).any()
    assert (kept <= 1).all()
