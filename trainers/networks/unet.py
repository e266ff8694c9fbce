"""U-shaped translator: the image is shrunk and enlarged again, each size handed across (Isola et al. 2017)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gan_audit.errors import UsageError
from trainers.networks.base import NetworkOptions
from trainers.networks.blocks import BATCH_NORM, SLOPE, convolution, shrinking, stretching
from trainers.networks.sizes import fitted, pyramid
from trainers.types import Shape


class UNet(nn.Module):
    """images (n, c, *size) to images (n, c', *size) in [-1, 1]; it draws nothing, so that one image gives one image.

    The publication's dropout is left out for that reason.
    """

    def __init__(self, source: Shape, target: Shape, options: NetworkOptions) -> None:
        super().__init__()
        self.source, self.shape = source, target
        same_size(source, target)
        steps = pyramid(source.size, options.depth)
        channels, axes = (*steps.channels(options.width)[:-1], options.width), steps.axes
        self.size = steps.sizes[-1]
        self.first = nn.Sequential(convolution(axes, source.channels, channels[-1]), nn.LeakyReLU(SLOPE))
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for level in reversed(range(steps.levels)):
            coarse, fine = channels[level], channels[level + 1]
            layers = [shrinking(steps.factors[level], fine, coarse), BATCH_NORM[axes](coarse), nn.LeakyReLU(SLOPE)]
            self.down.append(nn.Sequential(*layers))
        for level in range(steps.levels):
            coarse, fine = channels[level] * (1 if level == 0 else 2), channels[level + 1]
            self.up.append(
                nn.Sequential(stretching(steps.factors[level], coarse, fine), BATCH_NORM[axes](fine), nn.ReLU())
            )
        self.last = nn.Sequential(convolution(axes, 2 * channels[-1], target.channels), nn.Tanh())

    def forward(self, images: Tensor) -> Tensor:
        """Keeps the size."""
        features = self.first(fitted(images, self.size))
        across: list[Tensor] = []
        for block in self.down:
            across.append(features)
            features = block(features)
        for block in self.up:
            features = torch.cat([block(features), across.pop()], dim=1)
        return fitted(self.last(features), self.shape.size)


def same_size(source: Shape, target: Shape) -> None:
    """Raises UsageError unless both images are of one size."""
    if source.size != target.size:
        raise UsageError(
            f"Expected inputs and targets of one size for this translation, got {source.size} and {target.size}: "
            "choose one --size, or --model srgan to enlarge."
        )
