"""The torch engine against the NumPy one: numbers, undefined values, refusals, on the CPU and where there is CUDA."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gan_audit.radiomics.engine import batch
from gan_audit.radiomics.settings import RadiomicsSettings, parse
from gan_audit.radiomics.torch_engine import engine, groups
from tests.radiomics.peer import GREY, blob, texture
from tests.radiomics.test_batch import mixed
from tests.radiomics.test_equal import SETTINGS, sample
from tests.radiomics.test_hostile import regions
from tests.stand_in import NAME, switched_on

RULE = RadiomicsSettings(bin_width=9.0)
NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
DEVICES = ["cpu", pytest.param("cuda", marks=NO_GPU)]


def assert_twins(images, masks=None, spacings=None, rule=RULE, device="cpu", rtol=1e-9):
    """The same names, refusals and undefined values, and numbers within rtol of the NumPy engine's."""
    expected = batch(images, masks, spacings, rule)
    found = engine.batch(images, masks, spacings, rule, device)
    assert found.names == expected.names
    assert found.refused == expected.refused
    close = np.isclose(found.values, expected.values, rtol=rtol, atol=1e-12, equal_nan=True)
    wrong = [
        f"row {row}, {found.names[column]}: {found.values[row, column]!r}, NumPy {expected.values[row, column]!r}"
        for row, column in np.argwhere(~close)
    ]
    assert not wrong, "\n".join(wrong[:20])
    return found


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_93_features_are_those_of_the_numpy_engine(axes, setting, device):
    images, masks, spacings = (list(column) for column in zip(*sample(axes), strict=True))
    rule = parse({"setting": setting, "featureClass": GREY})
    found = assert_twins(images * 2, masks + [None] * 2, spacings * 2, rule, device)
    assert np.isfinite(found.values).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_of_a_volume_are_kept_apart(axis):
    images, masks, spacings = (list(column) for column in zip(*sample(3), strict=True))
    setting = {"binWidth": 10, "force2D": True, "force2Ddimension": axis, "distances": [1, 2]}
    assert_twins(images, masks, spacings, parse({"setting": setting, "featureClass": GREY}))


def test_filters_shapes_and_single_classes_come_out_alike():
    images, masks, spacings = (list(column) for column in zip(*sample(3), strict=True))
    some = {"firstorder": ["Mean"], "glszm": ["ZoneEntropy"], "shape": None}
    filters = {"Original": {}, "Wavelet": {}, "LoG": {"sigma": [1.0], "binWidth": 5}}
    found = assert_twins(images, masks, spacings, parse({"imageType": filters, "featureClass": some}))
    assert len(found.names) == 14 + 2 * 10


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("kind", ["noise", "constant", "two levels", "checkerboard"])
def test_hostile_regions_are_taken_alike(axes, kind, device):
    rng = np.random.default_rng(0)
    masks = [*regions(axes).values(), None]
    shape = masks[0].shape
    values = {
        "noise": rng.integers(0, 100, shape),
        "constant": np.full(shape, 42),
        "two levels": rng.integers(0, 2, shape) * 30,
        "checkerboard": np.indices(shape).sum(axis=0) % 2 * 30,
    }[kind].astype(float)
    spacings = [(1.5, 0.7, 1.0)[:axes]] * len(masks)
    for setting in ({}, {"minimumROIDimensions": 1}, {"minimumROIDimensions": 1, "weightingNorm": "euclidean"}):
        rule = parse({"setting": {"binWidth": 10, **setting}, "featureClass": GREY})
        assert_twins([values] * len(masks), masks, spacings, rule, device)


@st.composite
def small_cases(draw):
    """Images of one number of axes with regions of any form, and settings."""
    axes = draw(st.sampled_from([2, 3]))
    cases = []
    for _ in range(draw(st.integers(1, 3))):
        shape = tuple(draw(st.lists(st.integers(1, 5), min_size=axes, max_size=axes)))
        size = int(np.prod(shape))
        levels = draw(st.lists(st.integers(0, draw(st.sampled_from([0, 1, 3, 40]))), min_size=size, max_size=size))
        inside = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        mask = np.array(inside).reshape(shape) if draw(st.booleans()) else None
        cases.append((np.array(levels, dtype=float).reshape(shape) * 10 + 5, mask, (1.5, 0.7, 1.0)[:axes]))
    setting = {
        "minimumROIDimensions": 1,
        "distances": draw(st.sampled_from([[1], [2], [1, 3]])),
        "weightingNorm": draw(st.sampled_from([None, "manhattan", "infinity"])),
        "symmetricalGLCM": draw(st.booleans()),
        "gldm_a": draw(st.integers(0, 2)),
        **draw(st.sampled_from([{"binWidth": 10}, {"binCount": 3}, {"binWidth": 3.3}])),
    }
    return cases, {"setting": setting, "featureClass": GREY}


@settings(max_examples=150, derandomize=True, suppress_health_check=list(HealthCheck))
@given(small_cases())
def test_any_small_region_is_taken_alike(drawn):
    cases, content = drawn
    assert_twins(*(list(column) for column in zip(*cases, strict=True)), parse(content))


@pytest.mark.parametrize("device", DEVICES)
def test_order_and_block_size_change_nothing_but_rounding(monkeypatch, device):
    images, masks = mixed()
    before = engine.batch(images, masks, settings=RULE, device=device).values
    assert np.array_equal(before, engine.batch(images, masks, settings=RULE, device=device).values, equal_nan=True)
    order = np.random.default_rng(1).permutation(len(images))
    for most in (1, 1 << 20):
        monkeypatch.setitem(groups.BYTES, device, most)
        after = engine.batch([images[i] for i in order], [masks[i] for i in order], settings=RULE, device=device)
        assert np.allclose(before[order], after.values, rtol=1e-11, atol=1e-13, equal_nan=True)


def test_blocks_are_halved_where_memory_runs_out_and_one_region_goes_to_the_numpy_engine(monkeypatch, caplog):
    images = [texture(np.random.default_rng(seed), 20, 20) for seed in range(7)]
    expected, compute, seen = batch(images, settings=RULE), engine.CLASSES["gldm"], []

    def tight(grid):
        seen.append(len(grid.regions))
        if len(grid.regions) > 2 or any(region.values[0, 0, 0] == images[3][0, 0] for region in grid.regions):
            raise torch.OutOfMemoryError("planted")
        return compute(grid)

    monkeypatch.setitem(engine.CLASSES, "gldm", tight)
    with caplog.at_level(logging.DEBUG):
        found = engine.batch(images, settings=RULE, device="cpu")
    assert np.allclose(found.values, expected.values, rtol=1e-9)
    assert np.array_equal(found.values[3], expected.values[3])
    assert max(seen) > 2 >= sorted(seen)[0] >= 1
    assert "no memory" in caplog.text


@pytest.mark.parametrize(
    "rule", [RULE, replace(RULE, distances=(1, 2), shift=5.0), replace(RULE, weighting="euclidean", symmetrical=False)]
)
def test_on_another_device_nothing_is_mixed_with_the_cpu(monkeypatch, rule):
    monkeypatch.setitem(groups.BYTES, NAME, 1 << 24)
    images, masks = mixed(6)
    lines = np.zeros((9, 10), dtype=bool)
    lines[::2, ::2] = True
    images, masks = [*images, np.full((12, 12), 42.0), np.arange(90.0).reshape(9, 10)], [*masks, None, lines]
    expected = batch(images, masks, settings=rule)
    with switched_on():
        found = engine.batch(images, masks, settings=rule, device=NAME)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-9, atol=1e-12)


def test_the_other_device_refuses_what_cuda_refuses():
    with switched_on():
        away = torch.arange(3, device=NAME)
        assert (away + 1).cpu().tolist() == [1, 2, 3]
        with pytest.raises(RuntimeError, match="mixes"):
            away + torch.arange(3)
        with pytest.raises(RuntimeError, match="integers"):
            away[None] @ away[:, None]
        with pytest.raises(RuntimeError):
            away.numpy()


def test_every_region_is_in_one_group_with_room_for_it(monkeypatch):
    monkeypatch.setitem(groups.BYTES, "cpu", 1 << 18)
    cut = []
    images, masks = mixed(30)
    engine.numpy_engine.batch(images, masks, settings=RULE, grey=lambda regions, *_: cut.extend(regions) or {})
    made = list(groups.groups(cut, RULE, "cpu"))
    assert sorted(place for group in made for place in group.places) == list(range(30))
    for group in made:
        assert len(group.places) == 1 or len(group.places) * groups.bytes_of(group.shape, group.top, RULE) <= 1 << 18
        for place in group.places:
            assert cut[place].levels <= group.top
            assert all(
                one <= room < 2 * one + 4 for one, room in zip(cut[place].values.shape, group.shape, strict=True)
            )


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("folder", ["mednist6", "pneumoniamnist_train", "cxr_pediatric", "bccd_cells"])
def test_real_images_have_the_numbers_of_the_numpy_engine(shared_data, folder, device):
    from PIL import Image

    rng = np.random.default_rng(0)
    paths = sorted((shared_data / folder / "images").rglob("*.*"))[::97][:6]
    images = [np.asarray(Image.open(path).convert("L"), dtype=np.float64)[:64, :64] for path in paths]
    masks = [blob(rng, *image.shape) if i % 2 else None for i, image in enumerate(images)]
    assert_twins(images, masks, rule=RadiomicsSettings(bin_width=8.0), device=device)
