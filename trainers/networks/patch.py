"""Discriminator that judges patches, not whole images (Isola et al. 2017)."""

from __future__ import annotations

from torch import Tensor, nn

from trainers.networks.base import NetworkOptions
from trainers.networks.blocks import SLOPE, convolution, shrinking, spectrally_normalized
from trainers.types import Shape

HALVINGS = 2
"""Each logit then sees 22 pixels a side."""


class PatchDiscriminator(nn.Module):
    """Images (n, c, *size), with `further` channels of the image they were made from, to logits (n, patches)."""

    def __init__(self, shape: Shape, further: int, options: NetworkOptions) -> None:
        super().__init__()
        axes, width = shape.dimensions, options.width
        inputs = shape.channels + further
        layers: list[nn.Module] = []
        for level in range(HALVINGS):
            layers += [shrinking((2,) * axes, inputs, width * 2**level), nn.LeakyReLU(SLOPE)]
            inputs = width * 2**level
        layers += [convolution(axes, inputs, inputs), nn.LeakyReLU(SLOPE), convolution(axes, inputs, 1), nn.Flatten()]
        self.layers = nn.Sequential(*layers)
        if options.spectral_norm:
            spectrally_normalized(self.layers)

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """Labels are ignored."""
        logits: Tensor = self.layers(images)
        return logits
