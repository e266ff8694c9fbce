"""Networks that make images out of images, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import nn

from gan_audit.errors import UsageError
from trainers.networks.base import NetworkOptions, seeded
from trainers.networks.patch import PatchDiscriminator
from trainers.networks.residual import ResidualTranslator
from trainers.networks.superresolution import SuperResolution
from trainers.networks.unet import UNet
from trainers.types import Shape


@dataclass(frozen=True)
class TranslationModel:
    """How images of one shape become images of another."""

    generator: Callable[[Shape, Shape, NetworkOptions], nn.Module]
    """(source, target, options) to a network images (n, c, *size) -> images (n, c', *size')."""
    sees_source: bool = False
    """Whether the discriminator judges an image together with the one it was made from (pairs, Isola et al. 2017)."""


TRANSLATORS: Mapping[str, TranslationModel] = {
    "residual": TranslationModel(ResidualTranslator),
    "unet": TranslationModel(UNet, sees_source=True),
    "super-resolution": TranslationModel(SuperResolution),
}


def build(
    name: str, source: Shape, target: Shape, options: NetworkOptions, seed: int
) -> tuple[nn.Module, PatchDiscriminator]:
    """Generator and patch discriminator, their first weights drawn from `seed`.

    Raises UsageError for an unknown name and for shapes that the network cannot join.
    """
    if name not in TRANSLATORS:
        raise UsageError(f"Expected a translation network among {', '.join(TRANSLATORS)}, got {name}.")
    row = TRANSLATORS[name]
    with seeded(seed):
        generator = row.generator(source, target, options)
        further = source.channels if row.sees_source else 0
        return generator, PatchDiscriminator(target, further, options)
