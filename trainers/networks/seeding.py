"""First weights from a seed: torch draws them from its global state, which is borrowed and given back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, torch's global CPU generator starts from `seed`; afterwards it is where it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def normal(shape: tuple[int, ...], like: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Standard normal numbers drawn on the generator's device, so that they do not depend on that of `like`."""
    drawn = torch.randn(shape, generator=generator, device=generator.device, dtype=like.dtype)
    return drawn.to(like.device)


def uniform(shape: tuple[int, ...], like: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Numbers in [0, 1), drawn like `normal`."""
    drawn = torch.rand(shape, generator=generator, device=generator.device, dtype=like.dtype)
    return drawn.to(like.device)
