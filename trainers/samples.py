"""Many samples at once, for looking at and for measuring: in batches, so not bit for bit those of `sampling`."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from trainers.data.sets import TrainingSet
from trainers.loops.base import Objective
from trainers.randomness import rng_of, torch_generator
from trainers.sampling import sampling_network

BATCH = 64


def draw_samples(objective: Objective, data: TrainingSet, count: int, seed: int) -> NDArray[np.float32]:
    """`count` images (n, c, *size) of the networks as they are now, labels as frequent as in training."""
    network: Any = sampling_network(objective.modules)
    device = next(network.parameters()).device
    z = torch.randn((count, network.latent), generator=torch_generator(seed)).to(device)
    rows = rng_of(seed, "samples").permutation(len(data))[np.arange(count) % len(data)]
    labels = None if data.codes is None else torch.from_numpy(data.codes[rows]).to(device)
    given: list[torch.Tensor | None] = [z, labels]
    if getattr(network, "needs_images", False):
        given.append(torch.from_numpy(data.images[rows]).to(device))
    with torch.no_grad():
        parts = [network(*(_slice(x, i) for x in given)) for i in range(0, count, BATCH)]
    if "average" not in objective.modules:
        network.train()
    found: NDArray[np.float32] = torch.cat(parts).float().clamp(-1, 1).cpu().numpy()
    return found


def _slice(values: torch.Tensor | None, start: int) -> torch.Tensor | None:
    return None if values is None else values[start : start + BATCH]
