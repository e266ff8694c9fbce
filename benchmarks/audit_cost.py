"""What a whole audit costs beside its feature extraction, both timed in one run, in one process on one core.

python benchmarks/audit_cost.py --data ../shared/data
"""

from __future__ import annotations

import csv
import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer
from PIL import Image as PillowImage

sys.path.pop(0)  # this folder, in which a script may bear a library's name
sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.calibration.halves import Halves, Item, draw
from benchmarks.calibration.sets import load
from gan_audit import audit

WITHOUT_DATA = ("phantoms",)
WITH_DATA = ("phantoms", "pneumoniamnist_train", "mednist6")
TARGET = 2.0
"""Times its feature extraction that an audit may cost."""
SMALL = 20
"""Images of noise that suffice to load every library."""


class Cost(NamedTuple):
    """One audit in a fresh process."""

    seconds: Mapping[str, float]
    """Stage to seconds on the clock."""
    peak: float
    """Largest resident memory of the process, MiB."""


def main(
    data: Annotated[
        Path | None, typer.Option(help="Folder of the sets of real images; phantoms alone without.")
    ] = None,
    n: Annotated[int, typer.Option(help="Images in each half.")] = 600,
    seed: Annotated[int, typer.Option(help="Of the halves and of the audit.")] = 0,
    engine: Annotated[
        str, typer.Option(help="What computes the radiomic features: batched or pyradiomics.")
    ] = "batched",
) -> None:
    """Prints one line for each set: an audit that computes its features, then the same audit with features cached."""
    print(
        "set | n real | n synthetic | features [s] | checks [s] | checks, features cached [s] | "
        f"whole audit / features (target {TARGET:g}) | peak [MiB] | peak, features cached [MiB]"
    )
    for name in WITH_DATA if data else WITHOUT_DATA:
        with tempfile.TemporaryDirectory() as folder:
            halves = draw(load(name, data or Path()), n, seed)
            write(halves, Path(folder))
            first, again = (alone(Path(folder), seed, engine) for _ in range(2))
        print(
            name, len(halves.real), len(halves.synthetic), *(f"{first.seconds[x]:.1f}" for x in ("features", "checks")),
            f"{again.seconds['checks']:.1f}", f"{sum(first.seconds.values()) / first.seconds['features']:.2f}",
            f"{first.peak:.0f}", f"{again.peak:.0f}", sep=" | ", flush=True,
        )  # fmt: skip


def write(halves: Halves, folder: Path) -> None:
    """Both halves as PNG files with their labels; the half in the role of the synthetic images has no patients."""
    anonymous = [replace(item, group=None) for item in halves.synthetic]
    rows = [*files(folder / "real", halves.real), *files(folder / "synthetic", anonymous)]
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("filename", "label", "group", "set"), *rows])


def files(folder: Path, items: Sequence[Item]) -> list[tuple[str, str, str, str]]:
    """Writes one set; returns its rows of the labels file."""
    folder.mkdir()
    for number, item in enumerate(items):
        PillowImage.fromarray(item.image.pixels).save(folder / f"{number:05d}.png")
    return [(f"{number:05d}.png", item.label, item.group or "", folder.name) for number, item in enumerate(items)]


def alone(folder: Path, seed: int, engine: str) -> Cost:
    """The audit in a process of its own, so that its peak memory is its own too."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(cost, folder, seed, engine).result()


def cost(folder: Path, seed: int, engine: str) -> Cost:
    """Audits what `write` wrote; features that are in its cache are read, the others computed and kept there.

    An audit of noise goes first: loading the libraries would otherwise pass for feature extraction.
    """
    audit(*np.random.default_rng(0).integers(0, 256, (2, SMALL, 32, 32), np.uint8), jobs=1)
    real, synthetic, labels = (folder / name for name in ("real", "synthetic", "labels.csv"))
    found = audit(real, synthetic, labels, seed=seed, jobs=1, cache=folder / "cache", radiomics_engine=engine)
    return Cost(found.document["timings"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    typer.run(main)
