"""README, documentation and `--help` say what the commands can do, and nothing else."""

import re
from pathlib import Path

import pytest
import typer

from gan_audit.checks.registry import all_methods
from gan_audit.cli import app
from gan_audit.features import known_spaces
from trainers.losses.adversarial import OBJECTIVES
from trainers.losses.penalties import PENALTIES
from trainers.networks.registry import NETWORKS
from trainers.presets import PRESETS

ROOT = Path(__file__).parents[2]
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
OTHERS = {
    "--data",
    "--engine",
    "--index-url",
    "--faults",
    "--n",
    "--out",
    "--repeats",
    "--sets",
    "--trap",
    "--share",
    "--patients",
    "--alone",
}
"""Options of the benchmarks and of pip, which the documentation names too."""


@pytest.fixture(scope="module")
def commands():
    return typer.main.get_command(app.app).commands


def test_every_option_of_every_command_says_what_it_does(commands):
    silent = [
        f"{name} {'/'.join(option.opts)}"
        for name, command in commands.items()
        for option in command.params
        if len(getattr(option, "help", None) or "") < 10
    ]
    assert silent == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_commands_and_options_that_are_written_of_exist(commands, path):
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"gan-audit ([a-z]+)\b(?= (?:--|[A-Z`\[])|`)", text))
    assert named <= set(commands)
    options = {
        word
        for command in commands.values()
        for option in command.params
        for word in (*option.opts, *option.secondary_opts)
    }
    written = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert written - options - OTHERS <= set(re.findall(r"--[a-z-]+", _benchmarks() + _makefile()))


def _benchmarks():
    return "".join(path.read_text(encoding="utf-8") for path in (ROOT / "benchmarks").rglob("*.py"))


def _makefile():
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def test_targets_that_are_written_of_exist():
    targets = set(re.findall(r"^([a-z]+):", _makefile(), re.M))
    for path in TEXTS:
        assert set(re.findall(r"`?make ([a-z]+)`?(?:  |`)", path.read_text(encoding="utf-8"))) <= targets


def test_the_help_of_train_lists_every_part(commands):
    texts = {option.name: option.help for option in commands["train"].params}
    for name, parts in {"network": NETWORKS, "objective": OBJECTIVES, "penalty": PENALTIES, "model": PRESETS}.items():
        assert [part for part in parts if not re.search(rf"\b{re.escape(part)}\b", texts[name])] == [], name


def test_the_checks_and_spaces_of_the_readme_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:memorization|marginals|dependence|labels|shortcut|diversity)\.[a-z_]+)`", text)
    assert named
    named = [name for name in named if name != "labels.csv"]
    assert [name for name in named if name not in all_methods()] == []
    assert all(f"`{space}`" in text for space in known_spaces())
