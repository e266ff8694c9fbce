"""Two halves of a real set, split by patient: one plays the real images, the other the synthetic ones."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

GROUPS = {"mednist6": "", "cxr_pediatric": "patient_id", "bccd_cells": "smear_image", "hannover_cxr": "patient_id"}
"""Folder to the column that names the patient, or what stands for one; empty where nobody knows."""
Row = tuple[str, str, str]
"""File name, label, group."""


@dataclass(frozen=True)
class Halves:
    """The arguments of an audit of one half against the other."""

    real: list[Path]
    synthetic: list[Path]
    labels: Path


def split(data: Path, name: str, seed: int, out: Path, *, largest: int | None = None, copies: float = 0.0) -> Halves:
    """Writes the synthetic half under new names, a share `copies` of it being images of the real half."""
    images = data / name / "images"
    real, synthetic = _halve(_rows(data / name / "labels.csv", GROUPS[name]), random.Random(seed), largest)
    rng = random.Random(seed + 1)
    count = round(copies * len(synthetic))
    chosen = [(row[0], row[1], "") for row in rng.sample(real, min(count, len(real)))] + synthetic[count:]
    folder = out / "synthetic"
    folder.mkdir(parents=True)
    lines = [(*row, "real") for row in real]
    for number, (file, label, group) in enumerate(chosen):
        target = folder / f"s{number:05d}{Path(file).suffix}"
        target.write_bytes((images / file).read_bytes())
        lines.append((target.name, label, group, "synthetic"))
    with (out / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("filename", "label", "group", "set"), *lines])
    return Halves([images / row[0] for row in real], sorted(folder.iterdir()), out / "labels.csv")


def _rows(labels: Path, group: str) -> list[Row]:
    with labels.open(encoding="utf-8") as file:
        return [(row["filename"], row["label"], row[group] if group else "") for row in csv.DictReader(file)]


def _halve(rows: list[Row], rng: random.Random, largest: int | None) -> tuple[list[Row], list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[2] or row[0], []).append(row)
    order = sorted(groups)
    rng.shuffle(order)
    halves: tuple[list[Row], list[Row]] = ([], [])
    for key in order:
        halves[len(halves[1]) < len(halves[0])].extend(groups[key])
    return halves[0][:largest], halves[1][:largest]
