"""The spaces `pixels` and `pixels-fine`: thumbnails that keep the layout and forget brightness, contrast and noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from gan_audit.features.base import Options
from gan_audit.imaging.grey import grey
from gan_audit.imaging.resample import averaged
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
        thumbnail = self._thumbnail(image)
        spread = float(thumbnail.std())
        if spread <= FLAT * float(np.abs(thumbnail).max()):
            return np.full(thumbnail.size, np.nan)
        standardized: FloatArray = (thumbnail - thumbnail.mean()) / spread
        return standardized

    def _thumbnail(self, image: Image) -> FloatArray:
        values = grey(image)
        return averaged(values, self.sides[values.ndim]).ravel()


@dataclass(frozen=True)
class FinePixels(Pixels):
    """Area average down to 64 x 64 (volumes: 16 x 16 x 16) in stored units, in which identity is told from likeness.

    Comparisons standardize the rows. A flat image yields NaN: it has no layout, and takes no part.
    """

    sides: ClassVar[dict[int, int]] = {2: 64, 3: 16}
    name: ClassVar[str] = "pixels-fine"
    revision: ClassVar[int] = 2
    uses: ClassVar[frozenset[str]] = frozenset({"duplicates"})

    def __call__(self, image: Image) -> FloatArray:
        """One number for each pixel of the thumbnail, row by row, in stored units."""
        thumbnail = self._thumbnail(image)
        flat = float(thumbnail.std()) <= FLAT * float(np.abs(thumbnail).max())
        return np.full(thumbnail.size, np.nan) if flat else thumbnail
