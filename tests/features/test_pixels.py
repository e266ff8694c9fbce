from __future__ import annotations

import numpy as np
import pytest

from gan_audit.features.base import Options
from gan_audit.features.pixels import FinePixels, Pixels
from gan_audit.types import Image

PIXELS = Pixels.build(Options())


@pytest.fixture
def features(as_image):
    return lambda images: np.array([PIXELS(as_image(image)) for image in images])


def test_worked_by_hand_on_a_half_white_image(features):
    image = np.zeros((32, 32), dtype=np.uint8)
    image[:, 16:] = 200
    expected = np.tile(np.repeat([-1.0, 1.0], 8), 16)
    assert np.allclose(features([image])[0], expected)


def test_brightness_and_contrast_do_not_move_it(features):
    image = np.random.default_rng(0).normal(100, 20, (50, 70))
    assert np.allclose(*features([image, 0.3 * image + 55]), atol=1e-10)


def test_a_size_twice_as_large_does_not_move_it(features):
    image = np.random.default_rng(0).normal(100, 20, (48, 48))
    assert np.allclose(*features([image, np.kron(image, np.ones((2, 2)))]), atol=1e-10)


def test_grey_stored_as_colour_gives_the_same_row(features):
    image = np.random.default_rng(0).integers(0, 256, (20, 20), dtype=np.uint8)
    assert np.array_equal(*features([image, np.stack([image] * 3, axis=-1)]))


@pytest.mark.parametrize("value", [0, 1, 137])
def test_a_flat_image_has_no_features(value, features):
    assert np.isnan(features([np.full((31, 31), value, dtype=np.uint8)])).all()


def test_volumes_have_a_thumbnail_of_their_own(features, as_image):
    volume = np.random.default_rng(0).normal(size=(9, 20, 17))
    assert features([volume]).shape == (1, 512)
    assert PIXELS.names(as_image(volume))[-1] == "7,7,7"


def test_the_fine_thumbnail_keeps_more_cells_and_is_for_duplicates(as_image):
    fine, image = FinePixels.build(Options()), np.random.default_rng(0).normal(size=(50, 40))
    assert fine(as_image(image)).shape == (64 * 64,)
    assert fine.names(as_image(image))[-1] == "63,63"
    assert fine.describe(4096).uses == {"duplicates"}
    coarse = fine(as_image(image)).reshape(16, 4, 16, 4).mean(axis=(1, 3)).ravel()
    assert np.allclose((coarse - coarse.mean()) / coarse.std(), PIXELS(as_image(image)))


def test_the_fine_thumbnail_keeps_stored_units_and_tells_flat_images():
    wide = Image(np.random.default_rng(0).integers(0, 4000, (64, 64)).astype(np.uint16), bit_depth=12)
    fine = FinePixels.build(Options())
    assert fine(wide).tolist() == wide.pixels.astype(float).ravel().tolist()
    assert np.isnan(fine(Image(np.full((64, 64), 7, np.uint8)))).all()


def test_names_match_the_vector(as_image):
    assert len(PIXELS.names(as_image(np.zeros((4, 4))))) == 256


@pytest.mark.parametrize("folder", ["mednist6", "cxr_pediatric"])
def test_a_noisy_copy_stays_with_its_original(folder, features, real_images):
    rng = np.random.default_rng(0)
    originals = real_images(folder, 60)
    noisy = [np.clip(np.rint(image + rng.normal(0, 8, image.shape)), 0, 255).astype(np.uint8) for image in originals]
    distances = np.linalg.norm(features(noisy)[:, None] - features(originals)[None], axis=2)
    own = np.diag(distances).copy()
    np.fill_diagonal(distances, np.inf)
    nearest_other = distances.min(axis=1)
    assert (own < nearest_other).all()
    assert np.median(own) < 0.1 * np.median(nearest_other)
