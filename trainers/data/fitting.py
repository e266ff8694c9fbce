"""One size for all images: resized with their proportions kept, and the rest filled up."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from gan_audit.errors import UsageError
from gan_audit.types import Sample

LARGEST = {2: 128, 3: 32}
"""Pixels along the longest side that a run chooses by itself, by spatial axes; --size may ask for more."""
SMALLEST = 4
Planes = NDArray[np.float32]


def size_for(samples: Sequence[Sample], asked: str | None = None) -> tuple[int, ...]:
    """Resolution of a run: what was asked for (`32`, `32x48`, `16x32x32`), else the median size of the images.

    Without a wish it is scaled down to at most LARGEST along its longest side. Raises UsageError for a wish that is no
    size, or has another number of axes than the images.
    """
    axes = len(samples[0].shape)
    if asked:
        return _parse(asked, axes)
    size = [round(median(sample.shape[axis] for sample in samples)) for axis in range(axes)]
    shrink = min(1.0, LARGEST[axes] / max(size))
    return tuple(max(SMALLEST, round(length * shrink)) for length in size)


def fit(image: Planes, size: tuple[int, ...]) -> Planes:
    """An image (c, *spatial) as (c, *size): scaled to fit inside, centred, its darkest value around it.

    An image of that size already comes back as it is. Shrinking averages (antialiased); enlarging is linear.
    """
    spatial = image.shape[1:]
    if spatial == size:
        return image
    scale = min(target / length for target, length in zip(size, spatial, strict=True))
    inner = tuple(min(t, max(1, round(length * scale))) for t, length in zip(size, spatial, strict=True))
    resized = resize(image, inner)
    gaps = [(target - length) // 2 for target, length in zip(size, inner, strict=True)]
    canvas = np.full((len(image), *size), resized.min(), np.float32)
    place = tuple(slice(gap, gap + length) for gap, length in zip(gaps, inner, strict=True))
    canvas[(slice(None), *place)] = resized
    return canvas


def resize(image: Planes, size: tuple[int, ...]) -> Planes:
    """An image (c, *spatial) at another size, axis by axis: averages where it shrinks, linear where it grows."""
    for axis, length in enumerate(size, start=1):
        image = np.moveaxis(np.tensordot(_weights(image.shape[axis], length), image, (1, axis)), 0, axis)
    return np.ascontiguousarray(image, np.float32)


def _weights(source: int, target: int) -> Planes:
    """(target, source) weights of a triangle as wide as the coarser of the two grids; rows sum to 1."""
    step = source / target
    centres = (np.arange(target) + 0.5) * step - 0.5
    away = np.abs(np.arange(source)[None] - centres[:, None]) / max(step, 1.0)
    weights = np.maximum(0.0, 1.0 - away)
    shares: Planes = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def _parse(asked: str, axes: int) -> tuple[int, ...]:
    parts = asked.lower().split("x")
    if not all(part.isdigit() and int(part) >= SMALLEST for part in parts):
        raise UsageError(f"Expected --size such as 32 or 32x48, each side at least {SMALLEST}, got {asked!r}.")
    size = tuple(int(part) for part in parts)
    size = size * axes if len(size) == 1 else size
    if len(size) != axes:
        raise UsageError(f"The images have {axes} axes, --size {asked} names {len(size)}; give one side or {axes}.")
    return size
