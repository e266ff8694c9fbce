"""The labelled sets that faults are planted in: whole in memory, their largest side 64 pixels at most."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from gan_audit.data.formats.readers import decode
from gan_audit.demo.phantoms import phantom_patients
from gan_audit.errors import InputError, UsageError
from gan_audit.imaging.resample import area_weights, resample
from gan_audit.types import Image

LARGEST = 64
"""Pixels along the longest side of a reduced image: what a radiomic feature costs grows with the area."""
PATIENT = ("patient_id", "smear_image")
"""Columns of labels.csv that name the patient, or what stands for one; without them nobody knows the patients."""
PHANTOM_PATIENTS = 650
"""With two images each, enough for halves of 600."""
PHANTOM_SEED = 20240917


@dataclass(frozen=True)
class Base:
    """A whole labelled set; the three fields run in parallel."""

    name: str
    images: tuple[Image, ...] = field(repr=False)
    labels: tuple[str, ...] = field(repr=False)
    groups: tuple[str | None, ...] = field(repr=False)
    """The patient, or what stands for one; None where nobody knows."""

    def __len__(self) -> int:
        return len(self.images)


def load(name: str, data: Path) -> Base:
    """Reads a set of SETS, or any other folder NAME, also as NAME@SIDE; `data` is the folder that holds the sets."""
    with threadpool_limits(1):  # small products: more threads only wait for each other
        return SETS.get(name, _folder)(name, data)


def _phantoms(name: str, data: Path) -> Base:
    drawn = phantom_patients(PHANTOM_PATIENTS, np.random.default_rng(PHANTOM_SEED))
    return Base(name, tuple(Image(pixels) for pixels in drawn.images), tuple(drawn.labels), tuple(drawn.groups))


SAME_FIELD = {
    "BloodImage_00204": (205, 276, 277),
    "BloodImage_00206": (278,),
    "BloodImage_00226": (261,),
    "BloodImage_00229": (258,),
    "BloodImage_00230": (257,),
    "BloodImage_00231": (256,),
    "BloodImage_00233": (254,),
    "BloodImage_00237": (252,),
    "BloodImage_00243": (250,),
    "BloodImage_00244": (247,),
    "BloodImage_00037": (38,),
    "BloodImage_00382": (395,),
    "BloodImage_00384": (393,),
    "BloodImage_00386": (391,),
}
"""Photographs of one blood smear that overlap: they show some cells twice. `memorization.duplicates` among the real
images found them, and so did a look at the pairs; each row is one group here."""
_FIELD_OF = {f"BloodImage_{other:05d}": first for first, others in SAME_FIELD.items() for other in others}


def _folder(name: str, data: Path) -> Base:
    """images/ and labels.csv in the folder NAME; NAME@SIDE is reduced to SIDE pixels along the longest side."""
    folder_name, _, side = name.partition("@")
    if "@" in name and not (side.isdigit() and int(side)):
        raise UsageError(f"Expected a set as NAME or NAME@SIDE, SIDE in pixels, got {name}.")
    folder = data / folder_name
    if not (folder / "labels.csv").is_file():
        raise InputError(f"Expected the set {name} as images/ and labels.csv in {folder}; name its parent as --data.")
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    images = (decode(folder / "images" / row["filename"]) for row in rows)
    return Base(
        name,
        tuple(reduced(image, int(side)) if side else image for image in images),
        tuple(row["label"] for row in rows),
        tuple(_patient(row) for row in rows),
    )


def _patient(row: Mapping[str, str]) -> str | None:
    found = next((row[column] for column in PATIENT if row.get(column)), None)
    return None if found is None else _FIELD_OF.get(found, found)


def reduced(image: Image, largest: int) -> Image:
    """The image by area averaging, aspect kept, so that its longest side has `largest` pixels; never enlarged."""
    rows, columns = image.pixels.shape[:2]
    factor = min(1.0, largest / max(rows, columns))
    matrices = [area_weights(size, round(size * factor)) for size in (rows, columns)]
    smaller = resample(image.pixels.astype(np.float64), matrices)
    return Image(np.rint(smaller).astype(image.pixels.dtype), image.channels)


SETS: Mapping[str, Callable[[str, Path], Base]] = {
    "phantoms": _phantoms,
    "mednist6": _folder,
    "pneumoniamnist_train": _folder,
    "bccd_cells": _folder,
    f"cxr_pediatric@{LARGEST}": _folder,
    f"hannover_cxr@{LARGEST}": _folder,
}
"""Name to reader; `NAME@64` is a set whose images were reduced to a longest side of 64 pixels."""
