"""Generators that learn next to nothing: what a model has to beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.generators.sets import Part, Pixels
from trainers.augment.modalities import MODALITIES
from trainers.augment.operations import changed
from trainers.randomness import rng_of

VARIANCE = 0.95
"""Share of the variance that the components of the PCA generator keep."""


def pixel_gaussian(part: Part, count: int, rng: np.random.Generator) -> Pixels:
    """Each pixel from its own normal distribution."""
    rows = _rows(part.images)
    return _images(rows.mean(axis=0) + rows.std(axis=0) * rng.standard_normal((count, rows.shape[1])), part)


def pca_gaussian(part: Part, count: int, rng: np.random.Generator) -> Pixels:
    """A normal distribution over the leading principal components."""
    rows = _rows(part.images)
    centre = rows.mean(axis=0)
    _, values, axes = np.linalg.svd(rows - centre, full_matrices=False)
    share = np.cumsum(values**2) / np.sum(values**2)
    kept = int(np.searchsorted(share, VARIANCE)) + 1
    codes = rng.standard_normal((count, kept)) * values[:kept] / np.sqrt(len(rows) - 1)
    return _images(centre + codes @ axes[:kept], part)


def augmentation(part: Part, count: int, rng: np.random.Generator) -> Pixels:
    """Training images, moved and re-lit as X-rays may be."""
    rows = rng.permutation(len(part.images))[np.arange(count) % len(part.images)]
    made = [changed(part.images[row][None].astype(float), MODALITIES["xray"], rng_of("baseline", i))[0]
            for i, row in enumerate(rows)]  # fmt: skip
    return np.rint(np.clip(np.stack(made), 0, 255)).astype(np.uint8)


BASELINES: Mapping[str, Callable[[Part, int, np.random.Generator], Pixels]] = {
    "per-pixel Gaussian": pixel_gaussian,
    "PCA Gaussian": pca_gaussian,
    "classical augmentation": augmentation,
}


def _rows(images: Pixels) -> np.ndarray:
    return images.reshape(len(images), -1).astype(float)


def _images(rows: np.ndarray, part: Part) -> Pixels:
    return np.rint(np.clip(rows, 0, 255)).astype(np.uint8).reshape(len(rows), *part.images.shape[1:])
