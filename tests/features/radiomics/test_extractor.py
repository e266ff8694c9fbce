from __future__ import annotations

import ast
import csv
import json
import logging
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from gan_audit.errors import MissingDependencyError, UsageError
from gan_audit.features.base import Options
from gan_audit.features.intensity import Intensities
from gan_audit.features.radiomics import pyradiomics_engine as engine
from gan_audit.features.radiomics.extractor import ENGINES, Radiomics, level_width
from gan_audit.types import Image

PyRadiomics = partial(Radiomics, engine="pyradiomics")
CLASSES = {"firstorder": 18, "glcm": 24, "glrlm": 16, "glszm": 16, "gldm": 14, "ngtdm": 5}


@pytest.fixture(autouse=True)
def _pyradiomics():
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")


def peer(values, mask, *, spacing=None, **settings):
    """PyRadiomics' own `execute` on (D, H, W) arrays."""
    import SimpleITK
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    extractor = RadiomicsFeatureExtractor(additionalInfo=False, **settings)
    extractor.enabledFeatures = {name: [] for name in CLASSES}
    image, region = (SimpleITK.GetImageFromArray(part) for part in (values.astype(float), mask.astype(np.uint8)))
    for part in (image, region):
        part.SetSpacing(spacing or (1.0, 1.0, 1.0))
    logging.getLogger("radiomics").setLevel(logging.CRITICAL + 1)
    return {name: float(value) for name, value in extractor.execute(image, region).items() if "diagnostics" not in name}


def named(extractor, image):
    return dict(zip(extractor.names(image), extractor(image), strict=True))


def parameter_file(folder, engine_name="pyradiomics", **content):
    path = folder / "params.yaml"
    path.write_text(json.dumps(content))  # JSON is YAML
    return Radiomics.build(Options(radiomics_params=path, radiomics_engine=engine_name))


def padded(image):
    return np.pad(image, 1, mode="edge")[None], np.pad(np.ones(image.shape), 1)[None]


@pytest.mark.parametrize("shape", [(16, 16), (7, 33), (40, 21)])
@pytest.mark.parametrize("bin_width", [8.0, 3.3, 25])
def test_a_whole_image_has_pyradiomics_own_numbers(shape, bin_width):
    image = np.random.default_rng(0).integers(0, 200, shape).astype(np.uint8)
    found = named(PyRadiomics(bin_width), Image(image))
    assert found == peer(*padded(image), binWidth=bin_width, force2D=True)
    assert {name: sum(f"_{name}_" in key for key in found) for name in CLASSES} == CLASSES


def test_real_images_have_pyradiomics_own_numbers(real_images, make_set):
    images = real_images("mednist6", 6)
    extractor = PyRadiomics().fit(make_set(images))
    for image in images:
        assert named(extractor, Image(image)) == peer(*padded(image), binWidth=extractor.bin_width, force2D=True)


def test_a_masked_image_has_pyradiomics_own_numbers():
    rng = np.random.default_rng(1)
    image, mask = rng.normal(0, 50, (30, 24)), rng.random((30, 24)) < 0.4
    mask[:5] = False
    found = named(PyRadiomics(10.0), Image(image, mask=mask, spacing=(0.5, 2.0)))
    assert found == peer(image[None], mask[None], spacing=(2.0, 0.5, 1.0), binWidth=10.0, force2D=True)


def test_a_volume_has_pyradiomics_own_numbers():
    rng = np.random.default_rng(2)
    volume, mask = rng.integers(-100, 100, (7, 9, 11)), rng.random((7, 9, 11)) < 0.5
    found = named(PyRadiomics(20.0), Image(volume, mask=mask, spacing=(3.0, 1.0, 0.5)))
    assert found == peer(volume, mask, spacing=(0.5, 1.0, 3.0), binWidth=20.0)


@pytest.mark.parametrize("case", ["brain1", "breast1"])
def test_masked_volumes_have_the_numbers_that_pyradiomics_publishes(shared_data, tmp_path, case):
    image = published_image(shared_data, case)
    rows, settings = published_rows(shared_data, case)
    found = named(parameter_file(tmp_path, setting=settings, featureClass=dict.fromkeys(CLASSES)), image)
    assert len(rows) == sum(CLASSES.values())
    assert {name: pytest.approx(value, rel=1e-8, abs=1e-12) for name, value in rows.items()} == found


@pytest.mark.parametrize("variant", ["2d", "FBN", "normalization", "resampling", "resegmentation"])
def test_the_settings_of_a_parameter_file_have_the_effect_that_pyradiomics_publishes(shared_data, tmp_path, variant):
    image = published_image(shared_data, "breast1")
    rows, settings = published_rows(shared_data, f"breast1_{variant}", classes=("glcm",))
    found = named(parameter_file(tmp_path, setting=settings, featureClass={"glcm": None}), image)
    assert {name: pytest.approx(value, rel=1e-6) for name, value in rows.items()} == found


def test_a_parameter_file_with_the_default_settings_gives_the_default_numbers(tmp_path):
    image = Image(np.random.default_rng(3).integers(0, 256, (20, 30), dtype=np.uint8))
    from_file = parameter_file(tmp_path, setting={"binWidth": 8}, featureClass=dict.fromkeys(CLASSES))
    assert named(from_file, image) == named(PyRadiomics(8.0), image)


def test_filters_and_shapes_of_a_parameter_file_are_computed(tmp_path):
    image = Image(np.random.default_rng(3).integers(0, 256, (32, 32), dtype=np.uint8))
    filters = {"Original": {}, "Wavelet": {}, "LoG": {"sigma": [1.0]}, "Gradient": {}}
    found = named(parameter_file(tmp_path, imageType=filters), image)
    kinds = {name.split("_")[0] for name in found}
    assert {"original", "wavelet-LH", "log-sigma-1-0-mm-3D", "gradient"} <= kinds
    assert "original_shape2D_PixelSurface" in found
    assert not any("diagnostics" in name for name in found)
    assert np.isfinite([value for name, value in found.items() if "firstorder" in name]).all()


def test_a_slice_is_resampled_by_the_first_two_steps_of_a_parameter_file(tmp_path):
    image = Image(np.random.default_rng(3).integers(0, 256, (32, 32), dtype=np.uint8))
    rows = [
        named(parameter_file(tmp_path, setting={"resampledPixelSpacing": steps}, featureClass={"glcm": None}), image)
        for steps in ([2, 2, 2], [2, 2, 0], [1, 1, 1])
    ]
    assert rows[0] == rows[1] != rows[2]


def test_a_filter_that_pyradiomics_would_leave_out_is_a_usage_error(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="LBP2D needs packages that are not installed: skimage"):
        parameter_file(tmp_path, imageType={"LBP2D": {}})


def test_a_volume_under_a_parameter_file_is_padded_and_computed_in_three_dimensions(tmp_path):
    volume = np.random.default_rng(3).integers(0, 256, (6, 8, 7))
    extractor = parameter_file(tmp_path, setting={"binWidth": 20}, featureClass=dict.fromkeys(CLASSES))
    whole = np.pad(volume, 1, mode="edge"), np.pad(np.ones(volume.shape), 1)
    assert named(extractor, Image(volume)) == peer(*whole, binWidth=20)


def test_a_parameter_file_is_recorded_in_full_and_without_its_path(tmp_path):
    extractor = parameter_file(tmp_path, setting={"distances": [2]})
    parameters = extractor.describe(93).parameters
    assert parameters["setting"]["distances"] == [2]
    assert parameters["setting"]["binWidth"] == 25
    assert str(tmp_path) not in json.dumps(parameters)


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("text", ["setting: {binWith: 8}", "setting: [", "", "imageType: {Sharpened: {}}"])
def test_a_wrong_parameter_file_is_a_usage_error(tmp_path, text, engine_name, capfd):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"PyRadiomics parameter file.*params\.yaml"):
        Radiomics.build(Options(radiomics_params=path, radiomics_engine=engine_name))
    assert capfd.readouterr() == ("", "")


def test_an_absent_parameter_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="not there"):
        Radiomics.build(Options(radiomics_params=tmp_path / "params.yaml"))


def test_nothing_is_printed_and_the_callers_settings_are_put_back(capfd, recwarn):
    import SimpleITK

    logger, threads = logging.getLogger("radiomics"), SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads()
    level = logger.level
    PyRadiomics(8.0)(Image(np.random.default_rng(0).integers(0, 256, (20, 20))))
    PyRadiomics(8.0)(Image(np.full((20, 20), 7)))
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list
    assert (logger.level, SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads()) == (level, threads)


def test_a_flat_image_has_pyradiomics_own_numbers():
    image = np.full((12, 12), 40, dtype=np.uint8)
    found, expected = named(PyRadiomics(8.0), Image(image)), peer(*padded(image), binWidth=8.0, force2D=True)
    assert np.array_equal(list(found.values()), list(expected.values()), equal_nan=True)


def test_grey_stored_as_colour_gives_the_same_row():
    image = np.random.default_rng(0).integers(0, 256, (20, 20), dtype=np.uint8)
    colour = Image(np.stack([image] * 3, axis=-1), channels=3)
    assert np.array_equal(PyRadiomics(8.0)(Image(image)), PyRadiomics(8.0)(colour))


@pytest.mark.parametrize("region", [(slice(0), slice(0)), (slice(1), slice(1)), (slice(5), slice(1))])
def test_an_empty_region_a_point_and_a_line_are_refused(region):
    mask = np.zeros((9, 9), dtype=bool)
    mask[region] = True
    with pytest.raises(ValueError, match=r"region of interest is (empty|a point or a line)"):
        PyRadiomics(8.0)(Image(np.arange(81).reshape(9, 9), mask=mask))


@pytest.mark.parametrize("highest", [1e5, np.inf, np.nan])
def test_an_image_of_too_many_grey_levels_is_refused_instead_of_exhausting_the_memory(highest):
    image = np.random.default_rng(0).random((9, 9))
    image[3, 3] = highest
    with pytest.raises(ValueError, match="grey levels"):
        PyRadiomics(8.0)(Image(image))


@pytest.mark.parametrize(
    ("span", "whole", "width"), [(255, True, 8), (4095, True, 130), (20, True, 1), (1.0, False, 0.031), (0, True, 1)]
)
def test_the_median_image_has_about_32_grey_levels(span, whole, width):
    assert level_width(Intensities(0, 1, span, whole)) == pytest.approx(width)


def test_the_width_of_a_grey_level_is_learnt_from_the_real_set_and_recorded(make_set):
    images = [np.linspace(0, top, 64).reshape(8, 8).astype(np.uint16) for top in (900, 1000, 5000)]
    extractor = Radiomics().fit(make_set(images))
    assert extractor.bin_width == 31
    assert extractor.describe(93).parameters["setting"]["binWidth"] == 31
    with pytest.raises(ValueError, match="call fit"):
        replace(extractor, bin_width=None)(Image(images[0]))


@pytest.mark.parametrize(
    "error", [ModuleNotFoundError(name="radiomics"), ImportError("/home/someone/lib.so is broken")]
)
def test_without_pyradiomics_its_engine_is_an_error_that_names_the_remedy(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(engine, "version", fail)
    with pytest.raises(MissingDependencyError, match=r"make install.*or leave --radiomics-engine out") as raised:
        Radiomics.build(Options(radiomics_engine="pyradiomics"))
    assert "/home" not in str(raised.value)


def published_image(shared_data, case):
    import SimpleITK

    image, mask = (
        SimpleITK.ReadImage(str(shared_data / "pyradiomics_cases" / f"{case}_{part}.nrrd"))
        for part in ("image", "label")
    )
    pixels, region = SimpleITK.GetArrayFromImage(image), SimpleITK.GetArrayFromImage(mask) == 1
    return Image(pixels, spacing=image.GetSpacing()[::-1], mask=region, bit_depth=16)


def published_rows(shared_data, column, classes=tuple(CLASSES)):
    rows, settings = {}, {}
    for name in classes:
        path = shared_data / "pyradiomics_cases" / "baseline" / f"baseline_{name}.csv"
        with path.open(newline="") as file:
            table = {row["featureName"]: row[column] for row in csv.DictReader(file)}
        rows |= {key: float(value) for key, value in table.items() if key.startswith("original_")}
        given = ast.literal_eval(table["diagnostics_Configuration_Settings"])
        settings |= {key: value for key, value in given.items() if value is not None}
    return rows, settings
