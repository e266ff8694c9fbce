"""200 digits, with and without differentiable augmentation: the curves of both memorization ratios, and two audits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.generators.runner import trained
from benchmarks.generators.sets import SETS, Part, Pixels
from gan_audit import audit
from trainers.run.curves import Panel, write_curves
from trainers.run.files import lines_of

FEW, EVERY = 200, 250
ARMS: dict[str, dict[str, Any]] = {
    "no augmentation": {},
    "translation and cutout": {"augmentation": ["translation", "cutout"]},
}


def curves(out: Path, data: Path, seconds: float, picture: Path) -> dict[str, list[tuple[float, float]]]:
    """Trains both arms where they are not trained yet, draws their curves, and returns (CPU seconds, ratio)."""
    lines = {}
    for name, changes in ARMS.items():
        folder = out / "memorization" / name.replace(" ", "-")
        trained(folder, "digits", "cgan", data, seconds=seconds, changes=changes, first=FEW, monitor_every=EVERY)
        lines[name] = _line(folder / "run" / "metrics.jsonl")
    write_curves(picture, [Panel("memorization ratio, 200 digits", lines, "CPU seconds")])
    return lines


def verdicts(out: Path, data: Path, seconds: float) -> dict[str, dict[str, Any]]:
    """What an audit with the default policy says of the `cgan` of 200 digits, and of the one of all of them.

    Each is held against the images it was trained on: the status, the findings, and `ratio` in pixels, the mean
    distance to the nearest training image over that of training images to each other; `close_fraction`: share of
    the samples nearer than 99 % of the training images are to each other.
    """
    part = SETS["digits"](data).training
    few = out / "memorization" / "no-augmentation"
    arms = {
        f"{FEW} digits": (trained(few, "digits", "cgan", data, seconds=seconds, first=FEW, monitor_every=EVERY), FEW),
        "all digits": (trained(out / "digits" / "cgan", "digits", "cgan", data, seconds=seconds), len(part.labels)),
    }
    return {
        name: _verdict(Part(part.images[:first], part.labels[:first]), samples[0], samples[1] or [])
        for name, (samples, first) in arms.items()
    }


def _verdict(real: Part, images: Pixels, names: list[str]) -> dict[str, Any]:
    document = audit(real.images, images, (real.labels, names), jobs=1, device="cpu", offline=True).document
    checks = {check["key"]: check for check in document["checks"]}
    return {
        "verdict": document["verdict"]["status"],
        "findings": [finding["id"] for finding in document["findings"]],
        "ratio": checks["memorization.ratio@pixels"]["estimate"],
        "close_fraction": checks["memorization.close_fraction@pixels"]["estimate"],
    }


def _line(path: Path) -> list[tuple[float, float]]:
    """Ratio by the seconds of the last reading before it."""
    seconds, found = 0.0, []
    for row in lines_of(path):
        seconds = row.get("seconds", seconds)
        if "monitor" in row:
            found.append((seconds, json.loads(json.dumps(row["monitor"]["memorization_ratio"]))))
    return found
