"""From an image's size to the sizes of a network's layers: any size, two or three axes, each axis by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from torch import Tensor
from torch.nn import functional

SMALLEST = 4
"""Shortest side that a further halving may leave, in pixels."""


@dataclass(frozen=True)
class Pyramid:
    """The sizes through which a network goes, coarsest first; the finest is the image's, rounded up to fit."""

    size: tuple[int, ...]
    """Of the image."""
    sizes: tuple[tuple[int, ...], ...]

    @property
    def levels(self) -> int:
        """Doublings from the coarsest size to the finest."""
        return len(self.sizes) - 1

    @property
    def axes(self) -> int:
        """2 or 3."""
        return len(self.size)

    @property
    def base(self) -> tuple[int, ...]:
        """The coarsest size."""
        return self.sizes[0]

    @property
    def cells(self) -> int:
        """Pixels of the coarsest size."""
        return prod(self.base)

    @property
    def factors(self) -> tuple[tuple[int, ...], ...]:
        """From each size to the next finer one, along each axis: 1 or 2."""
        return tuple(tuple(fine // coarse for coarse, fine in zip(*pair, strict=True)) for pair in pairwise(self.sizes))

    def channels(self, width: int) -> tuple[int, ...]:
        """Of the layers at each size, coarsest first: `width` at half resolution, at most four times as many."""
        return tuple(
            max(1, width // 2) if level == self.levels else width * 2 ** min(2, self.levels - 1 - level)
            for level in range(self.levels + 1)
        )


def pyramid(size: Sequence[int], levels: int = 0) -> Pyramid:
    """Halves each axis as long as SMALLEST pixels are left, and at most `levels` times where that is not 0.

    A short axis is doubled at the coarse levels, a long one at all: (8, 64, 64) goes through (4, 4, 4), (8, 8, 8) and
    (8, 16, 16), so that the cells of a volume with thick slices become even.
    """
    halvings = [_halvings(side, levels) for side in size]
    deepest = max(1, *halvings)
    base = [-(-side // 2**count) for side, count in zip(size, halvings, strict=True)]
    sizes = tuple(
        tuple(side * 2 ** min(level, count) for side, count in zip(base, halvings, strict=True))
        for level in range(deepest + 1)
    )
    return Pyramid(tuple(size), sizes)


def _halvings(side: int, levels: int) -> int:
    most = levels or side.bit_length()
    return max(count for count in range(most + 1) if count == 0 or side / 2**count >= SMALLEST)


def fitted(images: Tensor, size: Sequence[int]) -> Tensor:
    """Images (n, c, *any) cut or filled with zeros, evenly on both sides, to (n, c, *size)."""
    margins: list[int] = []
    for have, want in zip(reversed(images.shape[2:]), reversed(tuple(size)), strict=True):
        before = int((want - have) / 2)  # towards 0, so that filling and cutting undo each other
        margins += [before, want - have - before]
    return functional.pad(images, margins) if any(margins) else images
