"""A synthetic set as a folder: images, labels.csv and provenance.json, all of it or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from gan_audit.errors import UsageError
from gan_audit.runtime.atomic import beside, parents, swap
from gan_audit.runtime.progress import Step
from trainers.sampling.provenance import ProvenanceRow, labels_csv
from trainers.sampling.sampler import Made
from trainers.sampling.writing import Style, folder_names, suffix_for, write_image

PROVENANCE = "provenance.json"
"""The file by which a folder is known to be ours."""
Describe = Callable[[Sequence[ProvenanceRow]], dict[str, Any]]


def check_target(out: Path, overwrite: bool) -> None:
    """UsageError where the folder may not be written."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        if not (out / PROVENANCE).is_file():
            raise UsageError(f"Expected --out to be new or empty, and {out} holds something else. Choose another.")
        if not overwrite:
            raise UsageError(f"{out} holds a synthetic set already. Use --overwrite to replace it.")


def write_set(
    out: Path, made: Iterable[Made], labels: Sequence[str], style: Style, describe: Describe, step: Step
) -> None:
    """Writes the images, in one sub-folder a class where there are classes, and what describes them."""
    folders = folder_names(labels)
    rows: list[ProvenanceRow] = []
    with parents(out), beside(out) as aside:
        for number, image in enumerate(made):
            rows.append(_write(aside, number, image, folders, style))
            step(1)
        (aside / "labels.csv").write_text(labels_csv(rows), encoding="utf-8")
        text = json.dumps(describe(rows), indent=2, sort_keys=True, allow_nan=False)
        (aside / PROVENANCE).write_text(text + "\n", encoding="utf-8")
        if out.is_dir() and not any(out.iterdir()):
            out.rmdir()
        swap(aside, out)


def _write(folder: Path, number: int, image: Made, folders: dict[str, str], style: Style) -> ProvenanceRow:
    colour = image.pixels.ndim == 3 and image.pixels.shape[-1] == 3
    name = f"{number:06d}{suffix_for(style, image.pixels.ndim == 3 and not colour)}"
    name = f"{folders[image.label]}/{name}" if image.label is not None else name
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    write_image(path, image.pixels, style)
    return ProvenanceRow(
        name, image.label, image.seed, hashlib.sha256(image.pixels.tobytes()).hexdigest(), image.source
    )
