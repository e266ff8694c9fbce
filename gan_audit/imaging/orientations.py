"""The eight ways of turning and mirroring a square, in the plane of the last two axes."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

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


def orient(grids: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """Grids (n, ..., s, s) turned in the plane of the last two axes by the orientation of that number."""
    flipped = grids[..., ::-1] if orientation >= 4 else grids
    return np.asarray(np.rot90(flipped, orientation % 4, axes=(-2, -1)))


def undone(orientation: int) -> int:
    """The orientation that turns back."""
    return {1: 3, 3: 1}.get(orientation, orientation)
