"""Translator of residual blocks at a quarter of the size (Johnson et al. 2016; Zhu et al. 2017)."""

from __future__ import annotations

from torch import Tensor, nn

from trainers.networks.base import NetworkOptions
from trainers.networks.blocks import INSTANCE_NORM, convolution, shrinking, stretching
from trainers.networks.sizes import fitted, pyramid
from trainers.networks.unet import same_size
from trainers.types import Shape

HALVINGS = 2
BLOCKS = 3
"""Residual blocks where the options choose none; six and more for images of 128 pixels and above."""


class ResidualTranslator(nn.Module):
    """images (n, c, *size) to images (n, c', *size) in [-1, 1].

    Unlike the publication, only the residual branches are normalized by each image's own statistics: the trunk keeps
    the absolute intensities, which mean something in a medical image. `options.depth` is the number of blocks.
    """

    def __init__(self, source: Shape, target: Shape, options: NetworkOptions) -> None:
        super().__init__()
        self.source, self.shape = source, target
        same_size(source, target)
        steps = pyramid(source.size, HALVINGS)
        axes, channels = steps.axes, steps.channels(options.width)
        self.size = steps.sizes[-1]
        layers: list[nn.Module] = [convolution(axes, source.channels, channels[-1], 7), nn.ReLU()]
        for level in reversed(range(steps.levels)):
            layers += [shrinking(steps.factors[level], channels[level + 1], channels[level]), nn.ReLU()]
        layers += [ResidualBlock(axes, channels[0]) for _ in range(options.depth or BLOCKS)]
        for level in range(steps.levels):
            layers += [stretching(steps.factors[level], channels[level], channels[level + 1]), nn.ReLU()]
        self.layers = nn.Sequential(*layers, convolution(axes, channels[-1], target.channels, 7), nn.Tanh())

    def forward(self, images: Tensor) -> Tensor:
        """Keeps the size."""
        return fitted(self.layers(fitted(images, self.size)), self.shape.size)


class ResidualBlock(nn.Module):
    """Two convolutions, each normalized by instance, added to what comes in."""

    def __init__(self, axes: int, channels: int) -> None:
        super().__init__()
        norm = INSTANCE_NORM[axes]
        self.branch = nn.Sequential(
            convolution(axes, channels, channels),
            norm(channels, affine=True),
            nn.ReLU(),
            convolution(axes, channels, channels),
            norm(channels, affine=True),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Keeps the shape."""
        added: Tensor = self.branch(features)
        return features + added
