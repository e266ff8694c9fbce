"""Concordance of features under a region drawn one pixel narrower or wider."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gan_audit.features import extract
from gan_audit.features.pixels import Pixels
from gan_audit.features.radiomics.extractor import Radiomics
from gan_audit.features.reliability import FEWEST, MOST, changed_regions, concordance, repeatability
from gan_audit.types import Image


def disc(radius, size=32):
    rows, columns = np.ogrid[:size, :size]
    return (rows - size / 2) ** 2 + (columns - size / 2) ** 2 <= radius**2


@pytest.fixture(scope="module")
def images():
    """Noise of many brightnesses in discs of many sizes; one bright pixel each, on the disc's rim."""
    rng = np.random.default_rng(0)
    made = []
    for number in range(20):
        pixels = rng.normal(100 + 20 * number, 5, (32, 32))
        mask = disc(6 + number % 7)
        rim = np.argwhere(mask & ~changed_regions(Image(pixels, mask=mask))[0])
        pixels[tuple(rim[rng.integers(len(rim))])] = 1000 + rng.integers(2000)
        made.append(Image(pixels, mask=mask))
    return made


def test_lins_coefficient_by_hand():
    one = np.repeat(np.arange(12.0)[:, None], 5, axis=1)
    other = one * [1, 1, -1, 2, 0] + [0, 2, 11, 0, 3]
    variance, twice = np.var(np.arange(12)), 2 * np.var(np.arange(12))
    expected = [1, twice / (twice + 4), -1, 2 * twice / (5 * variance + 5.5**2), 0]
    assert concordance(one, other) == pytest.approx(expected)
    assert concordance(np.ones((12, 1)), np.ones((12, 1))).tolist() == [1]


def test_incomplete_pairs_are_left_out_and_too_few_say_nothing():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 20, 3))
    one[:5, 0], other[15:, 0], one[:9, 1] = np.nan, np.inf, np.nan
    found = concordance(one, other)
    assert np.isnan(found[0])
    assert np.isnan(found[1])
    both = concordance(np.delete(one, [0], 0), np.delete(other, [0], 0))
    one[0, 2] = np.nan
    assert concordance(one, other)[2] == pytest.approx(both[2])


def test_regions_change_by_one_pixel_within_the_slice():
    mask = np.zeros((3, 7, 7), dtype=bool)
    mask[1, 2:5, 2:5] = True
    narrower, wider = changed_regions(Image(np.zeros((3, 7, 7)), mask=mask))
    assert narrower.sum() == 1
    assert wider.sum() == 9 + 12
    assert not wider[[0, 2]].any()
    narrower, wider = changed_regions(Image(np.zeros((5, 6, 3)), channels=3))
    assert narrower.sum() == 3 * 4
    assert wider.all()


def test_a_mean_survives_and_a_maximum_on_the_rim_does_not(images, make_set):
    made = Radiomics(50.0)
    found = repeatability(made, make_set(images), made.names(images[0]), jobs=1)
    assert found["original_firstorder_Median"] > 0.99
    assert found["original_firstorder_Maximum"] < 0.5


def test_neither_order_nor_processes_change_it(images, make_set):
    made, names = Radiomics(50.0), Radiomics(50.0).names(images[0])
    before = repeatability(made, make_set(images), names, jobs=1)
    assert repeatability(made, make_set(images[::-1]), names, jobs=2) == before


def test_whole_images_are_only_made_narrower_and_few_images_say_nothing(images, make_set):
    whole = [replace(image, mask=None) for image in images]
    made = Radiomics(50.0)
    found = repeatability(made, make_set(whole), made.names(whole[0]), jobs=1)
    assert found["original_firstorder_Median"] > 0.99
    few = repeatability(made, make_set(whole[: FEWEST - 1]), made.names(whole[0]), jobs=1)
    assert set(few.values()) == {None}


def test_at_most_sixty_images_are_read(make_set):
    rng = np.random.default_rng(0)
    real, reads = make_set([rng.integers(0, 200, (8, 8)) for _ in range(90)]), []

    def read(sample):
        reads.append(sample.id)
        return real.read(sample)

    made = Radiomics(20.0)
    repeatability(made, replace(real, read=read), made.names(Image(np.zeros((8, 8)))), jobs=1)
    assert len(set(reads)) == len(reads) == MOST


def test_a_table_of_radiomics_brings_it_along_and_one_of_thumbnails_does_not(images, make_set):
    tables = extract({"real": make_set(images), "synthetic": make_set(images, "synthetic")}, [Radiomics(), Pixels()])
    assert set(tables["radiomics"]["real"].repeatability) == set(tables["radiomics"]["real"].names)
    assert not tables["radiomics"]["synthetic"].repeatability
    assert not tables["pixels"]["real"].repeatability
