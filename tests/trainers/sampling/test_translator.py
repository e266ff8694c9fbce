"""Translations: pairs by name, halves by averaging, images of a folder translated one by one."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from gan_audit.errors import InputError, UsageError
from tests.trainers.digits import train, write_folder
from trainers.data.images import load_images
from trainers.data.prepare import Wishes
from trainers.data.translation import prepare_translation
from trainers.sampling.generate import GenerateRequest, generate


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """A folder and the same images inverted, one of them under a name of its own."""
    folder = tmp_path_factory.mktemp("pairs")
    source = write_folder(folder / "source", count=24)
    target = folder / "target"
    target.mkdir()
    for path in source.glob("*.png"):
        Image.fromarray(255 - np.asarray(Image.open(path))).save(target / path.name)
    return source, target


def prepared(source, target, model, **wishes):
    targets = None if target is None else load_images(target)
    return prepare_translation(load_images(source), targets, Wishes(**wishes), model)


def test_pairs_are_matched_by_name(pairs):
    found = prepared(*pairs, "pix2pix")
    assert np.allclose(found.data.images, -found.data.targets, atol=1e-6)
    batch = found.data.batch(0, 3, 5)
    assert np.allclose(batch.images, -batch.targets, atol=1e-6)


def test_folds_leave_the_targets_of_the_held_images_out_too(pairs):
    found = prepared(*pairs, "pix2pix", folds=2, fold=1)
    assert len(found.data.images) == len(found.data.targets) < 24
    assert np.allclose(found.data.images, -found.data.targets, atol=1e-6)


def test_an_image_without_a_counterpart_is_named_by_pseudonym(pairs, tmp_path):
    source, target = pairs
    shutil.copytree(target, tmp_path / "target")
    (tmp_path / "target" / "Mueller_003.png").rename(tmp_path / "target" / "other.png")
    with pytest.raises(InputError, match="1 of 24") as raised:
        prepared(source, tmp_path / "target", "pix2pix")
    assert "R-" in str(raised.value)
    assert len(prepared(source, tmp_path / "target", "cyclegan").data.targets) == 24


def test_images_without_pairs_are_drawn_apart(pairs):
    found = prepared(*pairs, "cyclegan")
    batch = found.data.batch(0, 0, 24)
    assert not np.allclose(batch.images, -batch.targets, atol=1e-6)
    assert np.allclose(np.sort(batch.images.sum((1, 2, 3))), np.sort(-batch.targets.sum((1, 2, 3))), atol=1e-4)


def test_super_resolution_starts_from_half_the_size(pairs):
    found = prepared(pairs[0], None, "srgan")
    assert found.source.size == (4, 4)
    assert found.shape.size == (8, 8)
    assert np.allclose(found.data.images.mean(), found.data.targets.mean(), atol=0.02)
    with pytest.raises(UsageError, match="even sides"):
        prepared(pairs[0], None, "srgan", size="9")


@pytest.mark.parametrize("model", ["pix2pix", "cyclegan", "srgan"])
def test_a_folder_is_translated_image_by_image(model, pairs, tmp_path):
    source, target = pairs
    targets = None if model == "srgan" else target
    train(source, tmp_path / "run", model, targets=targets, labels=None, changes={"batch": 4})
    for name in ("one", "two"):
        assert generate(GenerateRequest(tmp_path / "run", tmp_path / name, count=3, inputs=source)) == 3
    found, again = (json.loads((tmp_path / name / "provenance.json").read_text()) for name in ("one", "two"))
    assert found["images"] == again["images"]
    assert np.asarray(Image.open(tmp_path / "one" / "000000.png")).shape == (8, 8)
    assert all(image["source"].startswith("R-") for image in found["images"])
    with pytest.raises(UsageError, match="--inputs"):
        generate(GenerateRequest(tmp_path / "run", tmp_path / "three", count=3))


@pytest.mark.parametrize(("model", "given"), [("srgan", True), ("pix2pix", False)])
def test_targets_too_many_or_missing_are_refused(model, given, pairs, tmp_path):
    with pytest.raises(UsageError, match="--targets"):
        train(pairs[0], tmp_path / "run", model, targets=pairs[1] if given else None, labels=None)
