"""The one loop of generators trained against a discriminator (Goodfellow 2014): every combination of parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from trainers.config import RunConfig
from trainers.loops.average import Average
from trainers.loops.base import Losses
from trainers.loops.differentiable_augmentation import AdaptiveProbability, Augmentation
from trainers.loops.optimizers import optimizer_for
from trainers.loops.optimizers import step as descend
from trainers.losses.adversarial import OBJECTIVES
from trainers.losses.penalties import CONSTRAINTS, PENALTIES, PathLength
from trainers.networks.base import NetworkOptions
from trainers.networks.progressive import growth
from trainers.networks.registry import NETWORKS
from trainers.networks.registry import build as build_networks
from trainers.randomness import Draw, seed_of
from trainers.types import Batch

PATH_INTERVAL = 4
"""Generator steps from one path length regularization to the next."""


def build(config: RunConfig, device: str) -> Adversarial:
    """Networks with the weights that the run's seed gives them."""
    return Adversarial(config, device)


class Adversarial:
    """`critic_steps` discriminator steps, then one of the generator, then the average of its weights moves."""

    def __init__(self, config: RunConfig, device: str) -> None:
        preset = config.preset
        self.preset, self.config, self.device = preset, config, torch.device(device)
        options = NetworkOptions(
            preset.latent, preset.width, preset.depth, preset.conditioning, preset.attention, preset.spectral_norm
        )
        seed = seed_of(config.seed, "weights") % 2**31
        made = build_networks(preset.network, config.shape, options, seed)
        self.generator: Any = made[0].to(self.device).train()
        self.discriminator: Any = made[1].to(self.device).train()
        self.row = NETWORKS[preset.network]
        self.objective, self.penalty = OBJECTIVES[preset.objective], PENALTIES[preset.penalty]
        self.adaptive = AdaptiveProbability() if preset.adaptive and preset.augmentation else None
        self.path = PathLength().to(self.device) if preset.path_length else None
        self.average = Average(self.generator, preset.ema) if preset.ema else None
        self.modules = self._modules()
        self.optimizers = {
            "generator": optimizer_for(self.generator, preset, preset.generator_lr),
            "discriminator": optimizer_for(self.discriminator, preset, preset.discriminator_lr),
        }
        self.images_per_step = preset.batch * preset.critic_steps
        self.chance = self._chance()
        self.make, self.judge = self._compiled()

    def step(self, step: int, batch: Batch, draw: Draw) -> Losses:
        """Losses of the last discriminator step and of the generator's."""
        self._grow(step)
        losses: dict[str, Tensor | float] = {}
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bfloat16"):
            parts = _parts(batch, self.preset.critic_steps)
            for number, part in enumerate(parts):
                with torch.set_grad_enabled(number == len(parts) - 1):  # the last ones serve the generator too
                    fake = self._fake(part, draw, f"latents/{number}")
                count = step * self.preset.critic_steps + number
                losses |= self._discriminate(count, part, fake.detach(), draw, number)
            losses |= self._generate(step, part, fake, draw)
        if self.average is not None:
            self.average.update(self.generator)
        return losses

    def state(self) -> dict[str, Any]:
        """The adaptive augmentation's probability and what it follows."""
        return {} if self.adaptive is None else {"adaptive": asdict(self.adaptive)}

    def load(self, state: Mapping[str, Any]) -> None:
        """The inverse of state."""
        if self.adaptive is not None:
            self.adaptive = AdaptiveProbability(**state["adaptive"])

    def _discriminate(
        self, count: int, batch: Batch, fake: Tensor, draw: Draw, number: int
    ) -> dict[str, Tensor | float]:
        real, fake = self._seen(batch.images, draw, f"real/{number}"), self._seen(fake, draw, f"fake/{number}")
        on_real, on_fake = self.judge(real, batch.labels), self.judge(fake, batch.labels)
        game = self.objective.discriminator(on_real, on_fake)
        losses: dict[str, Tensor | float] = {"discriminator": game.detach()}
        total = game
        if self.preset.penalty != "none" and count % self.preset.penalty_interval == 0:
            penalty = self.penalty(self.discriminator, real, fake, batch.labels, draw(f"penalty/{number}"))
            total = total + self.preset.penalty_weight * self.preset.penalty_interval * penalty
            losses["penalty"] = penalty.detach()
        descend(self.optimizers["discriminator"], total)
        CONSTRAINTS[self.preset.constraint](self.discriminator, self.preset.clip)
        if self.adaptive is not None:
            losses["augmentation"] = self.adaptive.update(on_real)
        return losses

    def _generate(self, step: int, batch: Batch, fake: Tensor, draw: Draw) -> dict[str, Tensor | float]:
        fake = self._seen(fake, draw, "fake/generator")
        on_fake, on_real = self.judge(fake, batch.labels), None
        if self.objective.needs_real:
            on_real = self.judge(self._seen(batch.images, draw, "real/generator"), batch.labels)
        game = self.objective.generator(on_fake, on_real)
        losses: dict[str, Tensor | float] = {"generator": game.detach()}
        total = game
        if self.path is not None and step % PATH_INTERVAL == 0:
            length = self._path_length(batch, draw)
            total = total + self.preset.path_length * PATH_INTERVAL * length
            losses["path_length"] = length.detach()
        descend(self.optimizers["generator"], total)
        return losses

    def _fake(self, batch: Batch, draw: Draw, name: str) -> Tensor:
        z = self._latents(len(batch.images), draw, name)
        if self.row.needs_images:
            return self.make(z, batch.labels, batch.images.roll(1, 0))
        return self.make(z, batch.labels)

    def _latents(self, count: int, draw: Draw, name: str) -> Tensor:
        return torch.randn((count, self.generator.latent), generator=draw(name)).to(self.device)

    def _path_length(self, batch: Batch, draw: Draw) -> Tensor:
        z = self._latents(len(batch.images), draw, "latents/path")
        w = self.generator.mapping(z, batch.labels)
        assert self.path is not None
        found: Tensor = self.path(self.generator.synthesis(w, z), w, draw("path"))
        return found

    def _seen(self, images: Tensor, draw: Draw, name: str) -> Tensor:
        if not self.preset.augmentation:
            return images
        probability = 1.0 if self.adaptive is None else self.adaptive.value
        return Augmentation(self.preset.augmentation, probability)(images, draw(f"augment/{name}"))

    def _grow(self, step: int) -> None:
        if self.row.growing and self.preset.grow:
            for network in (self.generator, self.discriminator):
                network.grow(growth(step / (self.preset.grow * network.levels), network.levels, share=1.0))

    def _modules(self) -> dict[str, nn.Module]:
        found: dict[str, nn.Module] = {"generator": self.generator, "discriminator": self.discriminator}
        extras = {"average": self.average, "path": self.path}
        return found | {name: module for name, module in extras.items() if module is not None}

    def _chance(self) -> float | None:
        """Loss at logits of zero; a critic's has no meaning."""
        blank = torch.zeros(2)
        found = float(self.objective.discriminator(blank, blank))
        return found if found > 0 else None

    def _compiled(self) -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
        """The networks as they are called; torch.compile knows no second derivative, so a penalized one stays."""
        if not self.config.compiled:
            return self.generator, self.discriminator
        judge = torch.compile(self.discriminator) if self.preset.penalty == "none" else self.discriminator
        return torch.compile(self.generator), judge


def _parts(batch: Batch, count: int) -> list[Batch]:
    labels = [None] * count if batch.labels is None else batch.labels.chunk(count)
    return [Batch(images, names) for images, names in zip(batch.images.chunk(count), labels, strict=True)]
