"""A run's folder: created once, opened again, never written half."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_audit.errors import InputError, UsageError
from gan_audit.runtime.atomic import beside, parents, swap
from gan_audit.runtime.versions import version_of
from trainers.config import RunConfig
from trainers.data.images import Images
from trainers.data.prepare import Prepared
from trainers.data.pseudonyms import split_table
from trainers.run import checkpoints
from trainers.run.files import append_line, lines_of, read_json, write_json, write_lines, write_text

PACKAGES = ("gan-audit", "numpy", "pillow", "safetensors", "scikit-learn", "torch")
README = """A run of gan-audit train: keep it as you keep the images it was trained on.

`samples/` and the weights may show training images; `private.json` holds paths; `split.csv` holds keyed pseudonyms.
`gan-audit train` with the same options goes on from the last checkpoint; `gan-audit generate --run` samples it.
"""


@dataclass(frozen=True)
class Run:
    """Paths of a run and what it was told."""

    folder: Path
    config: RunConfig
    facts: Mapping[str, Any]
    """data.json."""

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.folder / "checkpoints"

    @property
    def samples(self) -> Path:
        """Folder of the grids of samples."""
        return self.folder / "samples"

    @property
    def metrics(self) -> Path:
        """The log, one JSON object a line."""
        return self.folder / "metrics.jsonl"

    @property
    def private(self) -> dict[str, Any]:
        """What only this machine needs: where the images lie."""
        found: dict[str, Any] = read_json(self.folder / "private.json", "a run's private.json")
        return found

    def log(self, row: Mapping[str, Any]) -> None:
        """Adds a row to the log."""
        append_line(self.metrics, row)

    def rows(self) -> list[dict[str, Any]]:
        """The log so far."""
        return list(lines_of(self.metrics))

    def rewind(self, step: int) -> None:
        """Drops rows of steps that a kill undid."""
        write_lines(self.metrics, [row for row in self.rows() if row["step"] <= step])


def create(folder: Path, config: RunConfig, images: Images, prepared: Prepared, private: Mapping[str, Any]) -> Run:
    """A new run, or the one that is there if it was told the same and has the same data.

    Raises UsageError where the folder holds something else.
    """
    facts = prepared.facts(images)
    if (folder / "config.json").is_file():
        return _same(open_run(folder), config, facts)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"Expected --out to be a new folder or an earlier run, and {folder} is neither. Choose another."
        )
    files = {"config": config.as_json(), "data": facts, "private": dict(private), "versions": versions()}
    with parents(folder), beside(folder) as aside:
        (aside / "samples").mkdir()
        write_text(aside / "README.txt", README)
        write_text(aside / "split.csv", split_table(images, prepared, config))
        for name, content in files.items():
            write_json(aside / f"{name}.json", content)
        if folder.exists():
            folder.rmdir()
        swap(aside, folder)
    return Run(folder, config, facts)


def open_run(folder: Path) -> Run:
    """An earlier run; InputError where the folder is none."""
    config = RunConfig.from_json(read_json(folder / "config.json", "a run's config.json"))
    return Run(folder, config, read_json(folder / "data.json", "a run's data.json"))


def checkpoint_of(run: Run) -> checkpoints.Checkpoint:
    """The last checkpoint; InputError where the run has none yet."""
    place = checkpoints.latest(run.checkpoints)
    if place is None:
        raise InputError(f"The run {run.folder} has no checkpoint yet. Train it with `gan-audit train` first.")
    return checkpoints.load(place)


def versions() -> dict[str, str]:
    """Python's, this system's, and those of the packages that numbers depend on."""
    found = {"python": platform.python_version(), "platform": f"{platform.system()} {platform.machine()}"}
    return found | {package: version for package in PACKAGES if (version := version_of(package)) is not None}


def _same(run: Run, config: RunConfig, facts: Mapping[str, Any]) -> Run:
    if run.facts["sha256"] != facts["sha256"]:
        raise UsageError(f"{run.folder} was trained on other images. Give another --out, or the images it was given.")
    if run.config != config:
        changed = sorted(_differences(run.config.as_json(), config.as_json()))
        raise UsageError(
            f"{run.folder} holds a run with other settings ({', '.join(changed)}). Give the same options to resume it, "
            "or another --out."
        )
    return run


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    return {name for name in {*old["preset"]} if old["preset"][name] != new["preset"][name]} | {
        name for name in {*old} - {"preset"} if old[name] != new[name]
    }
