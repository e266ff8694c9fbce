"""What a fault does to one image: grey or colour in, the same shape and type out, the range of the type kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike
from PIL import Image as PillowImage
from scipy.ndimage import affine_transform, gaussian_filter

from gan_audit.types import Image

Alteration = Callable[[Image, Generator], Image]
MARK, INSET = 6, 2
"""Side of the watermark and its distance from the corner, in pixels."""


def flipped(image: Image, rng: Generator) -> Image:
    """Left and right exchanged."""
    return _with(image, image.pixels[:, ::-1])


def rotated90(image: Image, rng: Generator) -> Image:
    """Turned by 90 degrees, to the left."""
    return _with(image, np.rot90(image.pixels))


def shifted(image: Image, rng: Generator, least: int = 1, most: int = 2) -> Image:
    """Moved by `least` to `most` pixels along both axes; the edge is repeated where nothing is left."""
    rows, columns = image.pixels.shape[:2]
    down, right = most + rng.integers(least, most + 1, 2) * rng.choice([-1, 1], 2)
    padded = np.pad(image.pixels, [(most, most)] * 2 + [(0, 0)] * (image.pixels.ndim - 2), mode="edge")
    return _with(image, padded[down : down + rows, right : right + columns])


def rotated(most: float) -> Alteration:
    """Turned about the centre by 1 to `most` degrees, to either side; bilinear, the edge repeated."""
    return lambda image, rng: _warped(image, angle=rng.uniform(1.0, most) * rng.choice([-1, 1]))


def zoomed(most: float) -> Alteration:
    """Enlarged or made smaller about the centre by 2 % to `most` (0.1 is 10 %); bilinear, the edge repeated."""
    return lambda image, rng: _warped(image, factor=1.0 + rng.uniform(0.02, most) * rng.choice([-1, 1]))


def augmented(image: Image, rng: Generator) -> Image:
    """Turned by up to 10 degrees, zoomed by up to 10 %, moved by up to 5 % of each side, all at once."""
    angle, factor, moved = rng.uniform(-10.0, 10.0), rng.uniform(0.9, 1.1), rng.uniform(-0.05, 0.05, 2)
    return _warped(image, angle=angle, factor=factor, moved=moved * image.pixels.shape[:2])


def noisy(sd: float) -> Alteration:
    """Gaussian noise of `sd` stored units, each channel its own."""
    return lambda image, rng: _with(image, image.pixels + rng.normal(0.0, sd, image.pixels.shape))


def brighter(levels: float) -> Alteration:
    """Every value raised."""
    return lambda image, rng: _with(image, image.pixels + levels)


def contrast(factor: float) -> Alteration:
    """Distances from the image's mean scaled."""
    return lambda image, rng: _with(image, image.pixels.mean() + factor * (image.pixels - image.pixels.mean()))


def scaled(factor: float) -> Alteration:
    """Every value multiplied."""
    return lambda image, rng: _with(image, factor * image.pixels)


def blurred(sd: float) -> Alteration:
    """Gaussian filter of `sd` pixels along rows and columns."""
    return lambda image, rng: _with(
        image, gaussian_filter(image.pixels.astype(float), _axes(image, sd), mode="nearest")
    )


def jittered(image: Image, rng: Generator) -> Image:
    """Moved by up to 1 pixel, noise of 2 stored units: two draws of one prototype."""
    return noisy(2.0)(shifted(image, rng, least=0, most=1), rng)


def marked(image: Image, rng: Generator) -> Image:
    """A bright square near the upper left corner."""
    pixels = image.pixels.copy()
    pixels[INSET : INSET + MARK, INSET : INSET + MARK] = 2**image.bit_depth - 1
    return _with(image, pixels)


def inverted(image: Image, rng: Generator) -> Image:
    """Its negative."""
    return _with(image, np.iinfo(image.pixels.dtype).max - image.pixels)


def gamma(exponent: float) -> Alteration:
    """Every value, as a share of the type's largest, to the power of `exponent`."""

    def change(image: Image, rng: Generator) -> Image:
        largest = np.iinfo(image.pixels.dtype).max
        return _with(image, largest * (image.pixels / largest) ** exponent)

    return change


def jpeg(quality: int) -> Alteration:
    """Written and read as a JPEG file of this quality; 8-bit images only."""

    def change(image: Image, rng: Generator) -> Image:
        file = io.BytesIO()
        PillowImage.fromarray(image.pixels).save(file, "JPEG", quality=quality)
        return _with(image, np.asarray(PillowImage.open(file)))

    return change


def cropped(least: float, most: float, *, central: bool = False) -> Alteration:
    """A window of `least` to `most` of the side, anywhere or in the centre, enlarged to the whole (bicubic); 8 bit."""

    def change(image: Image, rng: Generator) -> Image:
        rows, columns = image.pixels.shape[:2]
        share = rng.uniform(least, most)
        height, width = round(share * rows), round(share * columns)
        down, right = (np.array([rows - height, columns - width]) * (0.5 if central else rng.random(2))).astype(int)
        window = PillowImage.fromarray(image.pixels).crop((right, down, right + width, down + height))
        return _with(image, np.asarray(window.resize((columns, rows), PillowImage.Resampling.BICUBIC)))

    return change


def pasted(source: Image, least: float = 1 / 4, most: float = 1 / 3, *, moved: int = 0) -> Alteration:
    """An ellipse of another image of the same shape and type over this one, of `least` to `most` of the side.

    It lies anywhere within the middle half, `moved` pixels at most from where it was, and its rim is blended.
    """

    def change(image: Image, rng: Generator) -> Image:
        size = np.array(image.pixels.shape[:2])
        radii = 0.5 * rng.uniform(least, most, 2) * size
        centre = rng.uniform(0.25, 0.75, 2) * size
        places = np.moveaxis(np.mgrid[: size[0], : size[1]], 0, -1) + 0.5
        reach = np.sqrt((((places - centre) / radii) ** 2).sum(axis=-1))
        weight = np.clip((1.0 - reach) * radii.min() + 0.5, 0, 1)
        weight = weight.reshape(*weight.shape, *[1] * (image.pixels.ndim - 2))
        lesion = np.roll(source.pixels, rng.integers(-moved, moved + 1, 2), axis=(0, 1))
        return _with(image, weight * lesion + (1 - weight) * image.pixels)

    return change


def _warped(image: Image, *, angle: float = 0.0, factor: float = 1.0, moved: ArrayLike = 0.0) -> Image:
    """Turned by `angle` degrees and enlarged by `factor` about the centre, then moved by rows and columns."""
    size = np.array(image.pixels.shape)
    centre, shift = np.zeros(len(size)), np.zeros(len(size))
    centre[:2], shift[:2] = (size[:2] - 1) / 2, moved
    sine, cosine = np.sin(np.radians(angle)), np.cos(np.radians(angle))
    back = np.eye(len(size))  # from a place in the result to the place in the image that is shown there
    back[:2, :2] = np.array([[cosine, sine], [-sine, cosine]]) / factor
    offset = centre - back @ (centre + shift)
    return _with(image, affine_transform(image.pixels.astype(float), back, offset, order=1, mode="nearest"))


def _axes(image: Image, sd: float) -> tuple[float, ...]:
    return (sd, sd) + (0.0,) * (image.pixels.ndim - 2)


def _with(image: Image, values: np.ndarray[Any, Any]) -> Image:
    kind = image.pixels.dtype
    limits = np.iinfo(kind)
    whole = values if values.dtype == kind else np.clip(np.rint(values), limits.min, limits.max).astype(kind)
    return replace(image, pixels=np.ascontiguousarray(whole))
