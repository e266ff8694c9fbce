"""The spaces `pixels` and `pixels-fine`: thumbnails that keep the layout and forget brightness, contrast and noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from gan_audit.features.base import Options
from gan_audit.features.intensity import grey
from gan_audit.features.resample import area_weights, resample
from gan_audit.types import FloatArray, Image, ImageSet, Space

FLAT = 1e-6
"""A thumbnail that varies by no more than this share of its largest value has no layout to compare."""


@dataclass(frozen=True)
class Pixels:
    """Area average down to 16 x 16 (volumes: 8 x 8 x 8), minus its mean, divided by its standard deviation.

    Two images are compared by Euclidean distance: 0 for copies, also brighter ones or ones of other contrast,
    sqrt(2 d (1 - r)) in general, r being the correlation of the thumbnails and d their number of pixels.
    Misleads where the images share one layout (aligned anatomy): all are then near each other, and only the order of
    the distances tells. The region of interest is not looked at. A flat image yields NaN.
    """

    sides: ClassVar[dict[int, int]] = {2: 16, 3: 8}
    """Number of spatial axes to pixels along each axis of the thumbnail."""
    name: ClassVar[str] = "pixels"
    revision: ClassVar[int] = 1
    uses: ClassVar[frozenset[str]] = frozenset({"copies"})
    standardize: ClassVar[bool] = False

    @classmethod
    def build(cls, options: Options) -> Self:
        """It needs nothing."""
        return cls()

    def fit(self, real: ImageSet) -> Self:
        """Nothing depends on the real set."""
        return self

    def describe(self, dimension: int) -> Space:
        """Name, parameters and use."""
        parameters = {"sides": {str(axes): side for axes, side in self.sides.items()}, "colour": "luminance ITU-R 601"}
        return Space(
            self.name, dimension, "gan-audit thumbnail", self.revision, parameters, None, self.uses, self.standardize
        )

    def names(self, example: Image) -> tuple[str, ...]:
        """`row,column` or `slice,row,column`."""
        axes = grey(example).ndim
        return tuple(",".join(map(str, place)) for place in np.ndindex(*[self.sides[axes]] * axes))

    def __call__(self, image: Image) -> FloatArray:
        """One number for each pixel of the thumbnail, row by row; mean 0, standard deviation 1."""
        values = grey(image)
        side = self.sides[values.ndim]
        thumbnail = resample(values, [area_weights(size, side) for size in values.shape]).ravel()
        spread = float(thumbnail.std())
        if spread <= FLAT * float(np.abs(thumbnail).max()):
            return np.full(thumbnail.size, np.nan)
        standardized: FloatArray = (thumbnail - thumbnail.mean()) / spread
        return standardized


@dataclass(frozen=True)
class FinePixels(Pixels):
    """The same at 64 x 64 (volumes: 16 x 16 x 16), for comparing an image with its candidates cell by cell."""

    sides: ClassVar[dict[int, int]] = {2: 64, 3: 16}
    name: ClassVar[str] = "pixels-fine"
    uses: ClassVar[frozenset[str]] = frozenset({"duplicates"})
