"""The benchmark of the reference generators: its sets, its baselines, its tables, and going on where it stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.generators import runner
from benchmarks.generators.baselines import BASELINES
from benchmarks.generators.figures import spread_evenly
from benchmarks.generators.runner import Wanted, append, measure, rows
from benchmarks.generators.sets import Part, RealSet, digits, smaller
from benchmarks.generators.table import insert, table

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(0)


def part(count=40):
    return Part(RNG.integers(0, 256, (count, 8, 8)).astype(np.uint8), ["ab"[i % 2] for i in range(count)])


def test_the_halves_of_the_digits_are_apart_and_always_the_same():
    found, again = digits(Path()), digits(Path())
    assert len(found.training.images) + len(found.unseen.images) == 1797
    assert found.training.images.shape[1:] == (16, 16)
    assert np.array_equal(found.training.images, again.training.images)
    keys = [{image.tobytes() for image in half.images} for half in (found.training, found.unseen)]
    assert keys[0].isdisjoint(keys[1])


def test_an_image_half_as_large_holds_the_means():
    image = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    assert smaller(image).tolist() == [[[2, 4], [10, 12]]]


@pytest.mark.parametrize("name", BASELINES)
def test_baselines_have_the_means_of_what_they_learnt(name):
    given = part(200)
    found = BASELINES[name](given, 300, np.random.default_rng(0))
    assert found.shape == (300, 8, 8)
    assert found.dtype == np.uint8
    assert abs(found.mean() - given.images.mean()) < 10


def test_a_part_is_thinned_without_losing_its_labels():
    given = part(40)
    found = spread_evenly(given, 10)
    assert len(found.images) == len(found.labels) == 10
    known = {image.tobytes(): label for image, label in zip(given.images, given.labels, strict=True)}
    assert all(known[image.tobytes()] == label for image, label in zip(found.images, found.labels, strict=True))


def test_what_was_measured_is_not_measured_again(tmp_path, monkeypatch):
    measured = []

    def row(wanted, name, model, real, judge):
        measured.append(model)
        return {"frechet_ratio": 1.5}

    monkeypatch.setattr(runner, "_row", row)
    monkeypatch.setitem(runner.SETS, "toy", lambda data: RealSet(part(), part()))
    wanted = Wanted(tmp_path, tmp_path, ["toy"], ["gan", "vae"], 1.0)
    assert len(list(measure(wanted))) == len(BASELINES) + 2
    (tmp_path / "results.jsonl").open("a").write('{"set": "toy", "mod')
    assert list(measure(wanted)) == []
    append(tmp_path, {"set": "toy", "model": "wgan"})
    assert [one["model"] for one in rows(tmp_path)] == [*BASELINES, "gan", "vae", "wgan"]
    assert measured == [*BASELINES, "gan", "vae"]


def test_a_table_takes_its_place_in_a_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- measured: toy -->\nold\n<!-- end: toy -->\nafter\n")
    found = table([{"set": "toy", "model": "gan", "frechet_ratio": 1.234, "findings": ["low_fidelity"]}], "toy")
    insert(page, "toy", found)
    insert(page, "toy", found)
    text = page.read_text()
    assert text.count("| gan | 1.23 |") == 1
    assert "low fidelity" in text
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    with pytest.raises(ValueError, match="measured: other"):
        insert(page, "other", found)


def test_the_page_names_every_model_and_holds_every_mark():
    from trainers.presets import PRESETS

    text = (ROOT / "docs" / "generators.md").read_text()
    assert all(f"`{name}`" in text for name in PRESETS)
    assert all(f"<!-- measured: {name} -->" in text for name in ("digits", "phantoms", "pneumonia"))
