"""What a run leaves: files that say what it was told, pictures that can be looked at."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from gan_audit.errors import InputError
from tests.trainers.digits import train
from trainers.run import folder
from trainers.run.curves import Panel, curves_of, svg_of
from trainers.run.files import lines_of, read_json, write_json
from trainers.run.folder import open_run
from trainers.run.grids import write_grid


def test_a_run_says_what_it_was_told_and_what_it_saw(conditional, digits):
    run = open_run(conditional)
    labels = [row["label"] for row in csv.DictReader((digits / "labels.csv").open())]
    assert run.config.model == "cgan"
    assert run.config.labels == ("digit 0", "digit 1", "digit 2")
    assert run.facts["n_training_images"] == 48
    assert run.facts["classes"] == Counter(labels)
    assert "torch" in json.loads((conditional / "versions.json").read_text())
    wanted = {"README.txt", "checkpoints", "metrics.jsonl", "samples", "split.csv", "versions.json"}
    assert wanted <= {path.name for path in conditional.iterdir()}


def test_a_run_draws_its_samples(conditional):
    (picture,) = (conditional / "samples").glob("*.png")
    assert np.asarray(Image.open(picture)).std() > 0


def test_a_run_of_another_format_is_refused(conditional, tmp_path):
    config = read_json(conditional / "config.json", "")
    write_json(tmp_path / "config.json", {**config, "format": "99"})
    with pytest.raises(InputError, match="99"):
        open_run(tmp_path)


def test_json_holds_no_nan_and_a_torn_line_is_left_out(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"loss": float("nan")})
    assert not list(tmp_path.iterdir())
    (tmp_path / "log.jsonl").write_text('{"step": 1}\n{"step": 2}\n{"ste')
    assert [row["step"] for row in lines_of(tmp_path / "log.jsonl")] == [1, 2]


@pytest.mark.parametrize("shape", [(5, 1, 6, 6), (5, 3, 6, 7), (5, 1, 4, 6, 6)])
def test_a_grid_shows_every_image(shape, tmp_path):
    images = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    write_grid(tmp_path / "grid.png", images, columns=3)
    found = np.asarray(Image.open(tmp_path / "grid.png"))
    assert found.ndim == (3 if shape[1] == 3 else 2)
    factor = found.shape[1] // (3 * (shape[-1] + 1) + 1)
    assert factor >= 1
    middle = images[4] if len(shape) == 4 else images[4][:, shape[2] // 2]
    top, left = factor * (shape[-2] + 2), factor * (shape[-1] + 2)
    assert abs(found[top, left].mean() - (middle[:, 0, 0].mean() + 1) * 127.5) < 1


def test_curves_are_drawn_from_the_log():
    rows = [
        {"step": 50, "losses": {"generator": 1.0, "discriminator": 0.5}},
        {"step": 100, "losses": {"generator": 2.0, "discriminator": 0.4}},
        {"step": 100, "monitor": {"memorization_ratio": 0.9, "recall": None}},
    ]
    panels = curves_of(rows)
    assert [panel.title for panel in panels] == ["losses", "memorization ratio"]
    root = ET.fromstring(svg_of([*panels, Panel("a < b & c", {"x": [(0, 1)]})]))
    assert sum(path.get("stroke-width") == "1.8" for path in root.iter("{http://www.w3.org/2000/svg}path")) == 4
    assert "a < b & c" in [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert (
        len(curves_of([{"step": i, "losses": {"generator": 1.0}} for i in range(9000)])[0].lines["generator"]) == 9000
    )
    assert len(svg_of([Panel("long", {"x": [(i, i % 7) for i in range(9000)]})])) < 40_000
    assert curves_of([]) == []


def test_a_kill_while_a_run_is_created_leaves_nothing_in_its_way(digits, tmp_path, monkeypatch):
    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(folder, "versions", killed)
        patch.setattr(folder, "split_table", killed)
        with pytest.raises(KeyboardInterrupt):
            train(digits, tmp_path / "new" / "run", "gan", steps=1)
    assert not (tmp_path / "new").exists()
    (tmp_path / "empty").mkdir()
    train(digits, tmp_path / "empty", "gan", steps=1)
    assert open_run(tmp_path / "empty").config.model == "gan"
