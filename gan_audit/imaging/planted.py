"""Copies made on purpose, to learn which ones would be found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from gan_audit.imaging.affine import Windows, rotation
from gan_audit.imaging.proof import level_of
from gan_audit.imaging.registration import places
from gan_audit.types import FloatArray, Image

NOISE, TURN, CROP = 8.0, 10.0, 0.8
Planting = Callable[[Image, Generator], Image]


def noisy(image: Image, rng: Generator) -> Image:
    """White noise of NOISE grey levels of 255, rounded and kept in range as the image is."""
    return _stored(image, image.pixels + NOISE * level_of(image) * rng.standard_normal(image.pixels.shape))


def turned(image: Image, rng: Generator) -> Image:
    """Turned by TURN degrees, either way, in the plane of the last two spatial axes; the border is repeated."""
    return _seen(image, rotation(float(rng.choice([-TURN, TURN])), 1.0, _axes(image)))


def cropped(image: Image, rng: Generator) -> Image:
    """A window of CROP of each side, anywhere, enlarged to the whole."""
    axes = _axes(image)
    return _seen(image, CROP * np.eye(axes), rng.uniform(-0.5, 0.5, axes) * (1 - CROP))


PLANTED: Mapping[str, Planting] = {
    f"noise of {NOISE:.0f} grey levels": noisy,
    f"rotated by {TURN:.0f}°": turned,
    f"cropped to {CROP:.0%} of the side".replace("%", " %"): cropped,
}
"""What is done to a real image, in words."""


def _seen(image: Image, matrix: FloatArray, middle: FloatArray | None = None) -> Image:
    axes = _axes(image)
    shape = image.pixels.shape[:axes]
    matrix = np.diag(1 / np.array(shape)) @ matrix @ np.diag(np.array(shape, float))
    window = Windows(matrix[None], (np.zeros(axes) if middle is None else middle)[None])
    where = places(window, shape)
    planes = np.atleast_3d(image.pixels) if image.channels > 1 else image.pixels[..., None]
    seen = [
        ndimage.map_coordinates(planes[..., c].astype(np.float64), where, order=1, mode="nearest")
        for c in range(planes.shape[-1])
    ]
    return _stored(image, np.stack(seen, axis=-1).reshape(image.pixels.shape))


def _axes(image: Image) -> int:
    return image.pixels.ndim - (image.channels > 1)


def _stored(image: Image, values: FloatArray) -> Image:
    kind = image.pixels.dtype
    if kind.kind not in "iu":
        return replace(image, pixels=values.astype(kind))
    limits = np.iinfo(kind)
    return replace(image, pixels=np.clip(np.rint(values), limits.min, limits.max).astype(kind))
