"""Exponential moving average of a network's weights, from which images are sampled."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn


class Average(nn.Module):
    """A copy of a network whose weights follow the trained ones slowly.

    The decay of update t (from 0) is min(decay, (1 + t) / (10 + t)) with `ramp`, so that the first weights are
    forgotten soon. Buffers (statistics of normalization layers, the stage of a growing network) are copied.
    The state dictionary holds the copy and the number of updates. Source: Yazici et al. 2019; Karras et al. 2018.
    """

    updates: Tensor

    def __init__(self, network: nn.Module, decay: float = 0.999, *, ramp: bool = True) -> None:
        super().__init__()
        if not 0 <= decay < 1:
            raise ValueError(f"Expected a decay from 0 to below 1, got {decay}; 0.999 is usual.")
        self.decay, self.ramp = decay, ramp
        self.model = deepcopy(network).requires_grad_(False)
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Moves the copy towards the network after a step of its optimizer."""
        done = int(self.updates)
        decay = min(self.decay, (1 + done) / (10 + done)) if self.ramp else self.decay
        for mine, theirs in zip(self.model.parameters(), network.parameters(), strict=True):
            mine.data.lerp_(theirs.detach().to(mine), 1 - decay)
        for kept, newest in zip(self.model.buffers(), network.buffers(), strict=True):
            kept.copy_(newest)
        self.updates += 1

    def forward(self, *inputs: Tensor | None) -> Tensor:
        """What the averaged network makes of the inputs."""
        made: Tensor = self.model(*inputs)
        return made
