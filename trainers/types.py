"""The values that cross a folder's border in `trainers`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["adversarial", "variational", "translation"]
Conditioning = Literal["none", "concat", "projection"]


@dataclass(frozen=True)
class Shape:
    """What one image of a run looks like."""

    channels: int
    """1 for grey, 3 for colour."""
    size: tuple[int, ...]
    """Length along 2 (H, W) or 3 (D, H, W) spatial axes."""
    classes: int
    """Number of labels; 0 for a run without."""

    @property
    def dimensions(self) -> int:
        """Number of spatial axes."""
        return len(self.size)

    @property
    def values(self) -> int:
        """Numbers in one image."""
        count = self.channels
        for length in self.size:
            count *= length
        return count


@dataclass(frozen=True)
class Batch:
    """Some training images."""

    images: Tensor
    """(n, c, *size), float32 in [-1, 1]."""
    labels: Tensor | None
    """(n,), int64; None for a run without classes."""
    targets: Tensor | None = None
    """(n, c', *size'), float32 in [-1, 1]: what a translation aims at; None elsewhere."""
