"""Thumbnails turned, mirrored, inverted and looked at through windows: the views in which a copy may be found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gan_audit.stats.separable import along_axes, averaging, interpolation, window
from gan_audit.types import FloatArray

Scalar = TypeVar("Scalar", bound=np.generic)

ORIENTATIONS = (
    "as it is",
    "rotated by 90°",
    "rotated by 180°",
    "rotated by 270°",
    "mirrored",
    "mirrored and rotated by 90°",
    "mirrored and rotated by 180°",
    "mirrored and rotated by 270°",
)
"""The symmetries of a square, in the order of `orient`; mirrored means left and right exchanged."""
WINDOWS = (
    (1.0, (-2.5 / 64, 2.5 / 64)),
    (0.92, (-1.5 / 64, 1.5 / 64)),
    (0.84, (-3.6 / 64, 0.0, 3.6 / 64)),
)
"""Width of a window of the grid, and how far along each axis its middle lies from the grid's, as shares of the side.

With the whole grid they leave no shift by 1/14 and no crop to 0.8 of the side farther than one coarse cell from the
nearest view.
"""


@dataclass(frozen=True)
class View:
    """One way of holding two thumbnails against each other."""

    orientation: int = 0
    """How the first is turned: a place in ORIENTATIONS."""
    negative: bool = False
    """Whether the first is inverted."""
    scale: float = 1.0
    """Width of the window of the second that is looked at, as a share of the side."""
    centre: tuple[float, ...] = ()
    """How far the window's middle lies from the grid's, as shares of the side; empty for the middle itself."""

    @property
    def whole(self) -> bool:
        """Whether all of the second is looked at."""
        return not self.centre

    def turn(self, grids: NDArray[Scalar]) -> NDArray[Scalar]:
        """The first thumbnails (n, s, ...) as the view holds them."""
        turned = orient(grids, self.orientation)
        return np.negative(turned) if self.negative else turned

    def coarse(self, grids: FloatArray, target: int) -> FloatArray:
        """What is seen of the second thumbnails (n, s, ...), as unit rows (n, target ** axes)."""
        matrices = [averaging(side, target) for side in grids.shape[1:]]
        if not self.whole:
            scale = np.array([self.scale])
            moved = (
                interpolation(side, window(side, np.array([c]), scale)[0])
                for side, c in zip(grids.shape[1:], self.centre, strict=True)
            )
            matrices = [mean @ look for mean, look in zip(matrices, moved, strict=True)]
        return unit_rows(along_axes(grids, matrices).reshape(len(grids), -1))


def views(axes: int) -> tuple[View, ...]:
    """Every way in which a copy is looked for, for grids of that number of axes."""
    return (*(View(o) for o in range(len(ORIENTATIONS))), View(negative=True), *_windows(axes))


def _windows(axes: int) -> Iterator[View]:
    for scale, offsets in WINDOWS:
        for centre in product(offsets, repeat=axes):
            yield View(scale=scale, centre=centre)


def orient(grids: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """Grids (n, ..., s, s) turned in the plane of the last two axes by the orientation of that number."""
    flipped = grids[..., ::-1] if orientation >= 4 else grids
    return np.asarray(np.rot90(flipped, orientation % 4, axes=(-2, -1)))


def undone(orientation: int) -> int:
    """The orientation that turns back."""
    return {1: 3, 3: 1}.get(orientation, orientation)


def unit_rows(rows: FloatArray) -> FloatArray:
    """Rows (n, d) with mean 0 and length 1, so that their dot products are correlations; flat rows become 0."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=length > 0))
