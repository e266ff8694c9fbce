"""Tensors from files and back: units, sizes, classes, and inputs that cannot be used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_audit.errors import InputError, UsageError
from gan_audit.types import Sample
from trainers.data.fitting import fit, resize, size_for
from trainers.data.images import load_images
from trainers.data.prepare import Wishes, prepare
from trainers.data.scaling import Scaling, scaling_for
from trainers.data.sets import TrainingSet

RNG = np.random.default_rng(0)


def sample(low=0.0, high=255.0, depth=8, unit="", shape=(8, 8), channels=1):
    return Sample("a", "real", "R-a", "0", None, None, shape, channels, depth, low, high, None, unit)


@settings(max_examples=60)
@given(st.integers(-(2**15), 2**15), st.integers(1, 2**16))
def test_whole_values_come_back_as_they_were(low, span):
    scaling = Scaling(low, low + span, "int32", 16)
    values = np.unique(np.linspace(low, low + span, 200).round()).astype(np.int32)
    unit = scaling.to_unit(values)
    assert unit.min() == -1
    assert unit.max() == 1
    assert np.array_equal(scaling.back(unit), values)


@pytest.mark.parametrize(
    ("low", "high", "depth", "expected"),
    [
        (3, 200, 8, ("uint8", 0, 255)),
        (0, 4095, 12, ("uint16", 0, 4095)),
        (0, 65535, 16, ("uint16", 0, 65535)),
        (-1024, 3071, 16, ("int16", -1024, 3071)),
        (-1024, 70000, 32, ("int32", -1024, 70000)),
        (0, 40, 16, ("uint16", 0, 40)),
    ],
)
def test_limits_and_type_suit_the_values(low, high, depth, expected):
    found = scaling_for([sample(low, high, depth)])
    assert (found.dtype, found.low, found.high) == expected


def test_floating_point_stays_floating_point_even_between_whole_limits():
    images = load_images(RNG.random((4, 6, 6)).round(3).clip(0, 1).astype(np.float32))
    found = prepare(images, Wishes())
    assert found.scaling.dtype == "float32"
    assert np.allclose(found.scaling.back(found.data.images[0, 0]), images.set.read(images.set.samples[0]).pixels)


def test_a_window_clips_and_an_empty_one_is_refused():
    found = scaling_for([sample(-1024, 3071, 16, "HU")], window=(-160, 240))
    assert found.back(found.to_unit(np.array([-1024, 0, 3071]))).tolist() == [-160, 0, 240]
    assert found.unit == "HU"
    with pytest.raises(UsageError, match="LOW below HIGH"):
        scaling_for([sample()], window=(3, 3))


def test_mixed_depths_are_refused():
    with pytest.raises(InputError, match="8 and 16 bits"):
        scaling_for([sample(), sample(depth=16)])


def test_an_image_of_the_right_size_is_left_alone():
    image = RNG.random((1, 5, 7)).astype(np.float32)
    assert fit(image, (5, 7)) is image


@given(st.tuples(st.integers(4, 40), st.integers(4, 40)), st.tuples(st.integers(4, 40), st.integers(4, 40)))
@settings(max_examples=40)
def test_resizing_keeps_constants_and_the_range(before, after):
    image = np.stack([np.full(before, 0.25), RNG.random(before)]).astype(np.float32)
    found = resize(image, after)
    assert found.shape == (2, *after)
    assert np.allclose(found[0], 0.25, atol=1e-5)
    assert image[1].min() - 1e-5 <= found[1].min() <= found[1].max() <= image[1].max() + 1e-5


def test_proportions_are_kept_and_the_rest_is_filled():
    image = np.full((1, 4, 8), 0.5, np.float32)
    image[0, 0, 0] = -1
    found = fit(image, (16, 16))
    assert (found[0, :4] == -1).all()
    assert (found[0, 12:] == -1).all()
    assert (found[0, 8, 4:] == 0.5).all()


@pytest.mark.parametrize(
    ("asked", "shape", "expected"),
    [(None, (8, 8), (8, 8)), ("32", (8, 8), (32, 32)), ("32x48", (8, 8), (32, 48)), (None, (600, 300), (128, 64))],
)
def test_a_size_is_chosen_or_asked_for(asked, shape, expected):
    assert size_for([sample(shape=shape)], asked) == expected


@pytest.mark.parametrize("asked", ["3", "x", "32x", "8x8x8", "-4"])
def test_a_size_that_is_none_is_refused(asked):
    with pytest.raises(UsageError):
        size_for([sample()], asked)


def test_every_image_comes_once_an_epoch_whatever_the_batches():
    data = TrainingSet(np.zeros((10, 1, 2, 2), np.float32), None, ())
    rows = np.concatenate([data.rows(0, start, 4) for start in range(0, 40, 4)])
    for epoch in range(4):
        assert sorted(rows[10 * epoch : 10 * (epoch + 1)]) == list(range(10))
    assert np.array_equal(data.rows(0, 12, 4), rows[12:16])
    assert not np.array_equal(rows[:10], rows[10:20])
    assert len(data.rows(0, 7, 25)) == 25


def test_sub_folders_are_classes(tmp_path):
    for name in ("sick", "well"):
        (tmp_path / name).mkdir()
        for number in range(3):
            Image.fromarray(RNG.integers(0, 255, (6, 6), np.uint8)).save(tmp_path / name / f"{number}.png")
    found = prepare(load_images(tmp_path), Wishes(conditional=True))
    assert found.labels == ("sick", "well")
    assert found.data.codes.tolist() == [0, 0, 0, 1, 1, 1]


def test_colour_is_kept_or_made_grey_as_asked():
    images = load_images(RNG.integers(0, 255, (4, 6, 6, 3), np.uint8))
    assert prepare(images, Wishes()).data.images.shape == (4, 3, 6, 6)
    grey = prepare(images, Wishes(channels=1)).data.images
    read = images.set.read(images.set.samples[0]).pixels @ [0.299, 0.587, 0.114]
    assert np.allclose((grey[0, 0] + 1) * 127.5, read, atol=1e-3)


def test_volumes_become_tensors_of_three_axes():
    found = prepare(load_images(RNG.integers(-1000, 1000, (3, 5, 6, 7)).astype(np.int16)), Wishes())
    assert found.data.images.shape == (3, 1, 5, 6, 7)
    assert found.shape.dimensions == 3


def test_labels_are_needed_for_a_conditional_model():
    images = RNG.integers(0, 255, (4, 6, 6), np.uint8)
    for labels in (None, ["a"] * 4, ["a", "b", None, "b"]):
        with pytest.raises(InputError, match="at least 2 classes"):
            prepare(load_images(images, labels), Wishes(conditional=True))


def test_a_folder_that_cannot_be_used_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        load_images(tmp_path / "none")
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(InputError, match="1 of 1 images cannot be used"):
        load_images(tmp_path)


def test_one_image_is_not_enough():
    with pytest.raises(InputError, match="at least 2"):
        prepare(load_images(RNG.integers(0, 255, (1, 6, 6), np.uint8)), Wishes())
