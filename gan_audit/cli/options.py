"""Options that several commands take."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

OutOption = Annotated[Path, typer.Option("--out", help="Folder to write.")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace an earlier audit in the output folder.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Worker processes; the numbers do not depend on it.")
]


SEED = "Seed of every random choice, from 0; equal seeds give equal numbers."
DEVICE = "Where networks and neighbour searches run: cpu, cuda, or auto for a GPU where there is one."


class Device(StrEnum):
    """Where networks and searches run."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class RadiomicsEngine(StrEnum):
    """What computes the radiomic features."""

    batched = "batched"
    pyradiomics = "pyradiomics"


class Modality(StrEnum):
    """What kind of images they are."""

    ct = "ct"
    mri = "mri"
    xray = "xray"
    ultrasound = "ultrasound"
    histology = "histology"
    cells = "cells"
