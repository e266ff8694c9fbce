"""200 digits, with and without differentiable augmentation: the curves of both memorization ratios."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.generators.runner import trained
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


def _line(path: Path) -> list[tuple[float, float]]:
    """Ratio by the seconds of the last reading before it."""
    seconds, found = 0.0, []
    for row in lines_of(path):
        seconds = row.get("seconds", seconds)
        if "monitor" in row:
            found.append((seconds, json.loads(json.dumps(row["monitor"]["memorization_ratio"]))))
    return found
