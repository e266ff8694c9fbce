"""Classical augmentation keeps to its modality's limits, repeats, and says what it did."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gan_audit.data.formats.readers import decode
from gan_audit.errors import UsageError
from tests.trainers.digits import prepared
from trainers.augment.generate import AugmentRequest, augment, one
from trainers.augment.modalities import MODALITIES, Limits
from trainers.augment.operations import changed
from trainers.cli.commands import Modality
from trainers.randomness import rng_of


def blob(shape=(1, 24, 24)):
    """A bright square left of the middle on a dark ground."""
    image = np.zeros(shape)
    image[..., 8:16, 4:10] = 100.0
    return image


def test_the_command_knows_every_modality():
    assert {one.value for one in Modality} == set(MODALITIES)


@pytest.mark.parametrize("modality", MODALITIES)
def test_every_modality_changes_an_image_and_repeats(modality):
    found = [changed(blob(), MODALITIES[modality], rng_of(seed)) for seed in (0, 0, 1)]
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])
    assert np.isfinite(found[0]).all()
    assert found[0].shape == (1, 24, 24)


def test_nothing_allowed_is_nothing_done():
    assert np.array_equal(changed(blob(), Limits("none"), rng_of(0)), blob())


@pytest.mark.parametrize("modality", ["ct", "mri", "xray"])
def test_left_stays_left_where_the_body_is_not_symmetric(modality):
    for seed in range(20):
        image = changed(blob(), MODALITIES[modality], rng_of(seed))[0]
        columns = image.clip(0).sum(axis=0)
        assert (columns * np.arange(24)).sum() / columns.sum() < 11.5


def test_hounsfield_units_keep_their_level_in_ct():
    for seed in range(20):
        image = changed(blob(), MODALITIES["ct"], rng_of(seed))
        assert abs(np.percentile(image, 98) - 100) < 5
        assert abs(np.median(image)) < 2


def test_volumes_are_changed_too():
    found = changed(np.random.default_rng(0).random((1, 6, 8, 10)), MODALITIES["mri"], rng_of(0))
    assert found.shape == (1, 6, 8, 10)


def test_a_set_names_the_source_of_every_image_by_pseudonym(digits, tmp_path):
    order = AugmentRequest(digits, "cells", 60, tmp_path / "set", labels=digits / "labels.csv", seed=3)
    assert augment(order) == 60
    text = (tmp_path / "set" / "provenance.json").read_text()
    found = json.loads(text)
    sources = [image["source"] for image in found["images"]]
    assert len(set(sources[:48])) == 48
    assert all(source.startswith("R-") for source in sources)
    assert found["operations"]["modality"] == "cells"
    assert "Mueller" not in text
    assert "patient-" not in text
    assert len(found["training_groups"]) == 16
    assert decode(tmp_path / "set" / found["images"][0]["file"]).pixels.dtype == np.uint8
    augment(AugmentRequest(digits, "cells", 60, tmp_path / "again", labels=digits / "labels.csv", seed=3))
    assert json.loads((tmp_path / "again" / "provenance.json").read_text())["images"] == found["images"]


def test_one_image_comes_from_its_seed_and_source_alone():
    images, found = prepared()
    sample = images.set.samples[3]
    made = [one(images, sample, found.scaling, MODALITIES["xray"], 77, labelled=True) for _ in range(2)]
    assert np.array_equal(made[0].pixels, made[1].pixels)
    assert made[0].label == sample.label
    assert made[0].source == sample.pseudonym


def test_wrong_orders_are_refused(digits, tmp_path):
    for modality, count in (("petscan", 3), ("ct", 0)):
        with pytest.raises(UsageError):
            augment(AugmentRequest(digits, modality, count, tmp_path / "set"))
    assert not (tmp_path / "set").exists()
