"""Equalized learning rate, and the other layers of progressively grown and style-based networks."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize

from trainers.networks.blocks import CONVOLUTION, SLOPE

GAIN = 2**0.5
"""Of a layer before a rectifier, so that the spread of the values is kept (He et al. 2015)."""
GROUP = 4
"""Images that one figure of the minibatch standard deviation is taken from."""
EPSILON = 1e-8


class Scaled(nn.Module):
    """Parametrization: the stored weight times a constant."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, weight: Tensor) -> Tensor:
        """The weight that the layer works with."""
        return weight * self.scale


def equalized(layer: nn.Module, gain: float = GAIN, rate: float = 1.0) -> nn.Module:
    """The layer with stored weights of unit variance, scaled by gain / sqrt(fan in) whenever it runs.

    All layers then learn at one speed, whatever their size (Karras et al. 2018, section 4.1). `rate` multiplies that
    speed (0.01 in a mapping network, Karras et al. 2019). The bias starts at 0.
    """
    weight, bias = layer.get_parameter("weight"), layer.get_parameter("bias")
    fan_in = weight[0].numel()
    with torch.no_grad():
        weight.normal_(0.0, 1.0 / rate)
        bias.zero_()
    parametrize.register_parametrization(layer, "weight", Scaled(gain * rate * fan_in**-0.5))
    if rate != 1.0:
        parametrize.register_parametrization(layer, "bias", Scaled(rate))
    return layer


def equalized_convolution(axes: int, inputs: int, outputs: int, kernel: int = 3, gain: float = GAIN) -> nn.Module:
    """Convolution that keeps the size, filled up with zeros."""
    return equalized(CONVOLUTION[axes](inputs, outputs, kernel, padding=kernel // 2), gain)


def pixel_normalized(features: Tensor) -> Tensor:
    """Each pixel's vector of channels divided by its root mean square (Karras et al. 2018, section 4.2)."""
    return features * torch.rsqrt(features.square().mean(dim=1, keepdim=True) + EPSILON)


def minibatch_deviation(features: Tensor) -> Tensor:
    """Features (n, c, *size) with one more plane: how much the images of a group of four differ, on average.

    Standard deviation over the group of each value, averaged over channels and pixels, the same in the whole plane
    (Karras et al. 2018, section 3). Groups are of the largest number up to GROUP that divides n.
    """
    n = len(features)
    group = next(count for count in range(GROUP, 0, -1) if n % count == 0)
    groups = features.reshape(group, n // group, -1)
    deviation = (groups.var(dim=0, unbiased=False) + EPSILON).sqrt().mean(dim=1)
    plane = deviation.repeat(group).reshape(n, *(1,) * (features.dim() - 1)).expand(-1, 1, *features.shape[2:])
    return torch.cat([features, plane], dim=1)


class PixelNorm(nn.Module):
    """Layer of `pixel_normalized`."""

    def forward(self, features: Tensor) -> Tensor:
        """Keeps the shape."""
        return pixel_normalized(features)


class MinibatchDeviation(nn.Module):
    """Layer of `minibatch_deviation`."""

    def forward(self, features: Tensor) -> Tensor:
        """(n, c, *size) to (n, c + 1, *size)."""
        return minibatch_deviation(features)


def rectified(features: Tensor) -> Tensor:
    """Leaky rectifier that keeps the spread of the values."""
    return functional.leaky_relu(features, SLOPE) * GAIN
