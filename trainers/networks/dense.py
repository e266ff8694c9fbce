"""Layers of fully connected units: the network of the first adversarial models (Goodfellow et al. 2014)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from trainers.networks.base import Generator, NetworkOptions
from trainers.networks.blocks import SLOPE, Reshape, spectrally_normalized
from trainers.networks.conditioning import Critic, LatentInput, classes_of, input_planes
from trainers.types import Shape

HIDDEN = 3
"""Hidden layers where the options choose none."""


class DenseGenerator(Generator):
    """z (n, latent) and labels to images (n, c, *size) in [-1, 1]."""

    def __init__(self, shape: Shape, options: NetworkOptions) -> None:
        super().__init__(shape, options.latent)
        self.input = LatentInput(options.latent, classes_of(shape, options))
        units = options.width
        layers: list[nn.Module] = []
        for before, after in pairwise([self.input.features, *(options.depth or HIDDEN) * [units]]):
            layers += [nn.Linear(before, after, bias=False), nn.BatchNorm1d(after), nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(
            *layers, nn.Linear(units, shape.values), nn.Tanh(), Reshape((shape.channels, *shape.size))
        )

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Raises ValueError for missing labels in a conditional network."""
        images: Tensor = self.layers(self.input(z, labels))
        return images


def dense_discriminator(shape: Shape, options: NetworkOptions) -> nn.Module:
    """Images (n, c, *size) and labels to logits (n,)."""
    units = options.width
    pixels = shape.values // shape.channels
    inputs = pixels * (shape.channels + input_planes(shape, options))
    layers: list[nn.Module] = [nn.Flatten()]
    for before, after in pairwise([inputs, *(options.depth or HIDDEN) * [units]]):
        layers += [nn.Linear(before, after), nn.LeakyReLU(SLOPE)]
    network = Critic(shape, options, nn.Sequential(*layers), units)
    return spectrally_normalized(network) if options.spectral_norm else network
