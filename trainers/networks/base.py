"""What every generator is, for those who hold one without knowing which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import get_args

import torch
from torch import nn

from gan_audit.errors import UsageError
from trainers.types import Conditioning, Shape


class Generator(nn.Module):
    """z (n, latent), labels (n,) or None, and real images where `needs_images`, to images (n, c, *size) in [-1, 1].

    All randomness is in z: one z gives one image, up to rounding the same in any
    batch once the network is in evaluation mode.
    """

    needs_images: bool = False
    """Whether `forward` takes real images (n, c, *size) as its third argument."""

    def __init__(self, shape: Shape, latent: int) -> None:
        super().__init__()
        self.shape, self.latent = shape, latent


CONDITIONING: tuple[str, ...] = get_args(Conditioning)


@dataclass(frozen=True)
class NetworkOptions:
    """Sizes and switches that every network understands; the defaults train on one core at 16 to 64 pixels."""

    latent: int = 64
    """Length of the noise vector z."""
    width: int = 32
    """Channels at half resolution, up to four times as many below; units of a hidden layer of a dense network."""
    depth: int = 0
    """Halvings of the image (dense networks: hidden layers); 0 lets the network choose by the image's size."""
    conditioning: Conditioning = "none"
    """How the discriminator sees the label; any but `none` makes the generator conditional too."""
    attention: bool = False
    """Self-attention at half the image's resolution (Zhang et al. 2019), in both networks."""
    spectral_norm: bool = False
    """Largest singular value of each of the discriminator's layers held at 1 (Miyato et al. 2018)."""

    def __post_init__(self) -> None:
        """Raises UsageError for a size below 1 and for an unknown conditioning."""
        if min(self.latent, self.width) < 1 or self.depth < 0:
            raise UsageError(
                "Expected a latent length and a width of at least 1 and a depth of at least 0, "
                f"got {self.latent}, {self.width} and {self.depth}; leave them out for the defaults."
            )
        if self.conditioning not in CONDITIONING:
            raise UsageError(f"Expected a conditioning among {', '.join(CONDITIONING)}, got {self.conditioning}.")


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
