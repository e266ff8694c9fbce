"""Both engines of the space `radiomics` give one table, by groups and one by one."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from gan_audit.demo.phantoms import sound
from gan_audit.errors import UsageError
from gan_audit.features import build_extractors, extract, reliability, tables
from gan_audit.features.base import Options
from gan_audit.features.cache import cache_key
from gan_audit.features.radiomics.extractor import ENGINES, Radiomics
from gan_audit.radiomics import settings
from gan_audit.types import Image

CONTENTS = {
    "defaults": None,
    "texture": {"setting": {"binWidth": 12, "distances": [1, 2]}, "featureClass": {"glcm": None, "ngtdm": None}},
    "filters": {
        "setting": {"binCount": 16, "sigma": [1.5]},
        "imageType": {"Original": {}, "Wavelet": {}, "LoG": {}, "Square": {}, "Gradient": {}, "Logarithm": {}},
    },
    "normalized": {
        "setting": {"normalize": True, "normalizeScale": 100, "binWidth": 20, "resampledPixelSpacing": [2, 2]}
    },
}


@pytest.fixture(scope="module")
def images():
    """Phantoms, two of them masked, one of an odd size, one of a single slice."""
    drawn = [np.asarray(image) for image in sound(["homogeneous", "speckled"] * 3, np.random.default_rng(0)).images]
    mask = np.zeros(drawn[0].shape, dtype=bool)
    mask[10:50, 12:40] = True
    made = [Image(pixels) for pixels in drawn]
    made[1], made[2] = replace(made[1], mask=mask), replace(made[2], mask=mask, spacing=(0.7, 1.4))
    made[3], made[4] = Image(drawn[3][:41, :33]), Image(drawn[4][None])
    return made


def build(folder, name, content):
    path = None
    if content is not None:
        path = folder / "params.yaml"
        path.write_text(json.dumps(content))
    return Radiomics.build(Options(radiomics_params=path, radiomics_engine=name))


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_both_engines_give_one_table(images, make_set, tmp_path, content):
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    sets = {"real": make_set(images)}
    found = {}
    for name in ENGINES:
        found[name] = extract(sets, [build(tmp_path, name, content)], jobs=1)["radiomics"]["real"]
    assert found["batched"].names == found["pyradiomics"].names
    assert np.isfinite(found["batched"].values).mean() > 0.99
    np.testing.assert_allclose(found["batched"].values, found["pyradiomics"].values, rtol=1e-9, atol=1e-9)


def test_the_engine_its_revision_and_every_setting_are_recorded_and_in_the_cache_key(tmp_path):
    made = {name: replace(build(tmp_path, "batched", content), bin_width=8.0) for name, content in CONTENTS.items()}
    found = {name: extractor.describe(93) for name, extractor in made.items()}
    assert "revision 3" in found["defaults"].extractor
    for space in found.values():
        assert space.parameters["engine"] == "batched"
        assert set(settings.FIELDS) - {"sigma"} <= set(space.parameters["setting"])
    found["wider"] = replace(made["defaults"], bin_width=9.0).describe(93)
    if "pyradiomics" in ENGINES:
        pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
        found["other engine"] = replace(made["defaults"], engine="pyradiomics").describe(93)
    assert len({cache_key(space, 2) for space in found.values()}) == len(found)


@pytest.mark.parametrize("content", [content for content in CONTENTS.values() if content], ids=str)
def test_settings_written_out_in_full_are_read_back_the_same(content):
    rule = settings.parse(content)
    assert settings.parse(json.loads(json.dumps(settings.content(rule)))) == rule


def test_a_group_that_fails_goes_one_by_one_and_a_refused_image_is_a_row_of_nan(images, make_set, monkeypatch, caplog):
    empty = Image(np.arange(64 * 64).reshape(64, 64), mask=np.zeros((64, 64), dtype=bool))
    sets = {"real": make_set([*images, empty])}
    whole = extract(sets, [Radiomics()], jobs=1)["radiomics"]["real"].values
    for module in (tables, reliability):
        monkeypatch.setattr(module, "GROUP", 2)
    pairs = extract(sets, [Radiomics()], jobs=2)["radiomics"]["real"].values
    together, sizes = Radiomics.together, []

    def fail(self, group):
        sizes.append(len(group))
        if len(group) > 1:
            raise MemoryError
        return together(self, group)

    monkeypatch.setattr(Radiomics, "together", fail)
    with caplog.at_level(logging.WARNING):
        alone = extract(sets, [Radiomics()], jobs=1)["radiomics"]["real"].values
    assert np.isnan(whole).all(axis=1).tolist() == [False] * len(images) + [True]
    assert np.array_equal(whole, pairs, equal_nan=True)
    assert np.array_equal(whole, alone, equal_nan=True)
    assert max(sizes) == 2
    assert "No radiomics features of 1 images, mostly: ValueError: The region of interest is empty." in caplog.text


def test_groups_hold_images_of_one_shape_and_few_voxels(make_set):
    rng = np.random.default_rng(0)
    shapes = [(700, 700)] * 4 + [(64, 64)] * 40 + [(8, 8)] * 130
    sets = {"real": make_set([rng.integers(0, 9, shape) for shape in shapes])}
    groups = tables._groups([tables._Task(sample, ("radiomics",)) for sample in sets["real"].samples], 64)
    assert sorted(len(group) for group in groups) == [1, 2, 3, 40, 64, 64]
    assert all(len({task.sample.shape for task in group}) == 1 for group in groups)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"radiomics_engine": "fast"}, "batched, pyradiomics, got fast"),
        ({"modality": "mr"}, "Did you mean mri"),
        ({"modality": "mri", "radiomics_params": "params.yaml"}, "either --modality or --radiomics-params"),
    ],
)
def test_a_wrong_option_is_a_usage_error(options, message):
    with pytest.raises(UsageError, match=message):
        Radiomics.build(Options(**options))


def test_a_filter_of_pyradiomics_alone_names_its_engine(tmp_path):
    with pytest.raises(UsageError, match="--radiomics-engine pyradiomics"):
        build(tmp_path, "batched", {"imageType": {"LBP2D": {}}})


def test_without_pyradiomics_the_default_engine_works_and_the_other_says_how_to_get_it():
    code = """
import sys
sys.modules["radiomics"] = None
import numpy as np
from gan_audit.errors import MissingDependencyError
from gan_audit.features.base import Options
from gan_audit.features.radiomics.extractor import Radiomics
from gan_audit.types import Image
row = Radiomics.build(Options()).__class__(8.0)(Image(np.arange(400).reshape(20, 20) % 97))
print(len(row), np.isfinite(row).all())
try:
    Radiomics.build(Options(radiomics_engine="pyradiomics"))
except MissingDependencyError as error:
    print(error.exit_code, "pip install --no-build-isolation pyradiomics==3.0.1" in str(error))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["93 True", "2 True"]


def test_the_command_builds_what_was_asked_for():
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    made, missing = build_extractors(
        ["radiomics"], weights={}, radiomics_params=None, device="cpu", offline=True, radiomics_engine="pyradiomics"
    )
    assert (missing, [extractor.engine for extractor in made]) == ([], ["pyradiomics"])


def test_two_orders_of_one_parameter_file_give_one_order_of_columns(tmp_path):
    orders = [{"Square": {}, "Original": {}}, {"Original": {}, "Square": {}}]
    made = [build(tmp_path, "batched", {"imageType": order}) for order in orders]
    example = Image(np.arange(400).reshape(20, 20))
    assert cache_key(made[0].describe(0), 2) == cache_key(made[1].describe(0), 2)
    assert made[0].names(example) == made[1].names(example)
