"""How bright the real images are: the window and range that the whole audit then keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from gan_audit.errors import InputError
from gan_audit.imaging.grey import grey
from gan_audit.types import FloatArray, Image, ImageSet, Sample

PROBED = 32
"""Real images read to learn the intensities, where their descriptions do not tell."""
TAIL = 0.005
"""Share of an image's values left outside its window at each end."""
_KNOWN: WeakKeyDictionary[ImageSet, tuple[Any, Intensities]] = WeakKeyDictionary()
"""Measured once for the several spaces of an audit, as long as the set lives."""


@dataclass(frozen=True)
class Intensities:
    """Of a set of images, in stored units."""

    low: float
    """Lower end of the window: 0 for 8-bit images, else the median over images of the 0.5 % quantile."""
    high: float
    """Upper end of the window: 255 for 8-bit images, else the median over images of the 99.5 % quantile."""
    span: float
    """Median over images of largest minus smallest grey value within the region of interest."""
    whole: bool
    """Whether all values are whole numbers."""


def intensities(real: ImageSet) -> Intensities:
    """Measured on at most 32 images, evenly spaced in the order of their digests, whatever the order of the set.

    Raises InputError where the set is empty.
    """
    read, found = _KNOWN.get(real, (None, None))
    if found is None or read is not real.read:
        found = _measure(real)
        _KNOWN[real] = real.read, found
    return found


def representatives(real: ImageSet, most: int = PROBED) -> list[Sample]:
    """At most `most` images, different in content, evenly spaced in the order of their digests.

    Raises InputError where the set is empty.
    """
    ordered = sorted({sample.digest: sample for sample in real.samples}.values(), key=lambda sample: sample.digest)
    if not ordered:
        raise InputError("Expected at least one readable real image, got none; check the real folder.")
    places = np.linspace(0, len(ordered) - 1, min(most, len(ordered)))
    return [ordered[place] for place in np.unique(places.round().astype(int))]


def scaled(pixels: FloatArray, low: float, high: float) -> FloatArray:
    """Maps the window [low, high] to [0, 1]; values outside it go beyond, nothing is clipped."""
    result: FloatArray = (pixels - low) / (high - low)
    return result


def _measure(real: ImageSet) -> Intensities:
    rows = np.array([_probe(real.read(sample)) for sample in representatives(real)])
    low, high, span = (float(value) for value in np.median(rows[:, :3], axis=0))
    if all(sample.bit_depth <= 8 and sample.low >= 0 and sample.high <= 255 for sample in real.samples):
        low, high = 0.0, 255.0
    return Intensities(low, high if high > low else low + 1.0, span, whole=bool(rows[:, 3].all()))


def _probe(image: Image) -> tuple[float, float, float, bool]:
    values = grey(image)
    thinned = values.ravel()[:: max(1, values.size // 100_000)]
    low, high = np.quantile(thinned, [TAIL, 1 - TAIL])
    region = values[image.mask] if image.mask is not None and image.mask.any() else values
    return float(low), float(high), float(region.max() - region.min()), bool(np.array_equal(thinned, np.rint(thinned)))
