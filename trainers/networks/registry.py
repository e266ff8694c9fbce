"""Pairs of generator and discriminator by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import nn

from gan_audit.errors import UsageError
from trainers.networks.attention_image import AttentionImageGenerator
from trainers.networks.base import Generator, NetworkOptions, seeded
from trainers.networks.convolutional import ConvolutionalGenerator, convolutional_discriminator
from trainers.networks.dense import DenseGenerator, dense_discriminator
from trainers.networks.progressive import ProgressiveGenerator, progressive_discriminator
from trainers.networks.style import StyleGenerator, style_discriminator
from trainers.types import Shape


@dataclass(frozen=True)
class Network:
    """A generator z, labels -> images and a discriminator images, labels -> logits."""

    generator: Callable[[Shape, NetworkOptions], Generator]
    discriminator: Callable[[Shape, NetworkOptions], nn.Module]
    growing: bool = False
    """Whether both have `grow(stage)` and `levels`, see `progressive.growth`."""
    needs_images: bool = False
    """Whether the generator takes real images as its third argument."""


NETWORKS: Mapping[str, Network] = {
    "dense": Network(DenseGenerator, dense_discriminator),
    "convolutional": Network(ConvolutionalGenerator, convolutional_discriminator),
    "progressive": Network(ProgressiveGenerator, progressive_discriminator, growing=True),
    "style": Network(StyleGenerator, style_discriminator),
    "attention-image": Network(AttentionImageGenerator, convolutional_discriminator, needs_images=True),
}


def build(name: str, shape: Shape, options: NetworkOptions, seed: int) -> tuple[Generator, nn.Module]:
    """Generator and discriminator `name`, their first weights drawn from `seed`.

    Raises UsageError for an unknown name, and for a conditioning without labels.
    """
    if name not in NETWORKS:
        raise UsageError(f"Expected a network among {', '.join(NETWORKS)}, got {name}.")
    with seeded(seed):
        return NETWORKS[name].generator(shape, options), NETWORKS[name].discriminator(shape, options)
