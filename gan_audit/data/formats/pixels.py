"""The one door from decoded values to an Image: native type and range, colours last, grey where colours agree."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audit.types import Image

Pixels = NDArray[Any]
MAX_VALUES = 2**30
"""Most values one image may hold (a whole-body CT has half as many); beyond it lies a header that lies."""
CHANNEL_COUNTS = (1, 3, 4)
"""Lengths of a last axis that are read as grey, RGB and RGB with alpha."""

INTEGERS = (np.int16, np.int32, np.int64)
"""Types of rescaled whole numbers, narrowest first."""


class UnreadableError(Exception):
    """One image cannot be audited; `reason` is a sentence without file name or path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def as_image(
    pixels: Pixels,
    *,
    spacing: tuple[float, ...] | None = None,
    unit: str = "",
    bit_depth: int | None = None,
    colour: bool = False,
) -> Image:
    """An Image of decoded values, which it leaves as they are.

    pixels: (H, W) or (D, H, W), with a last axis of 1, 3 or 4 channels where `colour` is set. A fourth channel is
    opacity: the image is laid over black, unless the channel is zero everywhere, which some writers mean as
    "no opacity stored". Three channels that agree in every pixel are one. A volume of one slice is an image.
    spacing: millimetres along the spatial axes; bit_depth: as stored in the file, by default that of the type.
    Raises UnreadableError for values that are no numbers, for other shapes, and for less than 2 pixels along an axis.
    """
    pixels = _native(pixels)
    depth = bit_depth or stored_bits(pixels.dtype)
    refuse_huge(pixels.shape)
    if colour:
        pixels = _merge_channels(pixels)
    channels = 3 if colour and _is_colour(pixels) else 1
    if colour and channels == 1:
        pixels = pixels[..., 0]
    pixels, spacing = _flatten(pixels, spacing, spatial=pixels.ndim - (channels == 3))
    _refuse_shape(pixels.shape[:-1] if channels == 3 else pixels.shape, channels)
    return Image(np.ascontiguousarray(pixels), channels, spacing, None, unit, depth)


def channels_last(shape: tuple[int, ...]) -> bool:
    """Whether one item of an array is read as (..., channels): three axes or more, the last of 1, 3 or 4."""
    return len(shape) >= 3 and shape[-1] in CHANNEL_COUNTS


def stored_bits(dtype: np.dtype[Any]) -> int:
    """8 or 16 for integers of that width, 32 for wider ones and for floating point."""
    return 32 if dtype.kind == "f" else min(32, 8 * dtype.itemsize)


def refuse_huge(shape: tuple[int, ...]) -> None:
    """Raises UnreadableError for a shape of zero or more than MAX_VALUES values: call it before reading pixels."""
    count = 1
    for length in shape:
        count *= int(length)
    if count == 0:
        raise UnreadableError("It has no pixels: one of its axes has the length zero.")
    if count > MAX_VALUES:
        raise UnreadableError(f"It claims {count} values, more than the {MAX_VALUES} that one image may hold.")


def rescaled(stored: Pixels, slope: Any, intercept: Any, ends: tuple[int, int] | None = None) -> Pixels:
    """Stored values times slope plus intercept, in whole numbers where all three are, else in double precision.

    slope, intercept: numbers, or arrays that fit the axes of `stored`. ends: the range of what may be stored, by
    default that of the type. The resulting type depends on these, not on the values, so that every slice of a series
    gets the same.
    """
    slope, intercept = np.asarray(slope, np.float64), np.asarray(intercept, np.float64)
    if (slope == 1).all() and (intercept == 0).all():
        return stored
    values: Pixels = stored * slope + intercept
    if stored.dtype.kind not in "iu" or (slope % 1).any() or (intercept % 1).any():
        return values
    limits = np.iinfo(stored.dtype)
    reached = [end * slope + intercept for end in ends or (limits.min, limits.max)]
    low, high = min(np.min(end) for end in reached), max(np.max(end) for end in reached)
    fitting = (kind for kind in INTEGERS if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return values.astype(next(fitting, np.float64))


def _native(pixels: Pixels) -> Pixels:
    """The same values in this machine's byte order, in a type that every later step can compute with."""
    if pixels.dtype.kind not in "buif":
        raise UnreadableError("Its values are not real numbers (complex, text or objects).")
    if pixels.dtype.kind == "b":
        return pixels.astype(np.uint8)
    if pixels.dtype.kind == "f" and pixels.dtype.itemsize not in (4, 8):
        return pixels.astype(np.float32 if pixels.dtype.itemsize < 4 else np.float64)
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def _merge_channels(pixels: Pixels) -> Pixels:
    """(..., 1), (..., 3) or (..., 4) to (..., 1) or (..., 3): opacity laid over black."""
    if pixels.shape[-1] not in CHANNEL_COUNTS:
        raise UnreadableError(f"It holds {pixels.shape[-1]} values for each pixel; expected 1 (grey), 3 (RGB) or 4.")
    if pixels.shape[-1] < 4:
        return pixels
    colours, alpha = pixels[..., :3], pixels[..., 3:]
    full = 1 if pixels.dtype.kind == "f" else int(np.iinfo(pixels.dtype).max)
    if not alpha.any() or (alpha == full).all():
        return colours
    if pixels.dtype.kind == "f":
        if alpha.min() < 0 or alpha.max() > 1:
            raise UnreadableError("Its fourth channel is no opacity between 0 and 1; give grey or RGB.")
        return (colours * alpha).astype(pixels.dtype)
    wide = colours.astype(np.uint64) * alpha.astype(np.uint64)
    return ((wide + full // 2) // full).astype(pixels.dtype)


def _is_colour(pixels: Pixels) -> bool:
    if pixels.shape[-1] == 1:
        return False
    return not all(np.array_equal(pixels[..., 0], pixels[..., other]) for other in (1, 2))


def _flatten(
    pixels: Pixels, spacing: tuple[float, ...] | None, spatial: int
) -> tuple[Pixels, tuple[float, ...] | None]:
    """Drops axes of length 1, the first such axis first, while more than two spatial axes are left."""
    kept = list(range(spatial))
    for axis in range(spatial):
        if pixels.shape[axis] == 1 and len(kept) > 2:
            kept.remove(axis)
    shape = tuple(pixels.shape[axis] for axis in kept) + pixels.shape[spatial:]
    known = spacing is not None and len(spacing) == spatial and all(0 < step < float("inf") for step in spacing)
    return pixels.reshape(shape), tuple(float(spacing[axis]) for axis in kept) if known and spacing else None


def _refuse_shape(shape: tuple[int, ...], channels: int) -> None:
    """Raises UnreadableError where the spatial shape is not one the audit knows."""
    if len(shape) == 3 and channels == 3:
        raise UnreadableError("It is a stack of colour images; save each as a file of its own, or the stack in grey.")
    if len(shape) == 4:
        raise UnreadableError(f"It has four axes; split it along the first, of length {shape[0]}, one file for each.")
    if len(shape) not in (2, 3):
        raise UnreadableError(f"It has {len(shape)} axes; expected 2 (an image) or 3 (a volume).")
    if min(shape) < 2:
        raise UnreadableError("It is only one pixel wide or high.")
