"""The space `random-conv`: a convolutional network that was never trained, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from gan_audit.features.base import Options
from gan_audit.features.intensity import intensities, scaled
from gan_audit.features.planes import planes
from gan_audit.features.torch_tools import exact, in_batches, mean_row, mean_rows, torch_device
from gan_audit.imaging.resample import linear_weights, resample
from gan_audit.types import FloatArray, Image, ImageSet, Space

if TYPE_CHECKING:
    from torch import Tensor

SEED = 20200214
CHANNELS = (3, 16, 32, 32, 48)
LONGEST, SHORTEST = 224, 32
"""Limits of the network's input, in pixels."""
SLOPE = 0.2
"""Of the leaky rectifier below zero."""


@dataclass(frozen=True)
class RandomConv:
    """Four blocks of 3 x 3 convolution, leaky rectifier and halving; mean and standard deviation of each channel.

    Each block contributes, so that fine texture (noise, blur) and coarse structure are both seen; d = 256.
    The input is colour, grey being repeated; its intensities are mapped so that the window of the real set becomes
    [-1, 1], without clipping, so that a shift of intensity stays visible. All images are resized to the median size of
    the real images, at most 224 and at least 32 pixels a side. A volume is the mean over at most 8 axial slices.
    Half the kernels of the first block sum to zero: they answer to texture alone, the others to intensity too.
    Misleads where two sets were resized in different ways: interpolation is texture.
    Source: random embeddings in Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models", 2020.
    """

    low: float | None = None
    """Lower end of the intensity window; None until `fit`."""
    high: float | None = None
    size: tuple[int, int] | None = None
    """Rows and columns of the network's input."""
    device: str = "cpu"
    name: ClassVar[str] = "random-conv"
    revision: ClassVar[int] = 1
    uses: ClassVar[frozenset[str]] = frozenset({"fidelity", "copies"})
    standardize: ClassVar[bool] = True

    @classmethod
    def build(cls, options: Options) -> RandomConv:
        """UsageError where the device is not there."""
        return cls(device=torch_device(options.device))

    def fit(self, real: ImageSet) -> RandomConv:
        """Fixes the intensity window and the input size."""
        found = intensities(real)
        return replace(self, low=found.low, high=found.high, size=input_size(real))

    def describe(self, dimension: int) -> Space:
        """The digest is that of the network's weights."""
        parameters = {
            "seed": SEED, "channels": list(CHANNELS), "window": [self.low, self.high],
            "input_size": list(self.size or ()), "device": self.device,
        }  # fmt: skip
        return Space(
            self.name, dimension, "gan-audit random network", self.revision, parameters, weights_sha256(),
            self.uses, self.standardize,
        )  # fmt: skip

    def names(self, example: Image) -> tuple[str, ...]:
        """`block1_mean_0` and so on."""
        return tuple(
            f"block{block}_{statistic}_{channel}"
            for block, width in enumerate(CHANNELS[1:], start=1)
            for statistic in ("mean", "sd")
            for channel in range(width)
        )

    def __call__(self, image: Image) -> FloatArray:
        """(256,)."""
        with exact():
            rows = [_forward(self._input(plane)[None], self.device)[0] for plane in planes(image)]
            return mean_row(rows)

    def batch(self, images: Sequence[Image]) -> FloatArray:
        """(n, 256); used on an accelerator."""
        slices = [planes(image) for image in images]
        inputs = [self._input(plane) for group in slices for plane in group]
        with exact():
            rows = in_batches(lambda filled: _forward(filled, self.device), inputs, self.device)
        return mean_rows(rows, [len(group) for group in slices])

    def _input(self, plane: Image) -> Tensor:
        import torch

        if self.low is None or self.high is None or self.size is None:
            raise ValueError("Expected an extractor fitted to the real set, got one without a window: call fit.")
        pixels = np.asarray(plane.pixels, dtype=np.float64)
        rows, columns = pixels.shape[:2]
        resized = resample(pixels, [linear_weights(rows, self.size[0]), linear_weights(columns, self.size[1])])
        channels = np.broadcast_to(resized.reshape(*self.size, -1), (*self.size, 3))
        return torch.from_numpy(np.moveaxis(2 * scaled(channels, self.low, self.high) - 1, 2, 0).astype(np.float32))


def input_size(real: ImageSet) -> tuple[int, int]:
    """Median rows and columns of the real images, shrunk together to 224 at most, each raised to 32 at least."""
    rows, columns = np.median([sample.shape[-2:] for sample in real.samples], axis=0)
    factor = min(1.0, LONGEST / max(rows, columns))
    return max(SHORTEST, round(rows * factor)), max(SHORTEST, round(columns * factor))


@lru_cache(maxsize=1)
def weights() -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]:
    """Kernels (out, in, 3, 3) and offsets (out,) of each block.

    Uniform, of the variance that keeps the spread of the values from block to block (He et al. 2015). They are taken
    from the raw output of PCG64, whose stream NumPy promises never to change, by operations that IEEE 754 fixes.
    """
    stream = np.random.PCG64(SEED)

    def uniform(*shape: int) -> FloatArray:
        raw = np.asarray(stream.random_raw(int(np.prod(shape))), dtype=np.uint64)
        return np.asarray((raw >> np.uint64(11)) * 2.0**-52 - 1.0, dtype=np.float64).reshape(shape)

    blocks = []
    for block, (width, target) in enumerate(pairwise(CHANNELS)):
        kernels = uniform(target, width, 3, 3) * np.sqrt(6 / ((1 + SLOPE**2) * 9 * width))
        offsets = 0.5 * uniform(target)
        if block == 0:
            kernels[::2] -= kernels[::2].mean(axis=(2, 3), keepdims=True)
            offsets[::2] = 0.0
        blocks.append((kernels.astype(np.float32), offsets.astype(np.float32)))
    return tuple(blocks)


@lru_cache(maxsize=1)
def weights_sha256() -> str:
    """Digest of the little-endian bytes of all kernels and offsets, in order."""
    return sha256(b"".join(part.astype("<f4").tobytes() for block in weights() for part in block)).hexdigest()


@lru_cache(maxsize=2)
def _network(device: str) -> list[tuple[Tensor, Tensor]]:
    import torch

    return [
        (torch.from_numpy(kernels).to(device), torch.from_numpy(offsets).to(device)) for kernels, offsets in weights()
    ]


def _forward(images: Tensor, device: str) -> Tensor:
    """(n, 3, H, W) to (n, 256)."""
    import torch
    from torch.nn import functional

    values, features = images.to(device), []
    for kernels, offsets in _network(device):
        padded = functional.pad(values, (1, 1, 1, 1), mode="replicate")
        values = functional.leaky_relu(functional.conv2d(padded, kernels, offsets), SLOPE)
        mean = values.mean(dim=(2, 3), keepdim=True)
        features += [mean.flatten(1), (values - mean).square().mean(dim=(2, 3)).sqrt()]
        values = functional.avg_pool2d(values, 2)
    return torch.cat(features, dim=1)
