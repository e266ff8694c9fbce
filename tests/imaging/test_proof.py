"""Identity is what storage, resampling and noise leave of one picture; a stranger and a spot are no proof."""

import numpy as np
import pytest
from scipy import ndimage

from benchmarks.calibration import alterations as alter
from gan_audit.imaging.affine import Windows, rotation
from gan_audit.imaging.block_agreement import agreement, smoothed, white_noise
from gan_audit.imaging.grey_curve import GreyCurve
from gan_audit.imaging.proof import IDENTIFYING, UNEXPLAINED, prove, residual
from gan_audit.types import Image
from tests.checks.memorization.thumbnails import phantoms

N = 6
WHOLE = Windows(np.eye(2)[None], np.zeros((1, 2)))


@pytest.fixture(scope="module")
def images():
    return [Image(x) for x in phantoms(N, 1)]


def proved(image, source, orientation=0, windows=WHOLE):
    return prove(image, source, orientation, windows)


SAME = {
    "exact": lambda image, rng: image,
    "brighter": alter.brighter(10.0),
    "gamma": alter.gamma(0.7),
    "negative": alter.inverted,
    "noise 4": alter.noisy(4.0),
    "noise 8": alter.noisy(8.0),
    "JPEG 75": alter.jpeg(75),
    "blurred": alter.blurred(0.5),
    "shifted": alter.shifted,
}


@pytest.mark.parametrize("kind", SAME)
def test_the_same_picture_is_proved(images, kind):
    found = [proved(SAME[kind](x, np.random.default_rng(i)), x) for i, x in enumerate(images)]
    assert all(x.same and x.identifiable for x in found), [(x.unexplained, x.telling, x.identifying) for x in found]
    assert all(x.falling == (kind == "negative") for x in found)


def test_strangers_are_not(images):
    found = [proved(a, b) for a in images for b in images if a is not b]
    assert not any(x.same for x in found)
    assert min(x.unexplained for x in found) > 5 * UNEXPLAINED


def test_noise_is_measured_in_grey_levels(images):
    found = [proved(alter.noisy(6.0)(x, np.random.default_rng(i)), x).noise for i, x in enumerate(images)]
    assert np.median(found) == pytest.approx(6.0, abs=0.8)


def test_noise_beyond_what_is_stated_is_no_identity(images):
    assert not any(proved(alter.noisy(25.0)(x, np.random.default_rng(0)), x).same for x in images)


def test_a_window_is_refined_from_a_rough_start(images):
    rough = Windows(rotation(-6.0, 1.0, 2)[None], np.full((1, 2), 0.01))
    for image in images:
        turned = alter._warped(image, angle=7.0)
        found = min((proved(turned, image, windows=x) for x in (rough, _back(rough))), key=lambda x: x.unexplained)
        assert found.same
        assert abs(found.windows.angle[0]) == pytest.approx(7, abs=0.3)


def _back(windows):
    return Windows(windows.matrix.swapaxes(1, 2), windows.middle)


def test_more_bits_are_judged_in_their_own_units(images):
    rng = np.random.default_rng(0)
    for image in images:
        wide = Image(image.pixels.astype(np.uint16) * 16, bit_depth=12)
        noisy = Image(
            (wide.pixels + rng.normal(0, 16 * 4.0, wide.pixels.shape)).clip(0, 4095).astype(np.uint16), bit_depth=12
        )
        assert proved(wide, wide).same
        found = proved(noisy, wide)
        assert found.same
        assert residual(noisy, wide, 0, found.windows) == pytest.approx(64, rel=0.2)
    assert residual(images[0], images[0], 0, WHOLE) < 0.05


def test_a_local_change_is_still_the_same_picture(images):
    """A burnt-in word does not make it another patient."""
    for image in images:
        pixels = image.pixels.copy()
        pixels[3:7, 3:12] = pixels.max()
        found = proved(Image(pixels), image)
        assert found.same
        assert found.everywhere > 10 * max(found.unexplained, 1e-3)


@pytest.mark.parametrize("shape", [(40, 64), (30, 30), (200, 180)])
def test_other_shapes_than_squares(shape):
    rng = np.random.default_rng(3)
    pixels = ndimage.gaussian_filter(rng.normal(size=(2, *shape)), (0, 3, 3))
    first, second = (Image(np.clip(128 + 40 * x / x.std(), 0, 255).astype(np.uint8)) for x in pixels)
    assert proved(alter.noisy(4.0)(first, rng), first).same
    assert not proved(first, second).same


def spot(row, column, radius):
    y, x = np.mgrid[:64, :64]
    return Image((220 * (((y - row) / radius) ** 2 + ((x - column) / (1.3 * radius)) ** 2 < 1)).astype(np.uint8))


def test_a_spot_on_black_is_nobodys():
    for other in (spot(32, 32, 9), spot(33, 31, 9)):
        found = proved(spot(32, 32, 9), other)
        assert found.identifying < IDENTIFYING
        assert not found.identifiable


def test_noise_alone_agrees_with_nothing():
    rng = np.random.default_rng(0)
    flat = [Image(np.clip(100 + rng.normal(0, 1, (64, 64)), 0, 255).astype(np.uint8)) for _ in range(2)]
    assert not proved(*flat).same


def test_white_noise_is_told_from_second_differences():
    rng = np.random.default_rng(1)
    smooth = ndimage.gaussian_filter(rng.normal(size=(2, 64, 64)), (0, 4, 4)) * 200
    assert white_noise(smooth).max() < 1
    assert white_noise(smooth + rng.normal(0, 5, smooth.shape)) == pytest.approx([5, 5], rel=0.15)
    assert white_noise(rng.normal(0, 3, (1, 20, 20, 20))) == pytest.approx([3], rel=0.1)


def test_what_white_noise_explains_is_not_counted():
    rng = np.random.default_rng(2)
    left = ndimage.gaussian_filter(rng.normal(size=(1, 64, 64)), (0, 3, 3)) * 300
    inside, noise = np.ones(left.shape, bool), rng.normal(0, 6, left.shape)
    passed = 1 / (2 * np.sqrt(np.pi))
    found = agreement(smoothed(left), smoothed(noise), inside, passed * np.array([6.0]), passed * 2)
    blind = agreement(smoothed(left), smoothed(noise), inside, passed * np.array([2.0]), passed * 2)
    assert found.unexplained[0] < 1e-3 < blind.unexplained[0]
    assert blind.telling[0] >= found.telling[0]


def test_an_empty_overlap_explains_nothing():
    left = np.random.default_rng(0).normal(size=(1, 32, 32))
    found = agreement(left, left, np.zeros(left.shape, bool), np.zeros(1), 0.1)
    assert (found.unexplained[0], found.telling[0], found.identifying[0]) == (1, 0, 0)


def test_a_curve_is_monotone_and_follows_a_gamma():
    source = np.random.default_rng(0).uniform(0, 255, (64, 64))
    target = 255 * (source / 255) ** 0.6
    curve = GreyCurve(source, target, np.ones(source.shape, bool))
    assert np.abs(curve(source) - target).mean() < 0.3
    assert (np.diff(curve.height) >= 0).all()
    assert GreyCurve(source, 255 - target, np.ones(source.shape, bool)).falling
    humped = GreyCurve(source, -((source - 128) ** 2), np.ones(source.shape, bool))
    assert len(np.unique(np.sign(np.diff(humped.height)).astype(int))) <= 2
