"""Small real images for the tests of the trainers: scikit-learn's digits, three to a patient."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from trainers.data.images import load_images
from trainers.data.prepare import Wishes, prepare
from trainers.train import Request, train_request


def arrays(count):
    found = load_digits()
    return np.clip(found.images[:count] * 16, 0, 255).astype(np.uint8), found.target[:count]


def write_folder(folder, count=48, classes=3):
    """PNG files and labels.csv with patients."""
    images, targets = arrays(count)
    folder.mkdir(parents=True)
    rows = [("filename", "label", "group")]
    for number, image in enumerate(images):
        name = f"Mueller_{number:03d}.png"
        Image.fromarray(image).save(folder / name)
        rows.append((name, f"digit {targets[number] % classes}", f"patient-{number // 3}"))
    with (folder / "labels.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return folder


def prepared(count=32, **wishes):
    images, targets = arrays(count)
    found = load_images(images, (targets % 3).tolist())
    return found, prepare(found, Wishes(**wishes))


def train(folder: Path, out: Path, model: str, steps: int = 2, **options):
    changes = {"width": 4, "latent": 8, "batch": 8, **options.pop("changes", {})}
    labels = options.pop("labels", folder / "labels.csv")
    return train_request(Request(model, folder, out, labels=labels, changes=changes, steps=steps, **options))
