from __future__ import annotations

import numpy as np
import pytest

from gan_audit.features.planes import planes
from gan_audit.imaging.resample import area_weights, linear_weights, resample
from gan_audit.types import Image


def test_area_weights_split_a_pixel_that_two_share():
    expected = np.array([[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]])
    assert np.allclose(area_weights(3, 2), expected, atol=1e-15)


@pytest.mark.parametrize(("size", "target"), [(64, 16), (225, 16), (7, 16), (16, 16), (1, 8)])
def test_area_average_keeps_the_mean(size, target):
    values = np.random.default_rng(0).normal(size=size)
    assert np.isclose((area_weights(size, target) @ values).mean(), values.mean(), atol=1e-12)


@pytest.mark.parametrize(("size", "target"), [(64, 32), (50, 32), (20, 32), (224, 96)])
def test_linear_weights_equal_pillows_bilinear_filter(size, target):
    pillow = pytest.importorskip("PIL.Image")
    values = np.random.default_rng(0).normal(size=(size, size)).astype(np.float32)
    expected = np.asarray(pillow.fromarray(values).resize((target, target), pillow.Resampling.BILINEAR))
    found = resample(values.astype(np.float64), [linear_weights(size, target)] * 2)
    assert np.allclose(found, expected, atol=1e-5)


def test_resampling_to_the_same_size_changes_nothing():
    values = np.random.default_rng(0).normal(size=(9, 5, 3))
    assert np.array_equal(resample(values, [linear_weights(9, 9), area_weights(5, 5)]), values)


def test_planes_of_a_volume_stand_in_the_middle_of_equal_parts():
    volume = np.arange(32)[:, None, None] * np.ones((32, 2, 3))
    assert [plane.pixels[0, 0] for plane in planes(Image(volume))] == [2, 6, 10, 14, 18, 22, 26, 30]
    assert len(planes(Image(volume[:3]))) == 3
    assert planes(Image(np.zeros((4, 4, 3)), channels=3))[0].pixels.shape == (4, 4, 3)
