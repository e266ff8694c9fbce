"""Turning and zooming: how far, to which side, and that shape, type and colours stay."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from benchmarks.calibration import alterations as alter
from gan_audit.types import Image

WARPS = {"rotated": alter.rotated(10.0), "zoomed": alter.zoomed(0.1), "augmented": alter.augmented}


def spot(row: float, column: float, side: int = 81) -> Image:
    rows, columns = np.mgrid[:side, :side]
    return Image(np.rint(200 * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 18)).astype(np.uint8))


def where(image: Image) -> tuple[float, float]:
    """Where the spot is, from the centre: angle in degrees and distance in pixels."""
    weight = image.pixels / image.pixels.sum(dtype=float)
    rows, columns = np.mgrid[:81, :81] - 40.0
    down, right = (weight * rows).sum(), (weight * columns).sum()
    return float(np.degrees(np.arctan2(-down, right))), float(np.hypot(down, right))


@pytest.mark.parametrize("shape", [(40, 31), (40, 31, 3)])
@pytest.mark.parametrize("name", WARPS)
def test_shape_and_type_stay_and_the_picture_is_another(name: str, shape: tuple[int, ...]) -> None:
    noise = np.random.default_rng(0).normal(size=shape)
    pixels = (128 + 300 * gaussian_filter(noise, (2, 2) + (0,) * (len(shape) - 2))).clip(0, 255).astype(np.uint8)
    image = Image(pixels, channels=3 if len(shape) == 3 else 1)
    found = WARPS[name](image, np.random.default_rng(1))
    assert (found.pixels.shape, found.pixels.dtype, found.channels) == (shape, np.dtype("uint8"), image.channels)
    assert not np.array_equal(found.pixels, pixels)
    if image.channels == 3:
        grey = WARPS[name](Image(np.ascontiguousarray(pixels[:, :, 1])), np.random.default_rng(1))
        assert np.array_equal(found.pixels[:, :, 1], grey.pixels), "each channel is moved alike"


@pytest.mark.parametrize("name", WARPS)
def test_the_border_is_repeated(name: str) -> None:
    image = Image(np.full((30, 30), 77, np.uint8))
    assert (WARPS[name](image, np.random.default_rng(0)).pixels == 77).all()


def test_an_image_is_turned_to_either_side_by_one_to_ten_degrees() -> None:
    found = [where(alter.rotated(10.0)(spot(40, 65), np.random.default_rng(seed))) for seed in range(60)]
    angles = np.array([angle for angle, _ in found])
    assert 0.9 < np.abs(angles).min() < 2
    assert 8.5 < np.abs(angles).max() < 10.1
    assert min((angles > 0).sum(), (angles < 0).sum()) > 15
    assert np.allclose([distance for _, distance in found], 25, atol=0.1)


def test_an_image_is_zoomed_about_its_centre_in_or_out_by_two_to_ten_percent() -> None:
    found = [where(alter.zoomed(0.1)(spot(40, 65), np.random.default_rng(seed))) for seed in range(60)]
    change = np.array([distance / 25 - 1 for _, distance in found])
    assert 0.015 < np.abs(change).min() < 0.03
    assert 0.085 < np.abs(change).max() < 0.105
    assert min((change > 0).sum(), (change < 0).sum()) > 15
    assert np.allclose([angle for angle, _ in found], 0, atol=0.2)


def test_an_augmented_image_is_moved_by_a_twentieth_of_the_side_at_most() -> None:
    drawn = [alter.augmented(spot(40, 40), np.random.default_rng(seed)) for seed in range(60)]
    moved = np.array([where(image)[1] for image in drawn])
    assert 2 < moved.max() <= np.hypot(4.05, 4.05) + 0.1
