"""The presets of `--modality`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gan_audit.cli.options import Modality as Choice
from gan_audit.cli.options import RadiomicsEngine
from gan_audit.errors import UsageError
from gan_audit.features import extract
from gan_audit.features.base import Options
from gan_audit.features.radiomics.extractor import ENGINES, Radiomics
from gan_audit.features.radiomics.modalities import MODALITIES
from gan_audit.types import Image


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    return [np.cumsum(rng.integers(-9, 10, (32, 32)), axis=1).clip(-100, 100) for _ in range(4)]


def fitted(name, images, engine="batched"):
    return Radiomics.build(Options(modality=name, radiomics_engine=engine)).fit(images)


def test_the_command_offers_what_there_is():
    assert {choice.value for choice in Choice} == set(MODALITIES)
    assert {choice.value for choice in RadiomicsEngine} == set(ENGINES)


@pytest.mark.parametrize("name", MODALITIES)
def test_a_preset_is_explained_recorded_and_gives_all_features_by_both_engines(name, pictures, make_set):
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    images = make_set(pictures if name == "ct" else [(image + 100).astype(np.uint8) for image in pictures])
    rows = {}
    for engine in ENGINES:
        made = fitted(name, images, engine)
        parameters = made.describe(93).parameters
        assert (parameters["modality"], parameters["preset"]) == (name, MODALITIES[name].sentence(name))
        given = parameters["setting"]
        assert {key: given[key] for key in MODALITIES[name].settings} == MODALITIES[name].settings
        rows[engine] = extract({"real": images}, [made], jobs=1)["radiomics"]["real"].values
    assert rows["batched"].shape == (4, 93)
    np.testing.assert_allclose(rows["batched"], rows["pyradiomics"], rtol=1e-9, atol=1e-9)


def test_brightness_and_contrast_are_invisible_in_mri_and_plain_in_ct(pictures, make_set):
    changed = [image * 3 + 7 for image in pictures]
    for name, seen in (("mri", False), ("ct", True)):
        before, after = (fitted(name, make_set(pictures))(Image(images[0])) for images in (pictures, changed))
        assert np.allclose(before, after, rtol=1e-3) != seen


def test_cells_keep_their_texture_and_show_their_brightness(pictures, make_set):
    made = fitted("cells", make_set(pictures))
    before, after = made(Image(pictures[0])), made(Image(pictures[0] * 3 + 7))
    texture = np.array(["firstorder" not in name for name in made.names(Image(pictures[0]))])
    assert np.allclose(before[texture], after[texture])
    assert not np.allclose(before[~texture], after[~texture])


def test_xray_has_twice_the_levels_of_the_default(pictures, make_set):
    images = make_set([image * 20 for image in pictures])
    assert Radiomics().fit(images).bin_width == pytest.approx(2 * fitted("xray", images).bin_width, rel=0.02)


@pytest.mark.parametrize(
    ("name", "shift", "message"), [("ct", 100, "Hounsfield"), ("ultrasound", 1000, "8 bit"), ("histology", 0, "8 bit")]
)
def test_images_of_another_scale_are_a_usage_error(name, shift, message, pictures, make_set):
    with pytest.raises(UsageError, match=rf"--modality {name} expects .*{message}.*leave --modality out"):
        fitted(name, make_set([image + shift for image in pictures]))


def test_a_unit_stated_by_the_file_is_enough_for_ct(pictures, make_set):
    images = make_set([image + 100 for image in pictures])
    stated = replace(images, samples=tuple(replace(sample, unit="HU") for sample in images.samples))
    assert fitted("ct", stated).describe(93).parameters["setting"]["binWidth"] == 25
