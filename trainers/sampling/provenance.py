"""Where synthetic images come from: enough to make any of them again, and nothing that names a patient."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gan_audit.runtime.versions import version_of
from trainers.run.folder import Run, versions

if TYPE_CHECKING:
    from trainers.sampling.sampler import LoadedGenerator

SCHEMA = "1"
KEY = "HMAC-SHA256, keyed by the content of the training images: whoever holds them can compute the pseudonyms again"
DATA = ("sha256", "n_images", "n_training_images", "n_training_groups", "grouped", "classes", "scaling", "sizes")
"""What is copied from a run's data.json."""


@dataclass(frozen=True)
class ProvenanceRow:
    """One image of a synthetic set."""

    file: str
    """Relative to the folder, with `/`."""
    label: str | None
    seed: int
    sha256: str
    """Of the stored values, in C order."""
    source: str | None = None
    """Pseudonym of the real image that it started from, where there is one."""

    def as_json(self) -> dict[str, Any]:
        """JSON-ready; no source where there is none."""
        found = {"file": self.file, "label": self.label, "seed": self.seed, "sha256": self.sha256}
        return found if self.source is None else {**found, "source": self.source}


def of_run(sampler: LoadedGenerator, rows: Sequence[ProvenanceRow], seed: int | None) -> dict[str, Any]:
    """provenance.json of a set that a trained generator made."""
    run = sampler.run
    return {
        **_head(rows, seed),
        "model": run.config.model,
        "preset": run.config.as_json()["preset"],
        "run_digest": sampler.run_digest,
        "config_sha256": run.config.digest,
        "weights_sha256": sampler.weights_sha256,
        "step": sampler.step,
        "shape": {"channels": run.config.shape.channels, "size": list(run.config.shape.size)},
        "data": {name: run.facts[name] for name in DATA},
        "folds": {"of": run.config.folds, "left_out": run.config.fold} if run.config.folds else None,
        "training_groups": training_groups(run),
    }


def of_augmentation(
    facts: Mapping[str, Any],
    groups: Sequence[str],
    operations: Mapping[str, Any],
    rows: Sequence[ProvenanceRow],
    seed: int,
) -> dict[str, Any]:
    """provenance.json of a set made by classical augmentation."""
    return {
        **_head(rows, seed),
        "model": "classical-augmentation",
        "operations": dict(operations),
        "data": {name: facts[name] for name in DATA},
        "folds": None,
        "training_groups": list(groups),
    }


def training_groups(run: Run) -> list[str]:
    """Pseudonyms of the patients that a run was trained on, sorted."""
    text = (run.folder / "split.csv").read_text(encoding="utf-8")
    return sorted({row["group"] for row in csv.DictReader(io.StringIO(text)) if row["part"] == "training"})


def labels_csv(rows: Sequence[ProvenanceRow]) -> str:
    """labels.csv, as `gan-audit run --labels` reads it, also when it is appended to the table of the real images."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("filename", "label", "set"))
    writer.writerows((row.file, row.label or "", "synthetic") for row in rows)
    return text.getvalue()


def _head(rows: Sequence[ProvenanceRow], seed: int | None) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tool": {"name": "gan-audit", "version": version_of("gan-audit") or ""},
        "environment": versions(),
        "pseudonyms": KEY,
        "seed": seed,
        "n_images": len(rows),
        "images": [row.as_json() for row in rows],
    }
