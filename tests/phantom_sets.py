"""Small folders of phantoms, written once a session, for the tests that run whole audits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan_audit.demo.phantoms import phantom_patients, sound, write_labels, write_set


@dataclass(frozen=True)
class PhantomFolders:
    """A real set, a sound synthetic one and one with a fifth of copies, one labels file for all, one feature cache."""

    real: Path
    sound: Path
    copies: Path
    labels: Path
    cache: Path


def write_phantoms(folder: Path, patients: int = 36) -> PhantomFolders:
    rng = np.random.default_rng(7)
    real = phantom_patients(patients, rng)
    fresh = sound(real.labels, rng)
    copied = fresh.images.copy()
    fifth = len(copied) // 5
    copied[:fifth] = real.images[:fifth]
    rows = write_set(folder / "real", real)
    for name, images in (("sound", fresh.images), ("copies", copied)):
        rows += write_set(folder / name, fresh._replace(images=images), with_groups=False)
    labels = write_labels(folder / "labels.csv", rows)
    return PhantomFolders(folder / "real", folder / "sound", folder / "copies", labels, folder / "cache")
