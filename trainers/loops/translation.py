"""The one loop of translations: unpaired (cyclegan), paired (pix2pix) and enlarging (srgan)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from gan_audit.errors import UsageError
from trainers.config import RunConfig
from trainers.loops.average import Average
from trainers.loops.base import Losses
from trainers.loops.optimizers import optimizer_for
from trainers.loops.optimizers import step as descend
from trainers.losses.adversarial import OBJECTIVES
from trainers.losses.penalties import PENALTIES
from trainers.losses.translation import TERMS, TWO_WAYS, Direction, Scene
from trainers.networks.base import NetworkOptions
from trainers.networks.perceptual import Perceptual
from trainers.networks.translation import TRANSLATORS
from trainers.networks.translation import build as build_networks
from trainers.randomness import Draw, seed_of
from trainers.types import Batch, Shape


def build(config: RunConfig, device: str) -> Translation:
    """Networks with the weights that the run's seed gives them. Raises UsageError for an unknown loss."""
    return Translation(config, device)


class Translation:
    """A step of the discriminators, one of the generators by the weighted sum of the preset's losses, the average.

    With a cycle or identity loss there is a way back, `backward`, trained with it. The history of made images of Zhu
    et al. 2017 is left out: a step depends on its batch alone, so that a run resumes exactly.
    """

    def __init__(self, config: RunConfig, device: str) -> None:
        self.config, self.preset, self.device = config, config.preset, torch.device(device)
        named = {"adversarial": 1.0, **dict(self.preset.terms)}
        unknown = sorted(set(named) - set(TERMS))
        if unknown:
            raise UsageError(f"Expected losses among {', '.join(TERMS)}, got {', '.join(unknown)}.")
        self.terms = {name: weight for name, weight in named.items() if weight}
        source, target = config.source or config.shape, config.shape
        if "identity" in self.terms and source.channels != target.channels:
            raise UsageError("The loss identity needs inputs and targets that are both grey or both in colour.")
        self.there = self._way("forward", source, target)
        self.again = self._way("backward", target, source) if TWO_WAYS & set(self.terms) else None
        self.objective, self.penalty = OBJECTIVES[self.preset.objective], PENALTIES[self.preset.penalty]
        self.perceptual = self._perceptual(target)
        self.average = Average(self.there.generator, self.preset.ema) if self.preset.ema else None
        self.modules = self._modules()
        self.optimizers = {
            "generator": optimizer_for(self._all("generator"), self.preset, self.preset.generator_lr),
            "discriminator": optimizer_for(self._all("discriminator"), self.preset, self.preset.discriminator_lr),
        }
        self.images_per_step = self.preset.batch
        self.chance = self._chance()

    def step(self, step: int, batch: Batch, draw: Draw) -> Losses:
        """Each loss without its weight. Raises ValueError for a batch without targets."""
        if batch.targets is None:
            raise ValueError("Expected targets for a translation, got none.")
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bfloat16"):
            scene = self._scene(batch.images, batch.targets)
            losses = self._discriminate(step, scene, draw)
            found = {name: TERMS[name](scene) for name in self.terms}
            total = torch.stack([weight * found[name] for name, weight in self.terms.items()]).sum()
        descend(self.optimizers["generator"], total)
        if self.average is not None:
            self.average.update(self.there.generator)
        return losses | {name: value.detach() for name, value in found.items()}

    def state(self) -> dict[str, Any]:
        """Nothing beside the weights."""
        return {}

    def load(self, state: Mapping[str, Any]) -> None:
        """The inverse of state."""

    def _scene(self, source: Tensor, target: Tensor) -> Scene:
        made = self.there.generator(source)
        back = None if self.again is None else self.again.generator(target)
        return Scene(source, target, made, back, self.there, self.again, self.objective, self.perceptual)

    def _discriminate(self, step: int, scene: Scene, draw: Draw) -> dict[str, Tensor]:
        total = self._judged(step, self.there, scene.source, scene.target, scene.made, draw("penalty/forward"))
        if self.again is not None and scene.back is not None:
            total = total + self._judged(
                step, self.again, scene.target, scene.source, scene.back, draw("penalty/backward")
            )
        descend(self.optimizers["discriminator"], total)
        return {"discriminator": total.detach()}

    def _judged(
        self, step: int, way: Direction, source: Tensor, real: Tensor, made: Tensor, generator: torch.Generator
    ) -> Tensor:
        """The discriminator's loss, with its penalty on the steps that have one."""
        made = made.detach()
        loss = self.objective.discriminator(way.logits(real, source), way.logits(made, source))
        if self.preset.penalty == "none" or step % self.preset.penalty_interval:
            return loss
        penalty = self.penalty(lambda images, _: way.logits(images, source), real, made, None, generator)
        return loss + self.preset.penalty_weight * self.preset.penalty_interval * penalty

    def _way(self, name: str, source: Shape, target: Shape) -> Direction:
        options = NetworkOptions(
            self.preset.latent, self.preset.width, self.preset.depth, spectral_norm=self.preset.spectral_norm
        )
        seed = seed_of(self.config.seed, "weights", name) % 2**31
        made = build_networks(self.preset.network, source, target, options, seed)
        generator, discriminator = (network.to(self.device).train() for network in made)
        return Direction(generator, discriminator, TRANSLATORS[self.preset.network].sees_source)

    def _perceptual(self, target: Shape) -> Perceptual | None:
        if "perceptual" not in self.terms:
            return None
        return Perceptual(self.preset.features, target.dimensions, target.channels).to(self.device)

    def _all(self, kind: str) -> nn.Module:
        """Networks of a kind, of both ways."""
        return nn.ModuleList([getattr(way, kind) for way in (self.there, self.again) if way is not None])

    def _modules(self) -> dict[str, nn.Module]:
        found: dict[str, nn.Module] = {
            "generator": self.there.generator,
            "discriminator": self.there.discriminator,
        }
        if self.again is not None:
            found |= {"backward": self.again.generator, "backward_discriminator": self.again.discriminator}
        return found if self.average is None else found | {"average": self.average}

    def _chance(self) -> float | None:
        """Loss of the discriminators at logits of zero; a critic's has no meaning."""
        blank = torch.zeros(2)
        found = float(self.objective.discriminator(blank, blank)) * (1 if self.again is None else 2)
        return found if found > 0 else None
