from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gan_audit.errors import UsageError
from gan_audit.features.base import Options
from gan_audit.features.random_conv import RandomConv, input_size, weights_sha256
from gan_audit.features.torch_tools import BATCH, in_batches
from tests.stand_in import NAME, switched_on

PUBLISHED_WEIGHTS = "8a7059d7"


@pytest.fixture(scope="module")
def rows(as_image):
    return lambda extractor, images: np.array([extractor(as_image(image)) for image in images])


def frechet(a, b):
    """By the nuclear norm: no more images than features are needed."""
    centred = [(part - part.mean(axis=0)) / np.sqrt(len(part) - 1) for part in (a, b)]
    shift = ((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum()
    cross = np.linalg.norm(centred[0] @ centred[1].T, "nuc")
    return shift + sum((part**2).sum() for part in centred) - 2 * cross


@pytest.fixture(scope="module")
def fitted(make_set):
    rng = np.random.default_rng(0)
    return RandomConv.build(Options()).fit(make_set([rng.integers(0, 256, (40, 48), dtype=np.uint8) for _ in range(3)]))


def test_the_weights_are_the_same_on_every_machine():
    assert weights_sha256().startswith(PUBLISHED_WEIGHTS)


def test_grey_stored_as_colour_gives_the_same_row(fitted, rows):
    image = np.random.default_rng(1).integers(0, 256, (40, 48), dtype=np.uint8)
    assert np.array_equal(*rows(fitted, [image, np.stack([image] * 3, axis=-1)]))


def test_any_size_and_a_volume_give_256_features(fitted, rows, as_image):
    rng = np.random.default_rng(1)
    shapes = [(5, 300), (32, 32), (40, 48, 3), (11, 20, 30)]
    found = rows(fitted, [rng.integers(0, 256, shape, dtype=np.uint8) for shape in shapes])
    assert found.shape == (4, 256) == (4, len(fitted.names(as_image(np.zeros((4, 4))))))
    assert np.isfinite(found).all()


def test_a_volume_of_equal_slices_gives_the_row_of_the_slice(fitted, rows):
    image = np.random.default_rng(1).integers(0, 256, (40, 48), dtype=np.uint8)
    assert np.allclose(*rows(fitted, [image, np.stack([image] * 5)]), rtol=1e-12)


def test_on_another_device_nothing_is_mixed_with_the_cpu(fitted, as_image):
    rng = np.random.default_rng(3)
    images = [as_image(rng.integers(0, 256, shape, dtype=np.uint8)) for shape in ((40, 48), (40, 48, 3), (9, 30, 30))]
    away = replace(fitted, device=NAME)
    with switched_on():
        found = away.batch(images), [away(image) for image in images]
    for rows in found:
        np.testing.assert_allclose(rows, fitted.batch(images), rtol=1e-5, atol=1e-6)


def test_an_image_gives_the_same_row_alone_and_in_any_batch(fitted, as_image):
    rng = np.random.default_rng(2)
    images = [as_image(rng.integers(0, 256, (30, 30), dtype=np.uint8)) for _ in range(BATCH + 3)]
    images.append(as_image(rng.integers(0, 256, (9, 30, 30), dtype=np.uint8)))
    forwards, backwards = fitted.batch(images), fitted.batch(images[::-1])[::-1]
    assert np.array_equal(forwards, backwards)
    assert np.allclose(forwards, [fitted(image) for image in images], rtol=1e-4, atol=1e-5)


def test_batches_keep_their_order_over_several_shapes():
    import torch

    inputs = [torch.full((1, side, 2), float(value)) for value, side in enumerate([2, 3, 2, 3, 3])]
    assert in_batches(lambda x: x.mean(dim=(2, 3)), inputs, "cpu").ravel().tolist() == [0, 1, 2, 3, 4]


def test_it_sees_blur_noise_and_a_shift_of_intensity(rows, make_set, real_images):
    images, rng = real_images("mednist6", 240), np.random.default_rng(0)
    one, two = images[::2], images[1::2]
    extractor = RandomConv.build(Options()).fit(make_set(one))
    reference = rows(extractor, one)
    centre, spread = np.median(reference, axis=0), reference.std(axis=0)

    def distance(others):
        return frechet((reference - centre) / spread, (rows(extractor, others) - centre) / spread)

    def changed(change):
        return [np.clip(np.rint(change(image.astype(float))), 0, 255).astype(np.uint8) for image in two]

    same = distance(two)
    assert distance(changed(lambda image: gaussian_filter(image, 0.8))) > 3 * same
    assert distance(changed(lambda image: image + rng.normal(0, 8, image.shape))) > 1.5 * same
    assert distance(changed(lambda image: image + 10)) > 1.5 * same


def test_values_beyond_the_window_still_count(fitted, rows):
    image = np.full((40, 48), 250.0)
    image[:20] = 0
    one, two = rows(fitted, [image, image * 4])
    assert np.abs(one - two).max() > 1


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((64, 64), (64, 64)), ((1000, 500), (224, 112)), ((28, 28), (32, 32)), ((6, 50, 70), (50, 70))],
)
def test_the_input_size_follows_the_real_images(shape, expected, make_set):
    assert input_size(make_set([np.zeros(shape, dtype=np.uint8)])) == expected


def test_the_parameters_tell_what_the_numbers_depend_on(fitted):
    space = fitted.describe(256)
    assert space.weights_sha256 == weights_sha256()
    assert space.parameters["window"] == [0.0, 255.0]
    assert space.parameters["input_size"] == [40, 48]


def test_an_absent_device_is_a_usage_error(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UsageError, match="--device cpu"):
        RandomConv.build(Options(device="cuda"))
    assert RandomConv.build(Options(device="auto")).device == "cpu"


def test_the_thread_count_of_the_caller_is_put_back(fitted, rows):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        rows(fitted, [np.zeros((40, 48), dtype=np.uint8)])
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
