"""Progressively grown networks (Karras et al., "Progressive Growing of GANs", 2018).

Both networks always take and give images of full size; at a low stage the generator's pixels are large and the
discriminator averages over them, so that training is the same as on small images, and as cheap.
"""

from __future__ import annotations

from math import ceil

import torch
from torch import Tensor, nn

from trainers.networks.base import Generator, NetworkOptions
from trainers.networks.blocks import SLOPE, Reshape, averaged, enlarged, spectrally_normalized
from trainers.networks.conditioning import Head, LatentInput, classes_of, input_planes, with_planes
from trainers.networks.equalized import (
    MinibatchDeviation,
    PixelNorm,
    equalized,
    equalized_convolution,
    pixel_normalized,
)
from trainers.networks.sizes import Pyramid, fitted, pyramid
from trainers.types import Shape


def growth(progress: float, levels: int, share: float = 1.0) -> float:
    """Stage for a part of the run done, from 0 (coarsest) to `levels`, reached after `share` of the run.

    Half of each step up is spent on the size reached, half on fading the next one in.
    """
    if progress >= share:
        return float(levels)
    level, within = divmod(levels * progress / share, 1.0)
    return level + max(0.0, 2.0 * within - 1.0)


class Growing(nn.Module):
    """What both networks share: the stage, kept with the weights."""

    stage: Tensor
    steps: Pyramid
    levels: int
    """Doublings from the coarsest size to the finest."""

    def prepare(self, steps: Pyramid) -> None:
        """Starts at the last stage."""
        self.steps, self.levels = steps, steps.levels
        self.register_buffer("stage", torch.tensor(float(steps.levels)))

    def grow(self, stage: float) -> None:
        """Sets the stage, in [0, levels]: 1.25 is the second size, faded in by a quarter. ValueError outside."""
        if not 0 <= stage <= self.levels:
            raise ValueError(f"Expected a stage from 0 to {self.levels}, got {stage}: use growth().")
        self.stage.fill_(stage)

    def reached(self) -> tuple[int, float]:
        """The level in use and how far it is faded in, in (0, 1]."""
        stage = float(self.stage)
        level = ceil(stage)
        return level, 1.0 - (level - stage)


class ProgressiveGenerator(Generator, Growing):
    """z (n, latent) and labels to images (n, c, *size) in [-1, 1]."""

    def __init__(self, shape: Shape, options: NetworkOptions) -> None:
        super().__init__(shape, options.latent)
        self.prepare(pyramid(shape.size, options.depth))
        self.input = LatentInput(options.latent, classes_of(shape, options))
        channels, axes = self.steps.channels(options.width), self.steps.axes
        dense = equalized(nn.Linear(self.input.features, channels[0] * self.steps.cells), GAIN_OF_FIRST)
        first = nn.Sequential(
            dense, Reshape((channels[0], *self.steps.base)), nn.LeakyReLU(SLOPE), PixelNorm(),
            *_rectified_convolution(axes, channels[0], channels[0]),
        )  # fmt: skip
        blocks = [_generator_block(axes, *channels[level : level + 2]) for level in range(self.levels)]
        self.blocks = nn.ModuleList([first, *blocks])
        self.to_image = nn.ModuleList([equalized_convolution(axes, c, shape.channels, 1, gain=1.0) for c in channels])

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Raises ValueError for missing labels in a conditional network."""
        level, alpha = self.reached()
        features = self.blocks[0](pixel_normalized(self.input(z, labels)))
        coarser = features
        for step in range(level):
            coarser = features
            features = self.blocks[step + 1](enlarged(features, self.steps.factors[step]))
        images = self.to_image[level](features)
        if alpha < 1:
            before = enlarged(self.to_image[level - 1](coarser), self.steps.factors[level - 1])
            images = torch.lerp(before, images, alpha)
        for factors in self.steps.factors[level:]:
            images = enlarged(images, factors)
        return fitted(torch.tanh(images), self.shape.size)


class ProgressiveDiscriminator(Growing):
    """images (n, c, *size) and labels to logits (n,)."""

    def __init__(self, shape: Shape, options: NetworkOptions) -> None:
        super().__init__()
        self.prepare(pyramid(shape.size, options.depth))
        self.shape, self.planes = shape, input_planes(shape, options)
        channels, axes = self.steps.channels(options.width), self.steps.axes
        planes = shape.channels + self.planes
        self.from_image = nn.ModuleList([_from_image(axes, planes, c) for c in channels])
        blocks = [_discriminator_block(axes, channels[level + 1], channels[level]) for level in range(self.levels)]
        self.blocks = nn.ModuleList(blocks)
        self.last = last_block(self.steps, channels[0])
        self.head = Head(channels[0], classes_of(shape, options) if options.conditioning == "projection" else 0)

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """The images are averaged down to the stage's size first; while fading in, the next coarser size joins."""
        level, alpha = self.reached()
        images = with_planes(fitted(images, self.steps.sizes[-1]), labels, self.planes)
        for factors in reversed(self.steps.factors[level:]):
            images = averaged(images, factors)
        features = self.from_image[level](images)
        for step in reversed(range(level)):
            features = averaged(self.blocks[step](features), self.steps.factors[step])
            if alpha < 1 and step == level - 1:
                before = self.from_image[step](averaged(images, self.steps.factors[step]))
                features = torch.lerp(before, features, alpha)
        logits: Tensor = self.head(self.last(features), labels)
        return logits


def progressive_discriminator(shape: Shape, options: NetworkOptions) -> nn.Module:
    """The discriminator, spectrally normalized where the options say so."""
    network = ProgressiveDiscriminator(shape, options)
    return spectrally_normalized(network) if options.spectral_norm else network


def last_block(steps: Pyramid, channels: int) -> nn.Sequential:
    """(n, channels, *base) to (n, channels), with the minibatch standard deviation."""
    return nn.Sequential(
        MinibatchDeviation(),
        *_rectified_convolution(steps.axes, channels + 1, channels, normalized=False),
        nn.Flatten(),
        equalized(nn.Linear(channels * steps.cells, channels)),
        nn.LeakyReLU(SLOPE),
    )


GAIN_OF_FIRST = 2**0.5 / 4
"""Of the layer after z, as published."""


def _rectified_convolution(axes: int, inputs: int, outputs: int, *, normalized: bool = True) -> list[nn.Module]:
    layers = [equalized_convolution(axes, inputs, outputs), nn.LeakyReLU(SLOPE)]
    return [*layers, PixelNorm()] if normalized else layers


def _generator_block(axes: int, inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        *_rectified_convolution(axes, inputs, outputs), *_rectified_convolution(axes, outputs, outputs)
    )


def _discriminator_block(axes: int, inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        *_rectified_convolution(axes, inputs, inputs, normalized=False),
        *_rectified_convolution(axes, inputs, outputs, normalized=False),
    )


def _from_image(axes: int, planes: int, channels: int) -> nn.Sequential:
    return nn.Sequential(equalized_convolution(axes, planes, channels, 1), nn.LeakyReLU(SLOPE))
