"""The losses of a translation, by name; a preset gives each its weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss, mse_loss

from trainers.losses.adversarial import AdversarialLoss
from trainers.networks.perceptual import Perceptual


@dataclass(frozen=True)
class Direction:
    """One direction of a translation."""

    generator: nn.Module
    discriminator: nn.Module
    sees_source: bool
    """Whether the discriminator is shown the image that another was made from."""

    def logits(self, images: Tensor, source: Tensor) -> Tensor:
        """(n, patches) of images said to be made from `source`."""
        shown = torch.cat([images, source], dim=1) if self.sees_source else images
        found: Tensor = self.discriminator(shown)
        return found


@dataclass(frozen=True)
class Scene:
    """What the losses of one step look at."""

    source: Tensor
    target: Tensor
    made: Tensor
    """From the source, like the target."""
    back: Tensor | None
    """From the target, like the source, where there are two ways."""
    there: Direction
    again: Direction | None
    """The way back."""
    objective: AdversarialLoss
    perceptual: Perceptual | None


def adversarial(scene: Scene) -> Tensor:
    """The objective's generator part, both ways where there are two."""
    total = _fooled(scene, scene.there, scene.made, scene.source, scene.target)
    if scene.again is not None and scene.back is not None:
        total = total + _fooled(scene, scene.again, scene.back, scene.target, scene.source)
    return total


def cycle(scene: Scene) -> Tensor:
    """E |F(G(x)) - x| + E |G(F(y)) - y| (Zhu et al. 2017, eq. 2)."""
    again, back = _both(scene)
    return l1_loss(again.generator(scene.made), scene.source) + l1_loss(scene.there.generator(back), scene.target)


def identity(scene: Scene) -> Tensor:
    """E |G(y) - y| + E |F(x) - x| (Zhu et al. 2017, section 5.2).

    For translations that keep the intensities alone: it fights any that inverts or rescales them, and wins.
    """
    again, _ = _both(scene)
    mine, theirs = scene.there.generator(scene.target), again.generator(scene.source)
    return l1_loss(mine, scene.target) + l1_loss(theirs, scene.source)


def absolute(scene: Scene) -> Tensor:
    """E |G(x) - y| of pairs (Isola et al. 2017, eq. 3)."""
    return l1_loss(scene.made, scene.target)


def square(scene: Scene) -> Tensor:
    """E (G(x) - y)² of pairs (Ledig et al. 2017, eq. 4)."""
    return mse_loss(scene.made, scene.target)


def perceptual(scene: Scene) -> Tensor:
    """Mean square difference in the features of a fixed network (Ledig et al. 2017, eq. 5)."""
    if scene.perceptual is None:
        raise ValueError("Expected a perceptual network for the loss `perceptual`, got none.")
    found: Tensor = scene.perceptual(scene.made, scene.target)
    return found


TERMS: Mapping[str, Callable[[Scene], Tensor]] = {
    "adversarial": adversarial,
    "cycle": cycle,
    "identity": identity,
    "l1": absolute,
    "l2": square,
    "perceptual": perceptual,
}
TWO_WAYS = frozenset({"cycle", "identity"})
"""Losses that need a way back."""


def _fooled(scene: Scene, way: Direction, made: Tensor, source: Tensor, real: Tensor) -> Tensor:
    on_real = way.logits(real, source) if scene.objective.needs_real else None
    return scene.objective.generator(way.logits(made, source), on_real)


def _both(scene: Scene) -> tuple[Direction, Tensor]:
    if scene.again is None or scene.back is None:
        raise ValueError("Expected two ways for a cycle or identity loss, got one.")
    return scene.again, scene.back
