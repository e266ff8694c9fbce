"""What the driver asks of a loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from trainers.randomness import Draw
from trainers.types import Batch

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

Losses = Mapping[str, "float | Tensor"]


class Objective(Protocol):
    """Networks and optimizers of a run, and one step of training them."""

    modules: Mapping[str, nn.Module]
    """All that is saved; `average` (or else `generator`) is what images are sampled from."""
    optimizers: Mapping[str, Optimizer]
    images_per_step: int
    """How many training images a step takes."""
    chance: float | None
    """The discriminator's loss where it tells nothing apart; None where that has no meaning (a critic, an ELBO)."""

    def step(self, step: int, batch: Batch, draw: Draw) -> Losses:
        """Trains once; named losses, detached, `discriminator` among them where there is one."""
        ...

    def state(self) -> dict[str, Any]:
        """Small JSON-ready numbers that belong to a checkpoint."""
        ...

    def load(self, state: Mapping[str, Any]) -> None:
        """The inverse of state."""
        ...


@dataclass
class Means:
    """Means of named numbers since the last reading."""

    sums: dict[str, Tensor | float]
    count: int = 0

    @classmethod
    def empty(cls) -> Means:
        """Nothing yet."""
        return cls({})

    def add(self, losses: Losses) -> None:
        """One step's numbers; nothing is moved off the device."""
        self.count += 1
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + value

    def read(self) -> dict[str, float]:
        """The means as plain numbers, and a fresh start; NaN where a step's was."""
        found = {name: float(value) / max(self.count, 1) for name, value in self.sums.items()}
        self.sums, self.count = {}, 0
        return found


def finite(losses: Mapping[str, float]) -> bool:
    """Whether every number is finite."""
    return bool(np.isfinite(list(losses.values())).all())
