"""Stored values to [-1, 1] and back: linear, reversible, with its limits kept in the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audit.errors import InputError, UsageError
from gan_audit.types import Sample

FloatImages = NDArray[np.float32]
TYPES = ("uint8", "uint16", "int16", "int32")
"""Whole numbers that samples come back in, narrowest first."""


@dataclass(frozen=True)
class Scaling:
    """`low` becomes -1 and `high` becomes 1; values beyond are clipped."""

    low: float
    high: float
    dtype: str
    """Type of the images that come back: one of TYPES, or `float32`."""
    bit_depth: int
    unit: str = ""
    """`HU` for Hounsfield units."""

    def to_unit(self, pixels: NDArray[Any]) -> FloatImages:
        """float32 in [-1, 1], of the same shape."""
        share = (pixels.astype(np.float64) - self.low) / (self.high - self.low)
        return (np.clip(share, 0, 1) * 2 - 1).astype(np.float32)

    def back(self, images: NDArray[Any]) -> NDArray[Any]:
        """Stored values of images in [-1, 1]; whole numbers are rounded, not cut."""
        values = (np.clip(images.astype(np.float64), -1, 1) + 1) / 2 * (self.high - self.low) + self.low
        return values.astype(np.float32) if self.dtype == "float32" else np.rint(values).astype(self.dtype)

    def as_json(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


def scaling_for(
    samples: Sequence[Sample], *, floating: bool = False, window: tuple[float, float] | None = None
) -> Scaling:
    """Limits from the training images alone: 0 to 255 for 8 bit, else their smallest and largest value.

    floating: whether the decoded values are floating point; they then come back as float32.
    window: limits in the images' own unit in their place; what lies beyond is lost (metal in CT, say).
    Raises UsageError for an empty window, InputError where 8-bit and deeper images are mixed.
    """
    low, high = min(sample.low for sample in samples), max(sample.high for sample in samples)
    depths = {sample.bit_depth for sample in samples}
    if len(depths) > 1:
        raise InputError(
            f"The images hold {' and '.join(map(str, sorted(depths)))} bits a value: their intensities are not "
            "comparable. Convert them to one depth."
        )
    depth = depths.pop()
    unit = samples[0].unit
    dtype = "float32" if floating else _dtype(low, high, depth)
    if window:
        low, high = window
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise UsageError(f"Expected --window LOW HIGH with LOW below HIGH, got {low:g} {high:g}.")
    elif dtype == "uint8":
        low, high = 0.0, 255.0
    return Scaling(float(low), float(high), dtype, depth, unit)


def _dtype(low: float, high: float, depth: int) -> str:
    """The narrowest whole type that holds the values of images of so many bits."""
    for name in TYPES:
        limits = np.iinfo(name)
        if limits.bits >= min(depth, 16) and limits.min <= low and high <= limits.max:
            return name
    return "float32"
