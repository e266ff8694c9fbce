"""Layers that several networks share, for two and three spatial axes alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations

SLOPE = 0.2
"""Of the leaky rectifiers."""
CONVOLUTION: Mapping[int, type[nn.Conv2d] | type[nn.Conv3d]] = {2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED: Mapping[int, type[nn.ConvTranspose2d] | type[nn.ConvTranspose3d]] = {
    2: nn.ConvTranspose2d,
    3: nn.ConvTranspose3d,
}
BATCH_NORM: Mapping[int, type[nn.BatchNorm2d] | type[nn.BatchNorm3d]] = {2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
INSTANCE_NORM: Mapping[int, type[nn.InstanceNorm2d] | type[nn.InstanceNorm3d]] = {
    2: nn.InstanceNorm2d,
    3: nn.InstanceNorm3d,
}


def convolution(axes: int, inputs: int, outputs: int, kernel: int = 3) -> nn.Module:
    """Convolution that keeps the size, filled up with zeros; the kernel is odd."""
    return CONVOLUTION[axes](inputs, outputs, kernel, padding=kernel // 2)


def shrinking(factors: Sequence[int], inputs: int, outputs: int) -> nn.Module:
    """Strided convolution that divides each axis by its factor, 1 or 2, without uneven overlap."""
    layer: Any = CONVOLUTION[len(factors)]  # its sizes are typed for one number of axes
    made: nn.Module = layer(inputs, outputs, _kernel(factors), stride=tuple(factors), padding=1)
    return made


def stretching(factors: Sequence[int], inputs: int, outputs: int, *, bias: bool = True) -> nn.Module:
    """Transposed convolution that multiplies each axis by its factor, 1 or 2."""
    layer: Any = TRANSPOSED[len(factors)]
    made: nn.Module = layer(inputs, outputs, _kernel(factors), stride=tuple(factors), padding=1, bias=bias)
    return made


def enlarged(images: Tensor, factors: Sequence[int]) -> Tensor:
    """Each pixel repeated `factors` times along each axis."""
    for axis, factor in enumerate(factors, start=2):
        images = images if factor == 1 else images.repeat_interleave(factor, dim=axis)
    return images


def averaged(images: Tensor, factors: Sequence[int]) -> Tensor:
    """Means over blocks of `factors` pixels; every side is a multiple of its factor."""
    kernel = list(factors)
    return functional.avg_pool2d(images, kernel) if len(kernel) == 2 else functional.avg_pool3d(images, kernel)


def spectrally_normalized(network: nn.Module) -> nn.Module:
    """The network, the largest singular value of each linear and convolutional layer held near 1, in place.

    One power iteration each training step (Miyato et al. 2018, algorithm 1); the vectors are part of the state.
    """
    layers = (nn.Linear, nn.Embedding, nn.Conv2d, nn.Conv3d)
    for layer in [module for module in network.modules() if isinstance(module, layers)]:
        parametrizations.spectral_norm(layer)
    return network


def _kernel(factors: Sequence[int]) -> tuple[int, ...]:
    return tuple(4 if factor == 2 else 3 for factor in factors)


class SelfAttention(nn.Module):
    """Attention of every pixel to every other, added with a weight that starts at 0 (Zhang et al. 2019, eq. 3).

    The memory grows with the square of the number of pixels: meant for 32 x 32 and below.
    """

    def __init__(self, axes: int, channels: int) -> None:
        super().__init__()
        inner = max(1, channels // 8)
        self.query = convolution(axes, channels, inner, 1)
        self.key = convolution(axes, channels, inner, 1)
        self.value = convolution(axes, channels, channels, 1)
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, features: Tensor) -> Tensor:
        """(n, c, *size) to the same shape."""
        query, key, value = (layer(features).flatten(2) for layer in (self.query, self.key, self.value))
        attention = torch.softmax(query.transpose(1, 2) @ key, dim=2)
        gathered: Tensor = value @ attention.transpose(1, 2)
        mixed: Tensor = features + self.weight * gathered.reshape(features.shape)
        return mixed


class Reshape(nn.Module):
    """(n, product of shape) to (n, *shape)."""

    def __init__(self, shape: Sequence[int]) -> None:
        super().__init__()
        self.shape = tuple(shape)

    def forward(self, features: Tensor) -> Tensor:
        """Keeps the first axis."""
        return features.reshape(-1, *self.shape)
