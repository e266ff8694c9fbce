"""The two-dimensional images that an encoder of pictures is shown of one image or volume."""

from __future__ import annotations

import numpy as np

from gan_audit.types import Image


def planes(image: Image, limit: int = 8) -> list[Image]:
    """The image itself, or of a volume at most `limit` axial slices, evenly spaced from end to end.

    Slice k of n stands in the middle of the k-th n-th of the volume.
    """
    if image.channels != 1 or image.pixels.ndim == 2:
        return [image]
    depth = image.pixels.shape[0]
    count = min(limit, depth)
    places = ((np.arange(count) + 0.5) * depth / count).astype(int)
    return [Image(image.pixels[place], bit_depth=image.bit_depth, unit=image.unit) for place in places]
