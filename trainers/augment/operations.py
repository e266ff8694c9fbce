"""Changes of one image, each drawn from a generator of random numbers; applied in the order of OPERATIONS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from trainers.augment.modalities import Limits

Planes = NDArray[np.float64]
"""(c, *spatial) in any unit."""
Operation = Callable[[Planes, Limits, np.random.Generator], Planes]


def changed(image: Planes, limits: Limits, rng: np.random.Generator) -> Planes:
    """An image (c, *spatial) after every operation that the limits allow; values may leave the image's range."""
    for operation in OPERATIONS.values():
        image = operation(image, limits, rng)
    return image


def oriented(image: Planes, limits: Limits, rng: np.random.Generator) -> Planes:
    """Mirrored, and turned by 90 degrees where sides are equal."""
    mirror, quarter = rng.random(2) < 0.5, int(rng.integers(4))
    if (limits.flip or limits.turn) and mirror[0]:
        image = np.flip(image, -1)
    if limits.turn:
        image = np.flip(image, -2) if mirror[1] else image
        image = np.rot90(image, quarter, (-2, -1)) if image.shape[-1] == image.shape[-2] else image
    return np.ascontiguousarray(image)


def moved(image: Planes, limits: Limits, rng: np.random.Generator) -> Planes:
    """Rotated, scaled, shifted and bent in one linear interpolation; what comes in repeats the border."""
    size = np.array(image.shape[1:])
    angle = np.deg2rad(rng.uniform(-limits.rotation, limits.rotation))
    zoom = 1 + rng.uniform(-limits.scale, limits.scale)
    shift = rng.uniform(-limits.translation, limits.translation, len(size)) * size
    bends = [_bend(tuple(size), limits.elastic * length, rng) for length in size]
    if not (limits.rotation or limits.scale or limits.translation or limits.elastic):
        return image
    matrix = np.eye(len(size)) / zoom
    matrix[-2:, -2:] = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
    middle = (size - 1) / 2
    grid = np.indices(tuple(size)).reshape(len(size), -1)
    places = matrix @ (grid - middle[:, None]) + middle[:, None] - shift[:, None]
    places = places.reshape(len(size), *size) + np.stack(bends)
    return np.stack([ndimage.map_coordinates(plane, places, order=1, mode="nearest") for plane in image])


def relit(image: Planes, limits: Limits, rng: np.random.Generator) -> Planes:
    """Gamma within the image's own range, contrast about its mean, brightness and a smooth field."""
    low, span = float(image.min()), float(np.ptp(image)) or 1.0
    exponent = np.exp(rng.uniform(-limits.gamma, limits.gamma))
    factor = 1 + rng.uniform(-limits.contrast, limits.contrast)
    added = rng.uniform(-limits.brightness, limits.brightness) * span
    field = _bend(image.shape[1:], 1.0, rng)
    if limits.gamma:
        image = low + span * ((image - low) / span) ** exponent
    if limits.contrast or limits.brightness:
        image = image.mean() + (image - image.mean()) * factor + added
    return low + (image - low) * np.exp(limits.bias * np.clip(field, -2, 2) / 2) if limits.bias else image


def noisy(image: Planes, limits: Limits, rng: np.random.Generator) -> Planes:
    """Speckle that multiplies, noise that adds."""
    low, span = float(image.min()), float(np.ptp(image))
    grain, speckle = rng.standard_normal(image.shape), rng.standard_normal(image.shape)
    if limits.speckle:
        image = low + (image - low) * (1 + limits.speckle * speckle)
    return image + limits.noise * span * grain if limits.noise else image


OPERATIONS: Mapping[str, Operation] = {"oriented": oriented, "moved": moved, "relit": relit, "noisy": noisy}


def _bend(size: Any, deviation: float, rng: np.random.Generator) -> Planes:
    """A smooth random field of standard deviation `deviation`, its bumps about a quarter of the side wide."""
    field = ndimage.gaussian_filter(rng.standard_normal(tuple(size)), [max(length / 8, 1.0) for length in size])
    spread = float(field.std()) or 1.0
    return np.asarray(field / spread * deviation)
