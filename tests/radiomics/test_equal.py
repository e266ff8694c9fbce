"""Every feature against PyRadiomics, settings and filters one by one."""

from __future__ import annotations

import numpy as np
import pytest

from gan_audit.radiomics.engine import batch
from gan_audit.radiomics.settings import RadiomicsSettings
from tests.radiomics.peer import GREY, assert_close, assert_equal, blob, peer, texture

STEPS = {2: (0.8, 1.3), 3: (2.0, 0.8, 1.3)}
SETTINGS = [
    {"binWidth": 10},
    {"binWidth": 7.7, "voxelArrayShift": 300},
    {"binCount": 16},
    {"binWidth": 10, "distances": [1, 3]},
    {"binWidth": 10, "distances": [2], "gldm_a": 2, "symmetricalGLCM": False},
    {"binWidth": 10, "weightingNorm": "euclidean"},
    {"binWidth": 10, "weightingNorm": "manhattan"},
    {"binWidth": 10, "weightingNorm": "infinity"},
    {"binWidth": 10, "weightingNorm": "no_weighting"},
    {"binWidth": 0.2, "normalize": True, "removeOutliers": 1.5, "normalizeScale": 2.0},
    {"binWidth": 10, "resegmentRange": [60, 160]},
    {"binWidth": 10, "resegmentRange": [0.2, 0.7], "resegmentMode": "relative"},
    {"binWidth": 10, "resegmentRange": [-1.0], "resegmentMode": "sigma"},
]


def sample(axes, seed=0):
    rng = np.random.default_rng(seed)
    shape = {2: (41, 32), 3: (11, 18, 15)}[axes]
    return [(texture(rng, *shape), blob(rng, *shape), STEPS[axes]) for _ in range(2)]


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_93_features_are_pyradiomics_own(axes, setting):
    assert_equal(sample(axes), {"setting": setting, "featureClass": GREY})


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_of_a_volume_are_kept_apart_by_force2d(axis):
    content = {"setting": {"binWidth": 10, "force2D": True, "force2Ddimension": axis}, "featureClass": GREY}
    assert_equal(sample(3), content)


@pytest.mark.parametrize(("axes", "steps"), [(2, [1.0, 1.1]), (3, [1.0, 0.0, 1.5])])
@pytest.mark.parametrize("interpolator", ["sitkBSpline", "sitkLinear"])
def test_resampled_images_have_pyradiomics_own_numbers(axes, steps, interpolator):
    setting = {"binWidth": 10, "resampledPixelSpacing": steps, "interpolator": interpolator}
    assert_equal(sample(axes), {"setting": setting, "featureClass": GREY})


@pytest.mark.parametrize("axes", [2, 3])
def test_filters_have_pyradiomics_own_names_and_numbers(axes):
    kinds = ("Original", "Wavelet", "Square", "SquareRoot", "Logarithm", "Exponential", "Gradient")
    filters = {kind: {} for kind in kinds} | {"LoG": {"sigma": [1.0, 2.5], "binWidth": 5}}
    some = {"firstorder": None, "glcm": ["Contrast", "MCC"], "glszm": ["ZoneEntropy"]}
    content = {"setting": {"binWidth": 10, "preCrop": True}, "imageType": filters, "featureClass": some}
    assert_equal(sample(axes)[:1], content)


def test_wavelets_of_several_levels_keep_their_names():
    setting = {"binWidth": 10, "wavelet": "haar", "level": 2, "start_level": 1}
    assert_equal(
        sample(2), {"setting": setting, "imageType": {"Wavelet": {}}, "featureClass": {"firstorder": ["Mean"]}}
    )


def test_shapes_of_ragged_and_plain_regions_are_pyradiomics_own():
    rng = np.random.default_rng(3)
    box, sheet = np.zeros((2, 7, 8, 9), dtype=bool)
    box[2:5, 1:4, 2:6] = sheet[2, 1:4, 2:6] = True
    ragged = [rng.random((7, 8, 9)) < share for share in (0.1, 0.3, 0.5, 0.7, 0.95)]
    cases = [(rng.normal(size=(7, 8, 9)), mask, (0.5, 2.0, 1.1)) for mask in (*ragged, box, sheet)]
    assert_equal(cases, {"featureClass": {"shape": None}})
    flat = [(values[3], mask[2], (2.0, 1.1)) for values, mask, _ in cases]
    assert_equal(flat, {"featureClass": {"shape2D": None}})


def test_a_parameter_file_without_sections_means_all_classes():
    assert_equal(sample(2)[:1], {"setting": {"binWidth": 10}})
    assert_equal(sample(3)[:1], {"setting": {"binWidth": 10}})


@pytest.mark.parametrize("folder", ["mednist6", "pneumoniamnist_train", "cxr_pediatric", "bccd_cells"])
def test_real_images_have_pyradiomics_own_numbers(shared_data, folder):
    from PIL import Image

    paths = sorted((shared_data / folder / "images").rglob("*.*"))[::97][:6]
    images = [np.asarray(Image.open(path).convert("L"), dtype=np.float64)[:64, :64] for path in paths]
    assert images
    found = batch(images, settings=RadiomicsSettings(bin_width=8.0))
    for row, image in enumerate(images):
        padded, mask = np.pad(image, 1, mode="edge"), np.pad(np.ones(image.shape, dtype=bool), 1)
        expected = peer(padded, mask, (1.0, 1.0), {"setting": {"binWidth": 8.0}, "featureClass": GREY})
        assert_close(dict(zip(found.names, found.values[row], strict=True)), expected, paths[row].name)
