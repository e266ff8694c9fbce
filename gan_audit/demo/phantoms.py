"""An embedded phantom set: grey lesions of three texture classes, two images a patient, drawn from a seed.

They exist to show and to test what an audit does where no patient data may be used. They resemble no organ and no
scanner: a generator that passes on phantoms has proved nothing about real images.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from gan_audit.types import FloatArray

SIZE = 64
"""Width and height of a phantom in pixels."""
CLASSES = ("homogeneous", "rim-enhancing", "speckled")
COPY_KINDS = ("exact", "flipped", "shifted", "noisy", "rescaled")

Pixels = NDArray[np.uint8]
LabelRow = tuple[str, str, str]
"""File name, label, group."""


class Phantoms(NamedTuple):
    """A drawn set; the three fields run in parallel."""

    images: Pixels
    """(n, 64, 64), 0 to 255."""
    labels: list[str]
    """One of CLASSES for each image."""
    groups: list[str]
    """The patient of each image."""


def phantom_patients(
    n_patients: int, rng: Generator, *, images_per_patient: int = 2, classes: Sequence[str] = CLASSES, prefix: str = "P"
) -> Phantoms:
    """Draws patients, the classes in turn, and images of each that are alike but not identical.

    Size, outline, brightness, background and texture belong to the patient; position, rotation, small changes of size
    and brightness, the grain of every texture and the noise belong to the image. Equal generators give equal sets.
    classes: names from CLASSES; a name twice makes that class twice as frequent.
    prefix: begins each patient's name, so that two draws can be told apart.
    """
    images, labels, groups = [], [], []
    for number in range(n_patients):
        patient = _draw_patient(classes[number % len(classes)], rng)
        for _ in range(images_per_patient):
            images.append(_render(patient, rng))
            labels.append(patient.label)
            groups.append(f"{prefix}{number + 1:04d}")
    return Phantoms(np.stack(images) if images else np.empty((0, SIZE, SIZE), np.uint8), labels, groups)


def sound(labels: Sequence[str], rng: Generator) -> Phantoms:
    """A generator without fault: for each label asked for, one image of a patient never seen before.

    It draws from the very distribution of `phantom_patients`, so that its images differ from a training set only as
    another sample of patients would.
    """
    images = [_render(_draw_patient(label, rng), rng) for label in labels]
    return Phantoms(np.stack(images), list(labels), [f"S{number + 1:04d}" for number in range(len(images))])


def memorizing(
    real_images: Pixels, real_labels: Sequence[str], rng: Generator, *, copied: float = 0.6, noise_sd: float = 4.0
) -> Phantoms:
    """A generator that gives training images back: as many images as the real set, with the same classes.

    copied: share of the images that are copies, in equal parts exact, flipped left to right, shifted by 1 or 2 pixels,
    with Gaussian noise of `noise_sd` grey levels, and with a contrast changed by up to 10 %. No training image is
    copied twice. The others are as sound as those of `sound`.
    """
    copies: dict[str, Callable[[Pixels], Pixels]] = {
        "exact": np.copy,
        "flipped": np.fliplr,
        "shifted": lambda image: _shifted(image, rng),
        "noisy": lambda image: _grey(image + rng.normal(0, noise_sd, image.shape)),
        "rescaled": lambda image: _grey(image * rng.uniform(0.9, 1.1) + rng.uniform(-6, 6)),
    }
    order = rng.permutation(len(real_images))
    n_copied = round(copied * len(order))
    kept = [copies[COPY_KINDS[i % len(COPY_KINDS)]](real_images[source]) for i, source in enumerate(order[:n_copied])]
    labels = [real_labels[source] for source in order]
    fresh = [_render(_draw_patient(label, rng), rng) for label in labels[n_copied:]]
    return Phantoms(np.stack(kept + fresh), labels, [f"M{number + 1:04d}" for number in range(len(order))])


def write_set(folder: Path, phantoms: Phantoms, *, with_groups: bool = True) -> list[LabelRow]:
    """Writes `FOLDER-0001.png` and so on into `folder`, made where absent; returns the rows for `write_labels`.

    with_groups: whether the rows name the patients; a generator's output has none, and its column stays empty.
    """
    from PIL import Image as PillowImage

    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{folder.name}-{number + 1:04d}.png" for number in range(len(phantoms.images))]
    for name, image in zip(names, phantoms.images, strict=True):
        PillowImage.fromarray(image).save(folder / name)
    return list(zip(names, phantoms.labels, phantoms.groups if with_groups else [""] * len(names), strict=True))


def write_labels(path: Path, rows: Iterable[LabelRow]) -> Path:
    """Writes a labels file, of one set or of several whose file names differ."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["filename", "label", "group"])
        table.writerows(rows)
    return path


@dataclass(frozen=True)
class _Patient:
    """What the images of one patient share; lengths in pixels, brightness in grey levels."""

    label: str
    radius: float
    outline: FloatArray
    """(4, 2): cosine and sine amplitude of the outline's 2nd to 5th harmonic, as shares of the radius."""
    background: float
    tissue: float
    """Standard deviation of the background's texture."""
    tissue_grain: float
    """Correlation length of the background's texture."""
    contrast: float
    """How much brighter than the background the lesion is."""
    texture: float
    """Strength of the class's texture; 1 is typical."""
    grain: float
    """Coarseness of the class's texture; 1 is typical."""
    blur: float
    """Standard deviation of the point-spread function."""
    noise: float
    """Standard deviation of the noise."""


def _draw_patient(label: str, rng: Generator) -> _Patient:
    return _Patient(
        label=label,
        radius=float(np.clip(rng.lognormal(np.log(14), 0.2), 8, 22)),
        outline=rng.normal(0, 1, (4, 2)) * np.array([[0.10], [0.06], [0.04], [0.03]]),
        background=rng.normal(70, 10),
        tissue=rng.lognormal(np.log(8), 0.25),
        tissue_grain=rng.uniform(1.8, 4.5),
        contrast=max(25.0, rng.normal(70, 14)),
        texture=rng.lognormal(0, 0.2),
        grain=rng.lognormal(0, 0.15),
        blur=rng.uniform(0.6, 1.1),
        noise=rng.uniform(2.5, 5),
    )


def _render(patient: _Patient, rng: Generator) -> Pixels:
    """One image of the patient: another position, rotation, scale and gain, new grain and new noise."""
    row, column = (SIZE - 1) / 2 + rng.normal(0, 2.5, 2)
    turn, scale, gain = rng.normal(0, 0.35), rng.normal(1, 0.04), rng.normal(1, 0.03)
    y, x = np.mgrid[:SIZE, :SIZE] - np.array([row, column])[:, None, None]
    angle = np.arctan2(y, x) - turn
    waves = np.stack([np.stack([np.cos(k * angle), np.sin(k * angle)]) for k in range(2, 6)])
    depth = scale * patient.radius * (1 + np.tensordot(patient.outline, waves, 2)) - np.hypot(x, y)
    lesion = np.clip(depth + 0.5, 0, 1) * _TEXTURES[patient.label](depth, patient, rng)
    scene = patient.background + patient.tissue * _field(patient.tissue_grain, rng) + patient.contrast * lesion
    seen = gaussian_filter(gain * scene, patient.blur, mode="nearest")
    return _grey(seen + rng.normal(0, patient.noise, seen.shape))


def _homogeneous(_depth: FloatArray, patient: _Patient, rng: Generator) -> FloatArray:
    return 1 + 0.06 * patient.texture * _field(2.5 * patient.grain, rng)


def _rim_enhancing(depth: FloatArray, patient: _Patient, rng: Generator) -> FloatArray:
    """A bright rim around a dim core; `grain` sets the rim's width, `texture` how far it outshines the core."""
    width = 2.2 * patient.grain
    rim = np.exp(-(((depth - width) / width) ** 2))
    return 0.35 + 0.9 * patient.texture * rim + 0.08 * _field(2, rng)


def _speckled(_depth: FloatArray, patient: _Patient, rng: Generator) -> FloatArray:
    return 1 + 0.4 * patient.texture * _field(0.9 * patient.grain, rng)


_TEXTURES: dict[str, Callable[[FloatArray, _Patient, Generator], FloatArray]] = dict(
    zip(CLASSES, (_homogeneous, _rim_enhancing, _speckled), strict=True)
)


def _field(grain: float, rng: Generator) -> FloatArray:
    """Gaussian noise of mean about 0 and standard deviation 1, correlated over `grain` pixels."""
    noise = gaussian_filter(rng.normal(size=(SIZE, SIZE)), grain, mode="wrap")
    return np.asarray(noise / noise.std())


def _shifted(image: Pixels, rng: Generator) -> Pixels:
    """Moved by 1 or 2 pixels up or down and left or right; the edge is repeated where nothing is left."""
    row, column = rng.integers(1, 3, 2) * rng.choice([-1, 1], 2)
    padded = np.pad(image, 2, mode="edge")
    return padded[2 + row : 2 + row + SIZE, 2 + column : 2 + column + SIZE]


def _grey(values: NDArray[np.floating[Any]]) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
