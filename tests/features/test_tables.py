from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from gan_audit.errors import InputError
from gan_audit.features import build_extractors, extract
from gan_audit.features.base import BatchExtractor, Extractor


@pytest.fixture
def on_device(moments):
    @dataclass
    class OnDevice(moments):
        """The same on an accelerator that refuses batches with the listed means."""

        device: str = "cuda"
        batches: list[int] = field(default_factory=list)

        def batch(self, images):
            self.batches.append(len(images))
            return np.stack([self(image) for image in images])

    return OnDevice


def values(tables, space="moments", role="real"):
    return tables[space][role].values


def test_the_protocol_is_met(moments, on_device):
    assert isinstance(moments(), Extractor)
    assert not isinstance(moments(), BatchExtractor)
    assert isinstance(on_device(), BatchExtractor)


def test_row_i_belongs_to_sample_i(flat, moments):
    sets = {"real": flat([3, 1, 2]), "synthetic": flat([5, 1], "synthetic")}
    tables = extract(sets, [moments()])
    assert values(tables).tolist() == [[2, 3], [0, 1], [1, 2]]
    assert values(tables, role="synthetic").tolist() == [[4, 5], [0, 1]]
    table = tables["moments"]["synthetic"]
    assert (table.role, table.names, table.samples) == ("synthetic", ("mean", "max"), sets["synthetic"].samples)
    assert (table.space.dimension, dict(table.space.parameters)) == (2, {"offset": 1.0})


def test_the_order_of_the_samples_moves_rows_and_nothing_else(flat, moments):
    real = flat([3, 1, 2])
    turned = replace(real, samples=real.samples[::-1])
    found = (values(extract({"real": images}, [moments()])) for images in (real, turned))
    assert np.array_equal(next(found), next(found)[::-1])


def test_equal_images_are_computed_once(flat, moments):
    extractor = moments()
    tables = extract({"real": flat([1, 2, 1]), "synthetic": flat([2, 2], "synthetic")}, [extractor], jobs=1)
    assert sorted(extractor.calls) == [1, 2]
    assert values(tables, role="synthetic").tolist() == [[1, 2], [1, 2]]


def test_each_image_is_read_once_for_all_spaces(flat, moments):
    real, reads = flat([1, 2, 3]), Counter()

    def read(sample):
        reads[sample.id] += 1
        return real.read(sample)

    extract({"real": replace(real, read=read)}, [moments(), moments("again")], jobs=1)
    learning_the_names = 1
    assert reads.total() == 3 + learning_the_names


def test_an_image_that_one_space_cannot_take_is_a_row_of_nan_there(flat, caplog, moments):
    with caplog.at_level(logging.WARNING):
        tables = extract({"real": flat([1, 2, 3])}, [moments(refused=(2.0,)), moments("sound")])
    assert np.isnan(values(tables)).all(axis=1).tolist() == [False, True, False]
    assert np.isfinite(values(tables, "sound")).all()
    assert "No moments features of 1 images, mostly: ArithmeticError: refused" in caplog.text
    assert "image0001" not in caplog.text


def test_a_space_that_takes_no_image_is_a_table_of_nan(flat, moments):
    assert np.isnan(values(extract({"real": flat([1, 2])}, [moments(refused=(1.0, 2.0))]))).all()


def test_infinite_features_and_wrong_lengths_are_nan(flat, monkeypatch, moments):
    monkeypatch.setattr(
        moments, "__call__", lambda self, image: np.array([np.inf, 1] if image.pixels.max() < 2 else [1])
    )
    found = values(extract({"real": flat([1, 2])}, [moments()], jobs=1))
    assert np.array_equal(found, [[np.nan, 1], [np.nan, np.nan]], equal_nan=True)


def test_an_image_that_cannot_be_read_any_more_is_an_input_error(flat, moments):
    def read(sample):
        raise FileNotFoundError("gone")

    with pytest.raises(InputError, match=r"read image0000 \(synthetic\) again"):
        extract({"real": flat([1]), "synthetic": replace(flat([2], "synthetic"), read=read)}, [moments()], jobs=1)


def test_no_real_image_is_an_input_error(flat, moments):
    with pytest.raises(InputError, match="readable real image"):
        extract({"real": flat([])}, [moments()])


def test_progress_counts_every_image(flat, moments):
    seen = []

    class Bar:
        def stage(self, title, total):
            seen.append((title, total))
            return self

        def __enter__(self):
            return seen.append

        def __exit__(self, *_):
            pass

    extract({"real": flat(range(1, 12))}, [moments()], jobs=1, progress=Bar())
    assert seen == [("Computing features", 11), *[1] * 11]


def test_real_spaces_give_the_same_bits_in_one_process_and_in_two(make_set):
    pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    rng = np.random.default_rng(0)
    sets = {"real": make_set([rng.integers(0, 256, (24, 31), dtype=np.uint8) for _ in range(8)])}
    names = ["radiomics", "pixels", "random-conv"]
    extractors, missing = build_extractors(names, weights={}, radiomics_params=None, device="cpu", offline=True)
    one, two = (extract(sets, extractors, jobs=jobs) for jobs in (1, 2))
    assert (list(one), missing) == (names, [])
    for name in names:
        assert np.isfinite(values(one, name)).all()
        assert np.array_equal(values(one, name), values(two, name))


def test_on_an_accelerator_images_go_in_batches_and_a_refused_batch_one_by_one(flat, moments, on_device):
    extractor = on_device(refused=(70.0,))
    found = values(extract({"real": flat(range(1, 101))}, [extractor, moments("other")], jobs=1))
    assert extractor.batches == [64, 36]
    assert np.isnan(found).all(axis=1).nonzero()[0].tolist() == [69]
    assert found[50].tolist() == [50, 51]


def test_on_the_cpu_batches_are_never_used(flat, on_device):
    extractor = on_device(device="cpu")
    extract({"real": flat([1, 2])}, [extractor], jobs=1)
    assert extractor.batches == []
