"""The space `radiomics` on a device: which engine, under which name and key, in which blocks, with which numbers."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch

from gan_audit.demo.phantoms import sound
from gan_audit.errors import UsageError
from gan_audit.features import build_extractors, extract
from gan_audit.features.base import BatchExtractor, Options, WideBatchExtractor
from gan_audit.features.cache import cache_key
from gan_audit.features.radiomics.extractor import Radiomics
from gan_audit.radiomics.torch_engine import engine
from gan_audit.types import Image

REFUSED = Image(np.arange(64 * 64).reshape(64, 64), mask=np.zeros((64, 64), dtype=bool))


@pytest.fixture(scope="module")
def images():
    """Phantoms, one of them masked, one refused, one of an odd size."""
    drawn = [np.asarray(image) for image in sound(["homogeneous", "speckled"] * 7, np.random.default_rng(0)).images]
    mask = np.zeros(drawn[0].shape, dtype=bool)
    mask[10:50, 12:40] = True
    return [Image(drawn[0], mask=mask, spacing=(0.7, 1.4)), REFUSED, Image(drawn[1][:41, :33]), *map(Image, drawn[2:])]


@pytest.fixture
def device_is_the_cpu(monkeypatch):
    """The torch engine computes on the CPU whatever device is asked for; returns the numbers of images it was given."""
    given, batch = [], engine.batch

    def moved(images, *rest, device):
        assert device == "cuda"
        given.append(len(images))
        return batch(images, *rest, device="cpu")

    monkeypatch.setattr(engine, "batch", moved)
    return given


def test_it_runs_where_torch_sees_cuda_and_by_auto_only_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert Radiomics.build(Options()).device == Radiomics.build(Options(device="auto")).device == "cpu"
    with pytest.raises(UsageError, match="torch finds none; use --device cpu"):
        Radiomics.build(Options(device="cuda"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert Radiomics.build(Options(device="cuda")).device == Radiomics.build(Options(device="auto")).device == "cuda"
    assert Radiomics.build(Options(device="cpu")).device == "cpu"
    made, _ = build_extractors(["radiomics"], weights={}, radiomics_params=None, device="auto", offline=True)
    assert [extractor.device for extractor in made] == ["cuda"]


def test_pyradiomics_stays_on_the_cpu(monkeypatch):
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert Radiomics.build(Options(device="cuda", radiomics_engine="pyradiomics")).device == "cpu"


def test_the_device_and_the_engine_are_recorded_and_in_the_cache_key():
    here, there = (Radiomics(8.0, device=device).describe(93) for device in ("cpu", "cuda"))
    assert (here.parameters["device"], there.parameters["device"]) == ("cpu", "cuda")
    assert "torch" not in here.extractor
    assert "in torch, revision 1" in there.extractor
    assert cache_key(here, 2) != cache_key(there, 2)


def test_an_audit_s_table_is_that_of_the_cpu(images, make_set, device_is_the_cpu, caplog):
    sets = {"real": make_set(images), "synthetic": make_set(images[3:6], "synthetic")}
    expected = extract(sets, [Radiomics()], jobs=1)["radiomics"]
    assert not device_is_the_cpu
    with caplog.at_level(logging.WARNING):
        found = extract(sets, [Radiomics(device="cuda")], jobs=2)["radiomics"]
    assert device_is_the_cpu[0] == len(images)
    assert "No radiomics features of 1 images, mostly: ValueError: The region of interest is empty." in caplog.text
    for role, table in expected.items():
        assert found[role].names == table.names
        np.testing.assert_allclose(found[role].values, table.values, rtol=1e-9, atol=1e-12)
    assert np.isnan(found["real"].values).all(axis=1).nonzero()[0].tolist() == [1]
    assert found["real"].repeatability == pytest.approx(expected["real"].repeatability, abs=1e-6)


def test_it_takes_as_many_images_at_a_time_as_keep_a_device_busy(images, make_set, device_is_the_cpu, monkeypatch):
    made = Radiomics(8.0, device="cuda")
    assert isinstance(made, BatchExtractor)
    assert isinstance(made, WideBatchExtractor)
    monkeypatch.setattr(Radiomics, "voxels_at_once", 5 * 64 * 64)
    monkeypatch.setattr(Radiomics, "follows_region", False)
    extract({"real": make_set(images[3:])}, [made], jobs=1)
    assert device_is_the_cpu == [5, 5, 2]


def test_slices_and_volumes_go_together(device_is_the_cpu):
    rng = np.random.default_rng(0)
    given = [Image(rng.integers(0, 255, shape)) for shape in ((20, 20), (6, 12, 12), (1, 20, 20))]
    here, there = (replace(Radiomics(25.0), device=device).together(given) for device in ("cpu", "cuda"))
    np.testing.assert_allclose(there, here, rtol=1e-9)
    assert sorted(device_is_the_cpu) == [1, 2]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
def test_on_cuda_the_table_is_that_of_the_cpu(images, make_set):
    sets = {"real": make_set(images)}
    here, there = (extract(sets, [Radiomics(device=device)])["radiomics"]["real"] for device in ("cpu", "cuda"))
    np.testing.assert_allclose(there.values, here.values, rtol=1e-9, atol=1e-12)
