"""Trains one model on one set in a process of its own, so that its time and memory are its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.generators.sets import SETS
from trainers.config import preset_for
from trainers.run.folder import checkpoint_of
from trainers.sampling.sampler import Sampler, image_seed, labels_for
from trainers.train import Request, train_request


def main(wanted: dict[str, Any]) -> None:
    """Trains, samples, and writes samples.npz and cost.json beside the run."""
    out = Path(wanted["out"])
    part = SETS[wanted["set"]](Path(wanted["data"])).training
    if wanted.get("first"):
        part = type(part)(part.images[: wanted["first"]], part.labels[: wanted["first"]])
    changes = _changes(wanted["changes"])
    labels = part.labels if preset_for(wanted["model"], changes).conditional else None
    request = Request(
        wanted["model"], part.images, out / "run", labels=labels, changes=changes,
        steps=wanted["steps"], seconds=wanted["seconds"], device="cpu", jobs=1, clock=time.process_time,
        monitor_every=wanted.get("monitor_every", 0),
    )  # fmt: skip
    outcome = train_request(request)
    cost = {
        "cpu_seconds": checkpoint_of(outcome.run).state["seconds"],
        "peak_mb": _peak_mb(),
        "reason": outcome.reason,
    }
    _sample(out, wanted["count"], part)
    (out / "cost.json").write_text(json.dumps(cost))


def _peak_mb() -> float:
    """Of this program alone where Linux says so; getrusage counts the process that started it too."""
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.is_file() else []:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _sample(out: Path, count: int, part: Any) -> None:
    sampler = _sampler(out, part)
    names = labels_for(sampler.run, count)
    made = [sampler.make(image_seed(0, number), name) for number, name in enumerate(names)]
    labels = np.array([name or "" for name in names])
    np.savez(out / "samples.npz", images=np.stack([one.pixels for one in made]), labels=labels)


def _sampler(out: Path, part: Any) -> Sampler:
    """A model that starts from real images finds them in memory, where there is no folder."""
    from trainers.data.images import load_images
    from trainers.data.prepare import prepare
    from trainers.run.restore import wishes_of
    from trainers.sampling import sampler

    def at_hand(run: Any) -> Any:
        return prepare(load_images(part.images, jobs=1), wishes_of(run)).data

    sampler.source_set = at_hand
    return Sampler.open(out / "run")


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
