"""The real sets: images to train on, and others that nobody sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan_audit.demo.phantoms import phantom_patients

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Part:
    """Images (n, h, w) and their labels."""

    images: Pixels
    labels: list[str]


@dataclass(frozen=True)
class RealSet:
    """Two disjoint parts of a real set, apart by patient where patients are known."""

    training: Part
    unseen: Part


def digits(_: Path) -> RealSet:
    """scikit-learn's 1,797 digits of 8 x 8 pixels, enlarged to 16 x 16; two random halves."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images = np.stack([enlarged(image) for image in np.clip(found.images * 16, 0, 255).astype(np.uint8)])
    return halves(images, [str(name) for name in found.target])


def phantoms(_: Path) -> RealSet:
    """The audit's phantoms, averaged down to 32 x 32: 600 patients of two images to train on, 400 others."""
    drawn = [phantom_patients(count, np.random.default_rng(seed)) for count, seed in ((600, 0), (400, 1))]
    parts = [Part(smaller(one.images), one.labels) for one in drawn]
    return RealSet(*parts)


def pneumonia(data: Path) -> RealSet:
    """4,708 chest X-rays of children, 28 x 28, normal and pneumonia (MedMNIST v2); two random halves."""
    import csv

    folder = data / "pneumoniamnist_train"
    with (folder / "labels.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    images = np.stack([np.asarray(Image.open(folder / "images" / row["filename"])) for row in rows])
    return halves(images, [row["label"] for row in rows])


SETS: Mapping[str, Callable[[Path], RealSet]] = {"digits": digits, "phantoms": phantoms, "pneumonia": pneumonia}
"""Name to (folder of real data) -> set."""


def halves(images: Pixels, labels: list[str]) -> RealSet:
    """Two random halves, always the same."""
    order = np.random.default_rng(0).permutation(len(images))
    parts = [order[: len(order) // 2], order[len(order) // 2 :]]
    return RealSet(*(Part(images[rows], [labels[row] for row in rows]) for rows in parts))


def enlarged(image: Pixels) -> Pixels:
    """Twice as large, bilinear."""
    return np.asarray(
        Image.fromarray(image).resize((2 * image.shape[1], 2 * image.shape[0]), Image.Resampling.BILINEAR)
    )


def smaller(images: Pixels) -> Pixels:
    """Half as large: means of four pixels."""
    n, height, width = images.shape
    means = images.reshape(n, height // 2, 2, width // 2, 2).mean(axis=(2, 4))
    return np.rint(means).astype(np.uint8)
