"""An image as a radiomics engine takes it: grey values, region, spacing; the same for every engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.imaging.grey import grey
from gan_audit.types import BoolArray, FloatArray, Image

MOST_GREY_LEVELS = 512
"""Without a parameter file. Time grows with the third power of the levels: 512 take PyRadiomics 5 s an image, 5,000
would exhaust the memory."""


@dataclass(frozen=True)
class Volume:
    """Grey values and their region."""

    values: FloatArray
    """(H, W) or (D, H, W) with D above 1."""
    mask: BoolArray | None
    """The same shape, or None for the whole image."""
    spacing: tuple[float, ...]
    """Millimetres along the same axes, 1 where unknown."""


def volume(image: Image) -> Volume:
    """Luminance for colour; a volume of one slice becomes a 2-D image."""
    values, mask = grey(image), image.mask
    spacing = image.spacing or (1.0,) * values.ndim
    if values.ndim == 3 and len(values) == 1:
        values, mask, spacing = values[0], None if mask is None else mask[0], spacing[1:]
    return Volume(values, mask, spacing)


def framed(given: Volume) -> Volume:
    """A whole image with a frame of one pixel, repeated from its edge, round the region: PyRadiomics wants background,
    and filters, normalization and resampling see the frame. An image with a real mask is left as it is.
    """
    if given.mask is not None and not given.mask.all():
        return given
    pad = [(int(size > 1), int(size > 1)) for size in given.values.shape]
    mask = np.pad(np.ones(given.values.shape, dtype=bool), pad)
    return Volume(np.pad(given.values, pad, mode="edge"), mask, given.spacing)
