from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gan_audit.errors import InputError
from gan_audit.features.intensity import intensities, scaled
from gan_audit.imaging.grey import grey
from gan_audit.types import Image


def test_eight_bit_images_have_the_window_of_their_type(make_set):
    found = intensities(
        make_set([np.full((4, 4), 30 + k, dtype=np.uint8) + np.eye(4, dtype=np.uint8) for k in range(9)])
    )
    assert (found.low, found.high, found.span, found.whole) == (0.0, 255.0, 1.0, True)


def test_other_images_have_the_window_of_the_median_image(make_set):
    rng = np.random.default_rng(0)
    images = [rng.uniform(-1000, 500 + k, (40, 40)) for k in range(5)]
    found = intensities(make_set(images))
    lows, highs = zip(*(np.quantile(image, [0.005, 0.995]) for image in images), strict=True)
    assert found.low == pytest.approx(np.median(lows))
    assert found.high == pytest.approx(np.median(highs))
    assert not found.whole


def test_the_span_is_that_of_the_region_of_interest(make_set):
    pixels = np.arange(16, dtype=np.int16).reshape(4, 4)
    mask = np.zeros((4, 4), dtype=bool)
    mask[1, 1:3] = True
    assert intensities(make_set([Image(pixels, mask=mask, bit_depth=16)])).span == 1.0


def test_intensities_do_not_depend_on_the_order_of_the_set(make_set):
    rng = np.random.default_rng(1)
    images = make_set([rng.normal(k, 1, (8, 8)) for k in range(80)])
    assert intensities(images) == intensities(replace(images, samples=images.samples[::-1]))


def test_a_flat_set_still_has_a_window(make_set):
    found = intensities(make_set([np.full((4, 4), 7.0)]))
    assert found.high > found.low


def test_an_empty_set_is_an_input_error(make_set):
    with pytest.raises(InputError, match="readable real image"):
        intensities(make_set([]))


def test_two_living_sets_that_look_alike_are_measured_each_for_itself(make_set):
    first = make_set([np.zeros((4, 4), dtype=np.int16)])
    second = replace(first, read=lambda sample: Image(np.arange(16.0).reshape(4, 4)))
    assert intensities(first).span == 0
    assert intensities(second).span == 15


def test_grey_stored_as_colour_gives_the_grey_values():
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(grey(Image(np.stack([values] * 3, axis=-1), channels=3)), values)


def test_colour_becomes_luminance():
    pixels = np.zeros((1, 3, 3))
    pixels[0] = np.eye(3)
    assert np.allclose(grey(Image(pixels, channels=3)), [[0.299, 0.587, 0.114]])


def test_scaling_clips_nothing():
    assert np.allclose(scaled(np.array([-10.0, 0, 5, 20]), 0, 10), [-1, 0, 0.5, 2])
