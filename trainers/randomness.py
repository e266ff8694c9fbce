"""Every random number comes from a generator seeded by what it is for, so that nothing has to be remembered.

A run that resumes at step 500 draws what an uninterrupted one would have drawn there: no state is saved.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def seed_of(*parts: object) -> int:
    """A whole number in [0, 2^63) from the text of `parts`: the same on every machine."""
    text = "/".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def rng_of(*parts: object) -> np.random.Generator:
    """A numpy generator seeded by `parts`."""
    return np.random.default_rng(seed_of(*parts))


def torch_generator(seed: int) -> torch.Generator:
    """A torch generator on the CPU: draw there and move, so that every device sees the same numbers."""
    import torch

    return torch.Generator("cpu").manual_seed(seed)


@dataclass(frozen=True)
class Draw:
    """The randomness of one training step: draw("latents") is a generator nobody else uses."""

    seed: int
    """The run's."""
    step: int

    def __call__(self, name: str) -> torch.Generator:
        """A fresh generator for (seed, step, name); the same name gives the same numbers again."""
        return torch_generator(seed_of(self.seed, self.step, name))
