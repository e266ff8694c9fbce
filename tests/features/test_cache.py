from __future__ import annotations

import os
import stat
from dataclasses import replace

import numpy as np
import pytest

from gan_audit.errors import UsageError
from gan_audit.features import extract, tables


@pytest.fixture
def fixed(moments):
    class Fixed(moments):
        """Learns nothing from the real set, so that two audits share its cache."""

        def fit(self, real):
            return self

    return Fixed


def values(tables, space="moments", role="real"):
    return tables[space][role].values


def test_a_second_run_computes_nothing(flat, tmp_path, moments):
    sets = {"real": flat([1, 2, 3]), "synthetic": flat([4], "synthetic")}
    first = extract(sets, [moments()], cache=tmp_path / "cache")
    extractor = moments(refused=(1.0, 2.0, 3.0, 4.0))
    second = extract(sets, [extractor], cache=tmp_path / "cache", jobs=1)
    assert extractor.calls == []
    assert np.array_equal(values(first), values(second))
    assert second["moments"]["real"].names == ("mean", "max")


def test_a_second_run_reads_no_image(flat, tmp_path, moments):
    real = flat([1, 2])
    extract({"real": real}, [moments()], cache=tmp_path)
    extract({"real": replace(real, read=lambda sample: pytest.fail("read"))}, [moments()], cache=tmp_path, jobs=1)


def test_a_larger_set_computes_what_is_new(flat, tmp_path, moments):
    extract({"real": flat([1, 2])}, [moments()], cache=tmp_path)
    extractor = moments()
    found = values(extract({"real": flat([3, 2, 1])}, [extractor], cache=tmp_path, jobs=1))
    assert extractor.calls == [3]
    assert found.tolist() == [[2, 3], [1, 2], [0, 1]]


@pytest.mark.parametrize("change", [{"revision": 2}, {"name": "other"}])
def test_another_revision_or_name_computes_again(flat, tmp_path, change, moments):
    extract({"real": flat([1, 2])}, [moments()], cache=tmp_path)
    extractor = moments(**change)
    extract({"real": flat([1, 2])}, [extractor], cache=tmp_path, jobs=1)
    assert sorted(extractor.calls) == [1, 2]


def test_other_parameters_learnt_from_the_real_set_compute_again(flat, tmp_path, moments):
    extract({"real": flat([1, 2])}, [moments()], cache=tmp_path)
    found = values(extract({"real": flat([2, 5])}, [moments()], cache=tmp_path))
    assert found.tolist() == [[0, 2], [3, 5]]


def test_a_row_that_failed_is_tried_again(flat, tmp_path, moments):
    extract({"real": flat([1, 2])}, [moments(refused=(2.0,))], cache=tmp_path)
    assert values(extract({"real": flat([1, 2])}, [moments()], cache=tmp_path)).tolist() == [[0, 1], [1, 2]]


def test_a_row_of_undefined_features_is_kept(flat, tmp_path, monkeypatch, moments):
    monkeypatch.setattr(moments, "__call__", lambda self, image: np.full(2, np.nan))
    extract({"real": flat([1, 2])}, [moments()], cache=tmp_path, jobs=1)
    monkeypatch.setattr(moments, "__call__", lambda self, image: pytest.fail("computed"))
    assert np.isnan(values(extract({"real": flat([1, 2])}, [moments()], cache=tmp_path, jobs=1))).all()


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "text", "pickled", "other shape"])
def test_a_damaged_file_is_computed_again_and_replaced(flat, tmp_path, damage, caplog, moments):
    sets = {"real": flat(range(1, 40))}
    expected = values(extract(sets, [moments()], cache=tmp_path))
    (shard,) = tmp_path.glob("*/*.npz")
    sound = shard.read_bytes()
    damaged = {
        "empty": b"",
        "cut": sound[: len(sound) // 2],
        "flipped": sound[: len(sound) // 2] + bytes([sound[len(sound) // 2] ^ 255]) + sound[len(sound) // 2 + 1 :],
        "text": b"no features here",
    }
    shard.write_bytes(damaged.get(damage, sound))
    if damage == "pickled":
        np.savez(shard, digests=np.array(["a"]), values=np.array([[{}]]), names=np.array(["x"]))
    if damage == "other shape":
        np.savez(shard, digests=np.array(["a"]), values=np.zeros((2, 2)), names=np.array(["x"]))
    assert np.array_equal(values(extract(sets, [moments()], cache=tmp_path)), expected)
    assert "damaged" in caplog.text
    assert [path.name for path in tmp_path.glob("*/*")] == [shard.name]
    extract(sets, [moments(refused=tuple(range(1, 40)))], cache=tmp_path)
    assert shard.read_bytes() == sound


def test_the_cache_is_for_its_owners_eyes_and_names_no_image(flat, tmp_path, moments):
    extract({"real": flat([1, 2])}, [moments()], cache=tmp_path / "cache")
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "cache", *(tmp_path / "cache").rglob("*"))}
    assert sorted(modes.values()) == [0o600, 0o700, 0o700]
    assert not any(b"image0" in path.read_bytes() for path in modes if path.is_file())


def test_an_interrupted_run_keeps_what_it_had(flat, tmp_path, monkeypatch, moments):
    monkeypatch.setattr(tables, "GROUP", 8)
    monkeypatch.setattr(tables, "SHARES", 1)
    real = flat(range(1, 30))
    late = sorted(real.samples, key=lambda sample: sample.digest)[20].high

    def call(self, image):
        if image.pixels.max() == late:
            raise KeyboardInterrupt
        return np.zeros(2)

    monkeypatch.setattr(moments, "__call__", call)
    with pytest.raises(KeyboardInterrupt):
        extract({"real": real}, [moments()], cache=tmp_path, jobs=1)
    kept = sum(len(np.load(path)["digests"]) for path in tmp_path.glob("*/*.npz"))
    assert kept == 16  # of 20: whole groups are handed over


def test_two_writers_of_one_folder_do_not_disturb_each_other(flat, tmp_path, monkeypatch, moments, fixed):
    other = flat([3, 4])
    compute = moments.__call__

    def call(self, image):
        monkeypatch.setattr(moments, "__call__", compute)
        extract({"real": other}, [fixed()], cache=tmp_path, jobs=1)
        return compute(self, image)

    monkeypatch.setattr(moments, "__call__", call)
    extract({"real": flat([1, 2])}, [fixed()], cache=tmp_path, jobs=1)
    extractor = fixed()
    found = values(extract({"real": flat([1, 2, 3, 4])}, [extractor], cache=tmp_path, jobs=1))
    assert extractor.calls == []
    assert found[:, 1].tolist() == [1, 2, 3, 4]


def test_a_cache_that_cannot_be_made_is_a_usage_error(flat, tmp_path, moments):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="feature cache"):
        extract({"real": flat([1])}, [moments()], cache=tmp_path / "file" / "cache")


def test_a_full_disk_costs_the_cache_and_not_the_audit(flat, tmp_path, monkeypatch, caplog, moments):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    assert values(extract({"real": flat([1, 2])}, [moments()], cache=tmp_path)).tolist() == [[0, 1], [1, 2]]
    assert "No space left" in caplog.text
    assert list(tmp_path.glob("*/*")) == []
