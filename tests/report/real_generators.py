"""Four generators over one set of real images: one sound, three with a fault; their images as files, by patient."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image as PillowImage

from benchmarks.calibration.faults import FAULTS, plant
from benchmarks.calibration.halves import Halves, Item, draw, generator
from benchmarks.calibration.sets import load
from gan_audit import audit

SET, N, SEED = "bccd_cells", 150, 0
"""Blood cells of three classes, and images a side: the fewest with which each fault has a finding."""


@dataclass(frozen=True)
class Planted:
    """A generator, and what its report has to say."""

    fault: str
    strength: float | None
    status: str
    finding: str | None
    leads: str = ""
    """Beginning of the key of a criterion that is not met."""


GENERATORS: Mapping[str, Planted] = {
    "sound": Planted("sound", None, "", None),
    "memorizing": Planted("exact", 0.2, "fail", "memorization", "memorization.close_fraction"),
    "collapsed": Planted("collapse", 4.0, "fail", "mode_collapse", "diversity.spread"),
    "label-noise": Planted("swapped-labels", 0.3, "fail", "label_noise", "labels."),
}
"""Name to what is planted; a sound generator is never refused, though few images may leave it undecided."""


def write_audit(data: Path, out: Path, name: str) -> Path:
    """The output folder of one audit, below `out`; the features of the real images are computed once."""
    folder, planted = out / "files" / name, GENERATORS[name]
    halves = draw(load(SET, data), N, SEED)
    write_files(plant(FAULTS[planted.fault], halves, planted.strength, generator(name)), folder)
    found = audit(
        folder / "real", folder / "synthetic", folder / "labels.csv", jobs=1, cache=out / "features", offline=True
    )
    found.write(out / name, evidence=True)
    return out / name


def write_files(halves: Halves, folder: Path) -> None:
    """Both sides as PNG under names like those of patients, and labels.csv."""
    lines: list[tuple[str, ...]] = [("filename", "label", "group", "set")]
    for role, items in (("real", halves.real), ("synthetic", halves.synthetic)):
        (folder / role).mkdir(parents=True)
        for place, item in enumerate(items):
            lines.append((_written(item, folder / role / f"doe-{role}-{place:05d}.png"), *_told(item), role))
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)


def _written(item: Item, target: Path) -> str:
    PillowImage.fromarray(item.image.pixels).save(target)
    return target.name


def _told(item: Item) -> tuple[str, str]:
    return item.label, f"patient-{item.group}" if item.group else ""
