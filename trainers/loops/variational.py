"""The one loop of variational autoencoders (Kingma & Welling 2014; conditional: Sohn 2015)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from trainers.config import RunConfig
from trainers.loops.average import Average
from trainers.loops.base import Losses
from trainers.loops.optimizers import optimizer_for
from trainers.loops.optimizers import step as descend
from trainers.losses.elbo import draw as draw_code
from trainers.losses.elbo import elbo
from trainers.networks.base import NetworkOptions
from trainers.networks.vae import build as build_networks
from trainers.randomness import Draw, seed_of
from trainers.types import Batch


def build(config: RunConfig, device: str) -> Variational:
    """Encoder and decoder with the weights that the run's seed gives them."""
    return Variational(config, device)


class Variational:
    """Encoder and decoder climb the ELBO together; images are sampled from the average of the decoder's weights."""

    chance = None

    def __init__(self, config: RunConfig, device: str) -> None:
        preset = config.preset
        self.config, self.preset, self.device = config, preset, torch.device(device)
        options = NetworkOptions(preset.latent, preset.width, preset.depth, preset.conditioning, preset.attention)
        seed = seed_of(config.seed, "weights") % 2**31
        made = build_networks(config.shape, options, seed, floor=preset.noise_floor)
        self.encoder, self.decoder = made[0].to(self.device).train(), made[1].to(self.device).train()
        self.average = Average(self.decoder, preset.ema) if preset.ema else None
        self.modules: dict[str, nn.Module] = {"encoder": self.encoder, "generator": self.decoder}
        self.modules |= {} if self.average is None else {"average": self.average}
        pair = nn.ModuleList([self.encoder, self.decoder])
        self.optimizers = {"pair": optimizer_for(pair, preset, preset.generator_lr)}
        self.images_per_step = preset.batch

    def step(self, step: int, batch: Batch, draw: Draw) -> Losses:
        """The two terms of the ELBO, nats an image, and the decoder's noise."""
        encoder, decoder = self.encoder, self.decoder
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.config.precision == "bfloat16"):
            mean, logvar = encoder(batch.images, batch.labels)
            code = draw_code(mean, logvar, draw("codes"))
            made = decoder.decode(code, batch.labels)
            found = elbo(batch.images, made, decoder.noise(), mean, logvar, beta=self.preset.beta)
        descend(self.optimizers["pair"], found.loss)
        decoder.codes.update(code, batch.labels)
        decoder.residuals.update(batch.images - made, batch.labels)
        if self.average is not None:
            self.average.update(decoder)
        losses = {"elbo": -found.loss, "reconstruction": found.reconstruction, "divergence": found.divergence}
        return {name: value.detach() for name, value in (losses | {"noise": decoder.noise()}).items()}

    def state(self) -> dict[str, Any]:
        """Nothing beside the weights."""
        return {}

    def load(self, state: Mapping[str, Any]) -> None:
        """The inverse of state."""
