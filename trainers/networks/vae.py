"""Encoder and decoder of a variational autoencoder (Kingma & Welling 2014), for two and three axes."""

from __future__ import annotations

from math import log

import torch
from torch import Tensor, nn

from trainers.networks.base import NetworkOptions, seeded
from trainers.networks.blocks import SLOPE, convolution
from trainers.networks.conditioning import classes_of, with_planes
from trainers.networks.convolutional import ConvolutionalGenerator, Fitted, downwards
from trainers.networks.latent_mixture import Codes
from trainers.networks.residuals import Residuals
from trainers.networks.sizes import pyramid
from trainers.types import Shape

FIRST_NOISE = 0.3
"""Standard deviation of the decoder's noise before training, in units of [-1, 1]."""
FLOOR = 0.1
"""Without a floor the noise shrinks until the codes carry everything and samples of the prior decode to nothing."""


class Encoder(nn.Module):
    """images (n, c, *size) and labels to the mean and the logarithm of the variance of z, each (n, latent)."""

    def __init__(self, shape: Shape, options: NetworkOptions) -> None:
        super().__init__()
        self.shape, self.latent = shape, options.latent
        self.classes = classes_of(shape, options)
        steps = pyramid(shape.size, options.depth)
        channels = steps.channels(options.width)
        planes = shape.channels + self.classes
        self.layers = nn.Sequential(
            Fitted(steps.sizes[-1]),
            *downwards(steps, (*channels[:-1], planes), attention=options.attention),
            convolution(steps.axes, channels[0], channels[0]),
            nn.LeakyReLU(SLOPE),
            nn.Flatten(),
            nn.Linear(channels[0] * steps.cells, 2 * options.latent),
        )

    def forward(self, images: Tensor, labels: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Raises ValueError for missing labels in a conditional network."""
        both: Tensor = self.layers(with_planes(images, labels, self.classes))
        mean, logvar = both.chunk(2, dim=1)
        return mean, logvar


class Decoder(ConvolutionalGenerator):
    """z (n, latent) and labels to the mean of the images, with Gaussian noise of one learned size.

    `decode` takes codes as the encoder gives them and gives the mean. `forward`, which images are sampled by, takes
    standard normal z, moves them to where the training images' codes were (`Codes`), decodes them and adds noise with
    the spectrum of what decoding leaves out (`Residuals`); the noise follows from z too.
    """

    def __init__(self, shape: Shape, options: NetworkOptions, floor: float = FLOOR) -> None:
        super().__init__(shape, options)
        self.floor = floor
        self.log_noise = nn.Parameter(torch.tensor(log(FIRST_NOISE)))
        classes = classes_of(shape, options)
        self.codes, self.residuals = Codes(options.latent, classes), Residuals(shape, options.latent, classes)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Raises ValueError for missing labels in a conditional network."""
        made: Tensor = self.decode(self.codes(z, labels), labels) + self.residuals(z, labels)
        return made.clamp(-1.0, 1.0)

    def decode(self, code: Tensor, labels: Tensor | None = None) -> Tensor:
        """Codes (n, latent) to images; ValueError for missing labels in a conditional network."""
        return super().forward(code, labels)

    def noise(self) -> Tensor:
        """Standard deviation of the noise, at least `floor`: the root of floor² plus the learned variance."""
        return (self.floor**2 + torch.exp(2 * self.log_noise)).sqrt()


def build(shape: Shape, options: NetworkOptions, seed: int, floor: float = FLOOR) -> tuple[Encoder, Decoder]:
    """Both networks, their first weights drawn from `seed`."""
    with seeded(seed):
        return Encoder(shape, options), Decoder(shape, options, floor)
