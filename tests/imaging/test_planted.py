"""Copies made on purpose are what they are called, in the image's own type and shape."""

import numpy as np
import pytest
from scipy import ndimage

from gan_audit.imaging.planted import PLANTED, TURN, cropped, noisy, turned
from gan_audit.types import Image

KINDS = {
    "grey": Image(np.random.default_rng(0).integers(0, 255, (40, 56)).astype(np.uint8)),
    "colour": Image(np.random.default_rng(0).integers(0, 255, (32, 32, 3)).astype(np.uint8), channels=3),
    "12 bit": Image(np.random.default_rng(0).integers(0, 4095, (32, 32)).astype(np.uint16), bit_depth=12),
    "volume": Image(np.random.default_rng(0).normal(size=(8, 16, 16)), bit_depth=32),
}


@pytest.mark.parametrize("how", PLANTED.values(), ids=list(PLANTED))
@pytest.mark.parametrize("kind", KINDS)
def test_shape_and_type_stay(how, kind):
    image = KINDS[kind]
    copy = how(image, np.random.default_rng(1))
    assert (copy.pixels.shape, copy.pixels.dtype) == (image.pixels.shape, image.pixels.dtype)
    assert (copy.channels, copy.bit_depth) == (image.channels, image.bit_depth)
    assert not np.array_equal(copy.pixels, image.pixels)


def test_noise_is_eight_grey_levels_of_255():
    grey = Image(np.full((64, 64), 128, np.uint8))
    assert (noisy(grey, np.random.default_rng(0)).pixels - 128.0).std() == pytest.approx(8, rel=0.05)
    wide = Image(np.tile(np.linspace(0, 4080, 64), (64, 1)).astype(np.uint16), bit_depth=12)
    left = noisy(wide, np.random.default_rng(0)).pixels[:, 8:-8].astype(float) - wide.pixels[:, 8:-8]
    assert left.std() == pytest.approx(8 * 16, rel=0.06)


@pytest.mark.parametrize("shape", [(64, 64), (48, 80)])
def test_a_turn_is_a_rotation_whatever_the_shape(shape):
    smooth = ndimage.gaussian_filter(np.random.default_rng(2).normal(size=shape), 4)
    image = Image(np.clip(128 + 400 * smooth, 0, 255).astype(np.uint8))
    found = turned(image, np.random.default_rng(0)).pixels.astype(float)
    wanted = [
        ndimage.rotate(image.pixels.astype(float), angle, reshape=False, order=1, mode="nearest")
        for angle in (TURN, -TURN)
    ]
    assert min(np.abs(found - x).max() for x in wanted) < 1.5


def test_a_crop_holds_part_of_the_image_only():
    ramp = Image(np.tile(np.arange(100, dtype=np.uint8), (100, 1)))
    found = cropped(ramp, np.random.default_rng(3)).pixels
    assert float(found.max()) - float(found.min()) == pytest.approx(80, abs=2)
