"""Terms that keep a discriminator smooth, a constraint on its weights, and one term that keeps a generator even."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from trainers.networks.base import normal, uniform

Judge = Callable[[Tensor, Tensor | None], Tensor]
"""images and labels to logits (n,)."""
Measure = Callable[[Judge, Tensor, Tensor, Tensor | None, torch.Generator], Tensor]


@dataclass(frozen=True)
class Penalty:
    """A scalar to be added to the discriminator's loss, times `weight`.

    Where it is computed every `interval` steps alone, it is to be multiplied by `interval` (Karras et al. 2020,
    section 3.1).
    """

    measure: Measure
    weight: float
    """As published."""
    interval: int = 1

    def __call__(
        self, discriminator: Judge, real: Tensor, fake: Tensor, labels: Tensor | None, generator: torch.Generator
    ) -> Tensor:
        """Without the weight; real and fake are (n, c, *size), of equal shape."""
        return self.measure(discriminator, real.detach(), fake.detach(), labels, generator)


def nothing(
    discriminator: Judge, real: Tensor, fake: Tensor, labels: Tensor | None, generator: torch.Generator
) -> Tensor:
    """Zero."""
    return real.new_zeros(())


def r1(discriminator: Judge, real: Tensor, fake: Tensor, labels: Tensor | None, generator: torch.Generator) -> Tensor:
    """E |grad D(real)|² / 2 (Mescheder et al. 2018, eq. 9; the weight is its gamma)."""
    return 0.5 * slopes(discriminator, real, labels).square().mean()


def r2(discriminator: Judge, real: Tensor, fake: Tensor, labels: Tensor | None, generator: torch.Generator) -> Tensor:
    """E |grad D(fake)|² / 2 (Mescheder et al. 2018, eq. 10)."""
    return 0.5 * slopes(discriminator, fake, labels).square().mean()


def gradient(
    discriminator: Judge, real: Tensor, fake: Tensor, labels: Tensor | None, generator: torch.Generator
) -> Tensor:
    """E (|grad D(x)| - 1)², x between a real and a fake image at random (Gulrajani et al. 2017, eq. 3)."""
    share = uniform((len(real), *(1,) * (real.dim() - 1)), real, generator)
    between = share * real + (1 - share) * fake
    return (slopes(discriminator, between, labels) - 1).square().mean()


def dragan(
    discriminator: Judge, real: Tensor, fake: Tensor, labels: Tensor | None, generator: torch.Generator
) -> Tensor:
    """E (|grad D(x)| - 1)², x a real image moved by up to half the standard deviation (Kodali et al. 2017)."""
    moved = real + 0.5 * real.std() * uniform(tuple(real.shape), real, generator)
    return (slopes(discriminator, moved, labels) - 1).square().mean()


def slopes(discriminator: Judge, images: Tensor, labels: Tensor | None) -> Tensor:
    """Euclidean length (n,) of each image's gradient; it can be differentiated again."""
    images = images.detach().requires_grad_(True)
    logits = discriminator(images, labels)
    (found,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return lengths(found)


def lengths(rows: Tensor) -> Tensor:
    """Euclidean length (n,) of each row (n, ...), with gradient 0 rather than NaN at length 0."""
    squares = rows.flatten(1).square().sum(dim=1)
    zero = squares == 0
    return torch.where(zero, squares, torch.where(zero, torch.ones_like(squares), squares).sqrt())


PENALTIES: Mapping[str, Penalty] = {
    "none": Penalty(nothing, 0.0),
    "r1": Penalty(r1, 1.0),
    "r2": Penalty(r2, 1.0),
    "gradient": Penalty(gradient, 10.0),
    "dragan": Penalty(dragan, 10.0),
}

LIMIT = 0.01
"""Of clipped weights, as published."""
Constraint = Callable[[nn.Module, float], None]


def free(discriminator: nn.Module, limit: float = LIMIT) -> None:
    """Leaves the weights alone."""


def clip(discriminator: nn.Module, limit: float = LIMIT) -> None:
    """Cuts every weight to [-limit, limit], in place (Arjovsky et al. 2017, algorithm 1)."""
    with torch.no_grad():
        for weight in discriminator.parameters():
            weight.clamp_(-limit, limit)


CONSTRAINTS: Mapping[str, Constraint] = {"none": free, "clip": clip}


class PathLength(nn.Module):
    """E (|J^T y| - a)²: a step in w is to move the image equally far everywhere (Karras et al. 2020, eq. 4).

    J is the Jacobian of the images by w, y normal noise over the images divided by the root of the number of pixels,
    and a the running mean of |J^T y|, part of the state.
    """

    mean: Tensor

    def __init__(self, decay: float = 0.01) -> None:
        super().__init__()
        self.decay = decay
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, images: Tensor, w: Tensor, generator: torch.Generator) -> Tensor:
        """Images (n, c, *size) made from w (n, style), which requires a gradient. Moves the running mean."""
        found = self.lengths(images, w, generator)
        self.mean.lerp_(found.detach().mean().to(self.mean), self.decay)
        return (found - self.mean).square().mean()

    def lengths(self, images: Tensor, w: Tensor, generator: torch.Generator) -> Tensor:
        """|J^T y| of each image (n,)."""
        noise = normal(tuple(images.shape), images, generator) / images[0, 0].numel() ** 0.5
        (found,) = torch.autograd.grad((images * noise).sum(), w, create_graph=True)
        return lengths(found)
