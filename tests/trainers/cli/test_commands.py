"""The commands as a user meets them: exit codes, one clear message, no torch before there is work."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from gan_audit.__main__ import main
from gan_audit.cli import app
from trainers.cli import commands

NAMES = ("train", "generate", "augment", "export")


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    """The commands, also where the installed metadata is older than the entry points."""
    there = {command.name for command in app.app.registered_commands}
    monkeypatch.setattr(app.app, "registered_commands", list(app.app.registered_commands))
    for name in set(NAMES) - there:
        app.app.command(name)(getattr(commands, name))


def run(*arguments):
    return main([str(argument) for argument in arguments])


SMALL = ("--width", 4, "--latent", 8, "--batch", 8, "--quiet")


def test_train_generate_and_export_work_together(digits, tmp_path, capsys):
    options = ("--data", digits, "--labels", digits / "labels.csv")
    assert run("train", "--model", "cgan", *options, "--out", tmp_path / "run", "--steps", 2, *SMALL) == 0
    wishes = ("--per-class", "digit 1=3", "--per-class", "digit 0=1")
    assert run("generate", "--run", tmp_path / "run", *wishes, "--out", tmp_path / "set") == 0
    assert "4 images" in capsys.readouterr().out
    found = json.loads((tmp_path / "set" / "provenance.json").read_text())
    assert [image["label"] for image in found["images"]] == ["digit 0"] + 3 * ["digit 1"]
    assert run("export", "--run", tmp_path / "run", "--out", tmp_path / "g.pt") == 0
    assert run("augment", *options, "--modality", "cells", "--n", 3, "--out", tmp_path / "more", "--quiet") == 0
    assert len(list((tmp_path / "more").rglob("*.png"))) == 3


def test_folds_are_trained_one_after_the_other_and_sampled_together(digits, tmp_path):
    options = ("--data", digits, "--labels", digits / "labels.csv", "--out", tmp_path / "runs", "--steps", 1, *SMALL)
    assert run("train", "--model", "gan", *options, "--folds", 2, "--fold", 2) == 0
    assert run("generate", "--run", tmp_path / "runs", "--folds", "--n", 2, "--out", tmp_path / "early") == 4
    assert run("train", "--model", "gan", *options, "--folds", 2) == 0
    assert run("generate", "--run", tmp_path / "runs", "--folds", "--n", 2, "--out", tmp_path / "sets") == 0
    assert sorted(path.name for path in (tmp_path / "sets").iterdir()) == ["fold-1", "fold-2"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--model", "dcgam"), 2, "Did you mean dcgan"),
        (("--model", "gan", "--objective", "hing"), 2, "Did you mean hinge"),
        (("--model", "gan", "--size", "2"), 2, "--size"),
        (("--model", "gan", "--size", "8x8x8"), 2, "3"),
        (("--model", "gan", "--fold", "2"), 2, "--folds"),
        (("--model", "gan", "--folds", "1"), 2, "at least 2"),
        (("--model", "gan", "--folds", "40"), 4, "patients"),
        (("--model", "gan", "--channels", "2"), 2, "1 or 3"),
        (("--model", "gan", "--augment", "blur"), 2, "--augment"),
        (("--model", "gan", "--stop-on", "boredom"), 2, "memorization"),
        (("--model", "gan", "--precision", "bfloat16", "--device", "cpu"), 2, "CUDA"),
        (("--model", "gan", "--window", "5", "5"), 2, "LOW below HIGH"),
        (("--model", "gan", "--targets", "."), 2, "--targets"),
        (("--model", "vae", "--penalty", "r1"), 2, "no discriminator"),
        (("--model", "gan", "--term", "cycle=1"), 2, "cyclegan, pix2pix, srgan"),
        (("--model", "cyclegan", "--term", "identiti=1"), 2, "Did you mean identity"),
        (("--model", "cyclegan", "--term", "identity"), 2, "NAME=WEIGHT"),
        (("--model", "cyclegan", "--term", "identity=-1"), 2, "at least 0"),
        (("--model", "cyclegan", "--term", "identity=nan"), 2, "at least 0"),
        (("--model", "cyclegan", "--term", "l1=1"), 2, "without pairs"),
        (("--model", "srgan", "--term", "cycle=1"), 2, "way back"),
        (("--model", "pix2pix", "--term", "l1=0", "--term", "adversarial=0"), 2, "weight above 0"),
        (("--model", "pix2pix", "--network", "resnet"), 2, "unet"),
    ],
)
def test_wrong_usage_is_answered_in_words(arguments, code, words, digits, tmp_path, capsys):
    options = ("--data", digits, "--labels", digits / "labels.csv", "--out", tmp_path / "run", "--steps", 1)
    assert run("train", *arguments, *options, "--jobs", 1) == code
    message = capsys.readouterr().err
    assert words in message
    assert "Traceback" not in message
    assert not (tmp_path / "run").exists()


def test_the_weights_of_a_translation_take_the_place_of_its_own(digits, tmp_path):
    options = ("--data", digits, "--targets", digits, "--out", tmp_path / "run", "--steps", 2, *SMALL)
    assert run("train", "--model", "cyclegan", *options, "--term", "identity=5", "--term", "adversarial=0.5") == 0
    preset = json.loads((tmp_path / "run" / "config.json").read_text())["preset"]
    assert dict(preset["terms"]) == {"cycle": 10.0, "identity": 5.0, "adversarial": 0.5}


def test_bad_data_is_answered_in_words(digits, tmp_path, capsys):
    assert run("train", "--model", "gan", "--data", tmp_path / "none", "--out", tmp_path / "run") == 4
    assert "does not exist" in capsys.readouterr().err
    assert run("train", "--model", "cgan", "--data", digits, "--out", tmp_path / "run", "--jobs", 1) == 4
    assert "--labels" in capsys.readouterr().err
    assert run("generate", "--run", tmp_path, "--n", 3, "--out", tmp_path / "set") == 4
    assert "gan-audit train" in capsys.readouterr().err
    assert not (tmp_path / "set").exists()


def test_help_and_import_load_no_torch():
    code = """
import sys
import trainers, trainers.cli.commands, trainers.presets, trainers.types, trainers.config
from gan_audit.cli import app as cli
for name in ("train", "generate", "augment", "export"):
    if name not in {command.name for command in cli.app.registered_commands}:
        cli.app.command(name)(getattr(trainers.cli.commands, name))
from gan_audit.__main__ import main
for arguments in (["--help"], ["train", "--help"], ["generate", "--help"]):
    try:
        main(arguments)
    except SystemExit as stop:
        assert not stop.code
loaded = {"torch", "torchvision", "sklearn", "SimpleITK", "faiss"} & set(sys.modules)
assert not loaded, loaded
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "wgan-gp" in done.stdout
