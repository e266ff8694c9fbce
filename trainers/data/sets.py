"""The training images in memory, and the batch of every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audit.imaging.grey import ITU_R_601
from gan_audit.types import Image, ImageSet, Sample
from trainers.data.fitting import fit
from trainers.data.scaling import Scaling
from trainers.randomness import rng_of
from trainers.types import Batch


@dataclass(frozen=True)
class TrainingSet:
    """Images ready to train on; row i is samples[i]."""

    images: NDArray[np.float32] = field(repr=False)
    """(n, c, *size) in [-1, 1]."""
    codes: NDArray[np.int64] | None = field(repr=False)
    """(n,) numbers of the labels; None for a run without classes."""
    samples: tuple[Sample, ...] = field(repr=False)
    targets: NDArray[np.float32] | None = field(default=None, repr=False)
    """(m, c', *size') of a translation; None elsewhere."""
    paired: bool = True
    """Whether targets[i] belongs to images[i]; else they are drawn apart, and there may be more or fewer."""

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def _orders(self) -> dict[tuple[int, int, str], NDArray[np.int64]]:
        return {}

    def rows(
        self, seed: int, start: int, count: int, purpose: str = "images", total: int | None = None
    ) -> NDArray[np.int64]:
        """Rows of the images number start to start + count of an endless shuffled sequence.

        Every image (of `total`) comes once an epoch; an epoch's order is a function of (seed, purpose, epoch) alone.
        """
        length = total or len(self)
        rows: list[NDArray[np.int64]] = []
        end = start + count
        while start < end:
            epoch, offset = divmod(start, length)
            taken = min(length - offset, end - start)
            rows.append(self._order(seed, epoch, purpose, length)[offset : offset + taken])
            start += taken
        return np.concatenate(rows)

    def batch(self, seed: int, step: int, count: int, device: str = "cpu") -> Batch:
        """The images of a step."""
        import torch

        rows = self.rows(seed, step * count, count)
        place = torch.device(device)
        images = torch.from_numpy(self.images[rows]).to(place)
        labels = None if self.codes is None else torch.from_numpy(self.codes[rows]).to(place)
        if self.targets is None:
            return Batch(images, labels)
        if not self.paired:
            rows = self.rows(seed, step * count, count, "targets", len(self.targets))
        return Batch(images, labels, torch.from_numpy(self.targets[rows]).to(place))

    def _order(self, seed: int, epoch: int, purpose: str, length: int) -> NDArray[np.int64]:
        key = (seed, epoch, purpose)
        if key not in self._orders:
            if len(self._orders) > 4:
                self._orders.clear()
            self._orders[key] = rng_of(seed, "order", purpose, epoch).permutation(length)
        return self._orders[key]


def planes(image: Image, channels: int) -> NDArray[Any]:
    """An image as (c, *spatial): grey repeated for a colour run, colour as its luminance (ITU-R 601) for a grey one."""
    if image.channels == 3:
        colours = np.moveaxis(image.pixels, -1, 0)
        return colours if channels == 3 else np.tensordot(ITU_R_601, colours, 1)[None]
    return np.repeat(image.pixels[None], channels, axis=0)


def tensor_of(
    images: ImageSet, samples: Sequence[Sample], scaling: Scaling, channels: int, size: tuple[int, ...]
) -> NDArray[np.float32]:
    """(n, c, *size) in [-1, 1]: every image decoded, scaled and brought to one size."""
    found = np.empty((len(samples), channels, *size), np.float32)
    for row, sample in enumerate(samples):
        found[row] = fit(scaling.to_unit(planes(images.read(sample), channels)), size)
    return found


def codes_of(samples: Sequence[Sample], labels: Sequence[str]) -> NDArray[np.int64]:
    """Numbers of the samples' labels among `labels`."""
    numbers = {name: number for number, name in enumerate(labels)}
    return np.array([numbers[str(sample.label)] for sample in samples], np.int64)
