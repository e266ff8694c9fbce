"""Strided convolutions (Radford et al. 2016), for two and three axes, any size, grey or colour."""

from __future__ import annotations

from torch import Tensor, nn

from trainers.networks.base import Generator, NetworkOptions
from trainers.networks.blocks import (
    BATCH_NORM,
    SLOPE,
    Reshape,
    SelfAttention,
    convolution,
    shrinking,
    spectrally_normalized,
    stretching,
)
from trainers.networks.conditioning import Critic, LatentInput, classes_of, input_planes
from trainers.networks.sizes import Pyramid, fitted, pyramid
from trainers.types import Shape


class ConvolutionalGenerator(Generator):
    """z (n, latent) and labels to images (n, c, *size) in [-1, 1], cut from the next larger size that fits."""

    def __init__(self, shape: Shape, options: NetworkOptions) -> None:
        super().__init__(shape, options.latent)
        self.input = LatentInput(options.latent, classes_of(shape, options))
        steps = pyramid(shape.size, options.depth)
        first = steps.channels(options.width)[0]
        self.layers = nn.Sequential(
            nn.Linear(self.input.features, first * steps.cells, bias=False),
            Reshape((first, *steps.base)),
            BATCH_NORM[steps.axes](first),
            nn.ReLU(),
            *upwards(steps, options),
            convolution(steps.axes, steps.channels(options.width)[-1], shape.channels),
            nn.Tanh(),
        )

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Raises ValueError for missing labels in a conditional network."""
        return fitted(self.layers(self.input(z, labels)), self.shape.size)


class Fitted(nn.Module):
    """Fills images (n, c, *any) with zeros to the network's own size."""

    def __init__(self, size: tuple[int, ...]) -> None:
        super().__init__()
        self.size = size

    def forward(self, images: Tensor) -> Tensor:
        """(n, c, *size)."""
        return fitted(images, self.size)


def convolutional_discriminator(shape: Shape, options: NetworkOptions) -> nn.Module:
    """Images (n, c, *size) and labels to logits (n,); no batch normalization, so that penalties are defined."""
    steps = pyramid(shape.size, options.depth)
    channels = steps.channels(options.width)
    planes = shape.channels + input_planes(shape, options)
    body = nn.Sequential(
        Fitted(steps.sizes[-1]),
        *downwards(steps, (*channels[:-1], planes), attention=options.attention),
        convolution(steps.axes, channels[0], channels[0]),
        nn.LeakyReLU(SLOPE),
        nn.Flatten(),
    )
    network = Critic(shape, options, body, channels[0] * steps.cells)
    return spectrally_normalized(network) if options.spectral_norm else network


def upwards(steps: Pyramid, options: NetworkOptions) -> list[nn.Module]:
    """From the coarsest size to the finest; self-attention, where asked for, at half resolution."""
    channels = steps.channels(options.width)
    layers: list[nn.Module] = []
    for level, factors in enumerate(steps.factors):
        before, after = channels[level], channels[level + 1]
        layers += attention_at(steps, level, before) if options.attention else []
        layers += [stretching(factors, before, after, bias=False), BATCH_NORM[steps.axes](after), nn.ReLU()]
    return layers


def downwards(steps: Pyramid, channels: tuple[int, ...], *, attention: bool = False) -> list[nn.Module]:
    """From the finest size to the coarsest; `channels` of each size, coarsest first, the last those of the input."""
    layers: list[nn.Module] = []
    for level in reversed(range(steps.levels)):
        layers += [shrinking(steps.factors[level], channels[level + 1], channels[level]), nn.LeakyReLU(SLOPE)]
        layers += attention_at(steps, level, channels[level]) if attention else []
    return layers


def attention_at(steps: Pyramid, level: int, channels: int) -> list[nn.Module]:
    """One self-attention at the level below the finest, nothing at the others."""
    return [SelfAttention(steps.axes, channels)] if level == steps.levels - 1 else []
