"""Enlarging translator: residual blocks, then pixels dealt out of channels (Ledig et al. 2017; Shi et al. 2016)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, log2

from torch import Tensor, nn
from torch.nn import functional

from gan_audit.errors import UsageError
from trainers.networks.base import NetworkOptions
from trainers.networks.blocks import convolution
from trainers.networks.sizes import fitted
from trainers.types import Shape

BLOCKS = 4
"""Residual blocks where the options choose none; sixteen in the publication."""
SMOOTH: Mapping[int, str] = {2: "bicubic", 3: "trilinear"}


class SuperResolution(nn.Module):
    """images (n, c, *size) to images (n, c, *larger size) in [-1, 1].

    The network adds what interpolation (bicubic; trilinear for volumes) lacks, so that it starts as good as that.
    The blocks hold no batch normalization, which blurs contrast (Lim et al. 2017). `options.depth` counts them.
    """

    def __init__(self, source: Shape, target: Shape, options: NetworkOptions) -> None:
        super().__init__()
        self.source, self.shape = source, target
        doublings, axes, width = _doublings(source, target), source.dimensions, options.width
        self.first = nn.Sequential(convolution(axes, source.channels, width), nn.PReLU())
        self.blocks = nn.Sequential(*[PlainBlock(axes, width) for _ in range(options.depth or BLOCKS)])
        larger: list[nn.Module] = []
        for _ in range(doublings):
            larger += [convolution(axes, width, width * 2**axes), Dealt(), nn.PReLU()]
        self.larger = nn.Sequential(*larger)
        self.last = convolution(axes, width, target.channels)
        for weight in self.last.parameters():
            nn.init.zeros_(weight)

    def forward(self, images: Tensor) -> Tensor:
        """Values that would leave [-1, 1] are cut."""
        features = self.first(images)
        detail = fitted(self.last(self.larger(features + self.blocks(features))), self.shape.size)
        return (interpolated(images, self.shape.size) + detail).clamp(-1, 1)


class PlainBlock(nn.Module):
    """Two convolutions added to what comes in."""

    def __init__(self, axes: int, width: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(convolution(axes, width, width), nn.PReLU(), convolution(axes, width, width))

    def forward(self, features: Tensor) -> Tensor:
        """Keeps the shape."""
        added: Tensor = self.branch(features)
        return features + added


class Dealt(nn.Module):
    """Layer of `dealt`."""

    def forward(self, features: Tensor) -> Tensor:
        """(n, c 2^axes, *size) to (n, c, *2 size)."""
        return dealt(features)


def dealt(features: Tensor) -> Tensor:
    """Every 2^axes channels become one channel of twice the size: torch's pixel_shuffle, for volumes too."""
    size, axes = features.shape[2:], features.dim() - 2
    channels = features.shape[1] // 2**axes
    split = features.reshape(len(features), channels, *(2,) * axes, *size)
    order = [0, 1, *(axis for i in range(axes) for axis in (2 + axes + i, 2 + i))]
    return split.permute(order).reshape(len(features), channels, *(2 * side for side in size))


def interpolated(images: Tensor, size: Sequence[int]) -> Tensor:
    """Bicubic for two axes, trilinear for three."""
    return functional.interpolate(images, size=list(size), mode=SMOOTH[len(size)], align_corners=False)


def _doublings(source: Shape, target: Shape) -> int:
    """Raises UsageError for targets that are not larger, or of other channels."""
    ratio = max(large / small for small, large in zip(source.size, target.size, strict=True))
    if ratio <= 1 or source.channels != target.channels:
        raise UsageError(
            f"Expected targets larger than the inputs and of as many channels, got {target.channels} channels of "
            f"{target.size} for {source.channels} of {source.size}: choose another --model for one size."
        )
    return ceil(log2(ratio) - 1e-9)
