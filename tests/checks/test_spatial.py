"""Burnt-in marks are found, in the class that carries them, and sound images show none."""

import numpy as np
import pytest
from scipy import ndimage

from gan_audit.checks import spatial
from gan_audit.checks.base import CheckSettings

SIDE = 32
NAMES = tuple(f"{i},{j}" for i in range(SIDE) for j in range(SIDE))


def pictures(n, seed):
    rng = np.random.default_rng(seed)
    return ndimage.gaussian_filter(rng.normal(size=(n, SIDE, SIDE)), (0, 3, 3)) * 10


def rows(images):
    flat = images.reshape(len(images), -1)
    return (flat - flat.mean(1, keepdims=True)) / flat.std(1, keepdims=True)


def measure(data):
    return next(iter(spatial.run(data, CheckSettings())))


def test_sound_images_show_no_place(compare):
    for seed in range(3):
        result = measure(
            compare(rows(pictures(100, seed)), rows(pictures(100, 50 + seed)), names=NAMES, uses=("duplicates",))
        )
        assert result.ci[0] <= result.reference.ci[1]


def test_a_mark_on_one_class_is_found_there_and_placed(compare):
    real, synthetic = pictures(120, 1), pictures(120, 2)
    labels = ["a", "b"] * 60
    synthetic[::2, -4:, :4] += 4
    data = compare(rows(real), rows(synthetic), labels=(labels, labels), names=NAMES, uses=("duplicates",))
    marked, other = measure(data.of_class("a")), measure(data.of_class("b"))
    assert marked.ci[0] > 1.5 * marked.reference.ci[1]
    assert marked.details["place"] == "bottom left"
    assert marked.details["share_of_cells"] < 0.05
    assert other.ci[0] <= other.reference.ci[1]


def test_the_map_shows_the_strongest_difference_of_each_block(compare):
    real, synthetic = pictures(60, 1), pictures(60, 2)
    synthetic[:, 0, -1] += 9
    figure = measure(compare(rows(real), rows(synthetic), names=NAMES, uses=("duplicates",))).details["figures"][0]
    z = np.array(figure["z"])
    assert z.shape == (16, 16)
    assert np.unravel_index(np.abs(z).argmax(), z.shape) == (0, 15)
    assert z.max() == pytest.approx(np.abs(z).max())
