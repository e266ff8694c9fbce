"""Company, order and block size change nothing; memory does not grow with the number of images."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from gan_audit.radiomics import block, firstorder, glcm
from gan_audit.radiomics.engine import TOGETHER, batch, feature_names
from gan_audit.radiomics.settings import RadiomicsSettings, parse
from tests.radiomics.peer import blob, texture

RULE = RadiomicsSettings(bin_width=9.0)


def mixed(number=20):
    rng = np.random.default_rng(0)
    shapes = [(24, 24), (17, 30), (40, 12)]
    images = [texture(rng, *shapes[i % 3], smooth=0.5 + i % 4) * (1 + i % 3) for i in range(number)]
    return images, [None if i % 2 else blob(rng, *image.shape) for i, image in enumerate(images)]


def test_a_row_is_bit_for_bit_what_the_image_alone_gives():
    images, masks = mixed()
    together = batch(images, masks, settings=RULE).values
    alone = [batch([image], [mask], settings=RULE).values[0] for image, mask in zip(images, masks, strict=True)]
    assert np.array_equal(together, alone, equal_nan=True)


def test_order_and_block_size_change_nothing(monkeypatch):
    images, masks = mixed()
    before = batch(images, masks, settings=RULE).values
    order = np.random.default_rng(1).permutation(len(images))
    for module, name in ((block, "VOXELS"), (block, "CELLS"), (firstorder, "CHUNK"), (glcm, "CHUNK")):
        monkeypatch.setattr(module, name, 1 << 11)
    after = batch([images[i] for i in order], [masks[i] for i in order], settings=RULE).values
    assert np.array_equal(before[order], after, equal_nan=True)


def test_images_of_a_slice_and_of_two_axes_agree():
    image = texture(np.random.default_rng(2), 20, 20)
    flat = batch([image], settings=RULE)
    deep = batch([image[None]], settings=RULE)
    assert flat.names == deep.names
    assert np.array_equal(flat.values, deep.values)


def test_memory_does_not_grow_with_the_number_of_images():
    rng = np.random.default_rng(3)
    images = [texture(rng, 32, 32) for _ in range(64)]
    peaks = []
    for repeat in (TOGETHER // 2**16, TOGETHER // 2**14):
        tracemalloc.start()
        batch(images * repeat, settings=RadiomicsSettings(bin_width=25.0, classes=(("firstorder", ()), ("gldm", ()))))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


def test_no_images_make_an_empty_table():
    found = batch([])
    assert found.values.shape == (0, 93)
    assert not found.refused


def test_it_works_where_pyradiomics_cannot_be_imported():
    code = """
import sys
sys.modules["radiomics"] = None
import numpy as np
from gan_audit.radiomics.engine import batch
from gan_audit.radiomics.settings import parse
assert "SimpleITK" not in sys.modules
image = np.random.default_rng(0).normal(size=(24, 24)) * 50
found = batch([image], settings=parse({"imageType": {"Original": {}, "LoG": {"sigma": [1.0]}, "Gradient": {}}}))
assert np.isfinite(found.values).all() and len(found.names) == 3 * 93 + 9, len(found.names)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.mark.parametrize("axes", [2, 3])
def test_names_are_known_without_an_image(axes):
    content = {"imageType": {"Wavelet": {"level": 2}, "Square": {}}, "featureClass": {"ngtdm": None, "shape": None}}
    rule = parse(content)
    image = texture(np.random.default_rng(4), *(12,) * axes)
    assert batch([image], settings=rule).names == feature_names(rule, axes)
