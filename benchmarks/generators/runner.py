"""One row for each model and set, appended as it is measured; what is there is not measured again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.generators.baselines import BASELINES
from benchmarks.generators.figures import figures, spread_evenly
from benchmarks.generators.judge import Judge, judged
from benchmarks.generators.sets import SETS, Part, RealSet
from trainers.presets import PRESETS

COUNT = 500
"""Synthetic images that are measured, and training images they are audited against at most."""
CHANGES: Mapping[tuple[str, str], Mapping[str, Any]] = {("digits", "wgan-gp"): {"conditioning": "projection"}}
"""Set and model to fields of the preset that are replaced: on digits, a model has to say which digit it draws."""
MODELS = tuple(name for name, preset in PRESETS.items() if preset.kind != "translation")


@dataclass(frozen=True)
class Wanted:
    """What to measure, and where."""

    out: Path
    data: Path
    sets: Sequence[str]
    models: Sequence[str]
    seconds: float
    """CPU seconds that a model trains."""


def measure(wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Rows that were missing, one by one."""
    for name in wanted.sets:
        done = {row["model"] for row in rows(wanted.out) if row["set"] == name}
        todo = [model for model in (*BASELINES, *wanted.models) if model not in done]
        if name == "digits":
            todo = [model for model in todo if model in PRESETS]
        if not todo:
            continue
        real = SETS[name](wanted.data)
        judge = Judge(real) if name == "digits" else None
        for model in todo:
            row = {"set": name, "model": model, **_row(wanted, name, model, real, judge)}
            append(wanted.out, row)
            yield row


def rows(out: Path) -> list[dict[str, Any]]:
    """What has been measured; a line that a kill cut off is left out."""
    path = out / "results.jsonl"
    found = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def append(out: Path, row: Mapping[str, Any]) -> None:
    """Adds a row, on a line of its own."""
    path = out / "results.jsonl"
    torn = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size
    with path.open("a") as stream:
        stream.write(("\n" if torn else "") + json.dumps(row) + "\n")


def trained(
    folder: Path, set_name: str, model: str, data: Path, *, seconds: float | None = None, steps: int | None = None,
    changes: Mapping[str, Any] | None = None, first: int = 0, monitor_every: int = 0,
) -> tuple[np.ndarray, list[str] | None, dict[str, Any]]:  # fmt: skip
    """Samples, their labels and the cost of a model, trained in a process of its own or found trained already."""
    if not (folder / "cost.json").is_file():
        wanted = {
            "set": set_name, "model": model, "out": str(folder), "data": str(data), "seconds": seconds, "steps": steps,
            "changes": dict(changes or {}), "count": COUNT, "first": first, "monitor_every": monitor_every,
        }  # fmt: skip
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run(
            [sys.executable, "-m", "benchmarks.generators.job", json.dumps(wanted)], check=True, env=environment
        )
    found = np.load(folder / "samples.npz")
    names = [str(name) for name in found["labels"]]
    return found["images"], names if any(names) else None, json.loads((folder / "cost.json").read_text())


def _row(wanted: Wanted, name: str, model: str, real: RealSet, judge: Judge | None) -> dict[str, Any]:
    if model in BASELINES:
        images = BASELINES[model](real.training, COUNT, np.random.default_rng(2))
        return figures(spread_evenly(real.training, COUNT), images, None)
    folder = wanted.out / name / model
    changes = CHANGES.get((name, model))
    images, labels, cost = trained(folder, name, model, wanted.data, seconds=wanted.seconds, changes=changes)
    if judge is not None:
        return {**judged(real, judge, images, labels, real.training), **cost}
    return {**figures(_audited(real.training), images, labels), **cost}


def _audited(part: Part) -> Part:
    return spread_evenly(part, COUNT)
