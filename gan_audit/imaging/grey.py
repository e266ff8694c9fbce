"""One number for each pixel, whatever the image's colours."""

from __future__ import annotations

import numpy as np

from gan_audit.types import FloatArray, Image

ITU_R_601 = np.array([0.299, 0.587, 0.114])


def grey(image: Image) -> FloatArray:
    """Grey values over the spatial axes, float64: colour by ITU-R 601 luminance.

    The luminance of whole numbers is rounded to whole numbers, so that a grey image stored as colour
    gives the same features as the grey image.
    """
    if image.channels == 1:
        return np.asarray(image.pixels, dtype=np.float64)
    luminance: FloatArray = np.asarray(image.pixels, dtype=np.float64) @ ITU_R_601
    return np.rint(luminance) if image.pixels.dtype.kind in "iub" else luminance
