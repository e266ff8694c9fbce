"""A generator that starts from a real image (Motamed et al., "Data augmentation using GANs", 2021)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainers.networks.base import Generator, NetworkOptions
from trainers.networks.blocks import SLOPE, Reshape, convolution
from trainers.networks.conditioning import LatentInput, classes_of
from trainers.networks.convolutional import Fitted, downwards, upwards
from trainers.networks.sizes import fitted, pyramid
from trainers.types import Shape


class AttentionImageGenerator(Generator):
    """z (n, latent), labels and real images (n, c, *size) to images of the same size, in [-1, 1].

    The image is encoded by strided convolutions with self-attention, the noise is laid beside its code, and both are
    decoded. What it makes hangs on a real image: nearness of the two is to be audited, not to be assumed away.
    """

    needs_images = True

    def __init__(self, shape: Shape, options: NetworkOptions) -> None:
        super().__init__(shape, options.latent)
        self.input = LatentInput(options.latent, classes_of(shape, options))
        steps = pyramid(shape.size, options.depth)
        channels = steps.channels(options.width)
        self.encoder = nn.Sequential(
            Fitted(steps.sizes[-1]), *downwards(steps, (*channels[:-1], shape.channels), attention=True)
        )
        self.noise = nn.Sequential(
            nn.Linear(self.input.features, channels[0] * steps.cells), Reshape((channels[0], *steps.base))
        )
        self.decoder = nn.Sequential(
            convolution(steps.axes, 2 * channels[0], channels[0]),
            nn.LeakyReLU(SLOPE),
            *upwards(steps, options),
            convolution(steps.axes, channels[-1], shape.channels),
            nn.Tanh(),
        )

    def forward(self, z: Tensor, labels: Tensor | None = None, images: Tensor | None = None) -> Tensor:
        """Raises ValueError without images, and for missing labels in a conditional network."""
        if images is None:
            raise ValueError("Expected real images for an image-conditioned generator, got none: pass one for each z.")
        code = torch.cat([self.encoder(images), self.noise(self.input(z, labels))], dim=1)
        return fitted(self.decoder(code), self.shape.size)
