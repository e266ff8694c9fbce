"""Auditing a generator's samples without writing them."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint

import numpy as np
import pytest
from PIL import Image

from gan_audit.__main__ import main
from gan_audit.data import generators, load_inputs
from gan_audit.errors import UsageError

RNG = np.random.default_rng(0)


class Noise:
    """Images of noise, labels in turn."""

    def sample(self, count, seed):
        drawn = np.random.default_rng(seed).integers(0, 256, (count, 8, 8)).astype(np.uint8)
        return [(image, "ab"[number % 2]) for number, image in enumerate(drawn)]


def opened(place):
    """The entry point of the tests: knows places called noise alone."""
    return Noise() if place.name == "noise" else None


def raising(place):
    """A loader that is broken."""
    raise ImportError("no module named magic")


@pytest.fixture
def known(monkeypatch):
    """known(value, ...): these entry points and no other."""

    def know(*values):
        points = [EntryPoint(f"p{number}", value, generators.GROUP) for number, value in enumerate(values)]
        monkeypatch.setattr(generators, "entry_points", lambda group: points)

    return know


@pytest.fixture
def real(tmp_path):
    folder = tmp_path / "real"
    folder.mkdir()
    rows = ["filename,label,patient_id"]
    for number in range(20):
        Image.fromarray(RNG.integers(0, 256, (8, 8)).astype(np.uint8)).save(folder / f"{number:06d}.png")
        rows.append(f"{number:06d}.png,{'ab'[number % 2]},p{number // 2}")
    (folder / "labels.csv").write_text("\n".join(rows))
    return folder


def test_samples_join_the_users_table_of_labels(known, real, tmp_path):
    known("tests.data.test_generators:raising", "tests.data.test_generators:opened")
    found = generators.sample(tmp_path / "noise", 12, 3, real / "labels.csv")
    inputs = load_inputs(real, found.items, labels=found.labels)
    assert [sample.label for sample in inputs.synthetic.samples] == list("abababababab")
    assert [sample.group for sample in inputs.real.samples][:3] == ["p0", "p0", "p1"]
    assert {sample.group for sample in inputs.synthetic.samples} == {None}
    again = generators.sample(tmp_path / "noise", 12, 3, None)
    assert again.labels is None
    assert all(np.array_equal(one, other) for (one, _), (other, _) in zip(found.items, again.items, strict=True))


def test_a_place_that_nobody_knows_is_refused_with_the_reason(known, tmp_path):
    known("tests.data.test_generators:raising", "tests.data.test_generators:opened")
    with pytest.raises(UsageError, match=r"gan-audit train.*no module named magic"):
        generators.open_generator(tmp_path / "elsewhere")


def test_the_command_audits_a_generator(known, real, tmp_path):
    known("tests.data.test_generators:opened")
    options = ["--real", real, "--labels", real / "labels.csv", "--embedding", "pixels", "--offline", "--quiet"]
    arguments = [*options, "--generator", tmp_path / "noise", "--samples", 16, "--out", tmp_path / "out", "--jobs", 1]
    assert main(["run", *map(str, arguments)]) in (0, 1, 3)
    found = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert found["inputs"]["synthetic"]["n_images"] == 16
    assert found["inputs"]["synthetic"]["classes"] == {"a": 8, "b": 8}


@pytest.mark.parametrize("extra", [[], ["--synthetic", "s", "--generator", "g"]])
def test_one_source_of_synthetic_images_is_needed(extra, real, tmp_path, capsys):
    assert main(["run", "--real", str(real), "--out", str(tmp_path / "out"), *extra]) == 2
    assert "--synthetic" in capsys.readouterr().err
