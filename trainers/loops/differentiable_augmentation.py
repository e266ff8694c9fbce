"""Differentiable augmentation of everything that a discriminator sees, and how often it is applied.

Real and fake images are changed alike, gradients pass through, and labels play no part: so a discriminator cannot learn
few images by heart, and the generator does not learn the change. Sources: Zhao et al., "Differentiable Augmentation for
Data-Efficient GAN Training", 2020; Karras et al., "Training Generative Adversarial Networks with Limited Data", 2020.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gan_audit.errors import UsageError
from trainers.networks.base import uniform

SHIFT = 1 / 8
"""Largest translation, as a part of the side (Zhao et al. 2020)."""
HOLE = 1 / 2
"""Side of the square cut out, as a part of the image's."""
Transform = Callable[[Tensor, Tensor, torch.Generator], Tensor]
"""images (n, c, *size) and which of them to change (n,), bool, to images."""


@dataclass
class Augmentation:
    """Changes images at random, each image and each kind by itself, with one probability.

    The same state of the generator gives the same change. Raises UsageError for an unknown kind.
    """

    kinds: Sequence[str] = ("translation", "cutout")
    """Rows of AUGMENTATIONS, in the order in which they are applied."""
    probability: float = 1.0
    """Of each kind, for each image; below about 0.8 no kind leaks into the generator (Karras et al. 2020)."""

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in AUGMENTATIONS]
        if unknown:
            raise UsageError(f"Expected augmentations among {', '.join(AUGMENTATIONS)}, got {', '.join(unknown)}.")

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Images (n, c, *size) in [-1, 1] to the same shape; values may leave [-1, 1] by brightness and contrast."""
        for kind in self.kinds:
            chosen = uniform((len(images),), images, generator) < self.probability
            images = AUGMENTATIONS[kind](images, chosen, generator)
        return images


def translation(images: Tensor, chosen: Tensor, generator: torch.Generator) -> Tensor:
    """Moved by whole pixels, up to an eighth of each side; what comes in is 0."""
    for axis in range(2, images.dim()):
        side = images.shape[axis]
        most = int(side * SHIFT + 0.5)
        steps = torch.floor(uniform((len(images),), images, generator) * (2 * most + 1)).long() - most
        images = _moved(images, axis, torch.where(chosen, steps, torch.zeros_like(steps)))
    return images


def cutout(images: Tensor, chosen: Tensor, generator: torch.Generator) -> Tensor:
    """A box of half the sides set to 0, its centre anywhere in the image."""
    inside = _over(chosen, images)
    for axis in range(2, images.dim()):
        side = images.shape[axis]
        hole = int(side * HOLE + 0.5)
        start = torch.floor(uniform((len(images),), images, generator) * (side + (1 - hole % 2))).long() - hole // 2
        away = _positions(images, axis) - _over(start, images)
        inside = inside & (away >= 0) & (away < hole)
    return images * (~inside).to(images.dtype)


def brightness(images: Tensor, chosen: Tensor, generator: torch.Generator) -> Tensor:
    """A constant from [-0.5, 0.5) added."""
    added = uniform((len(images),), images, generator) - 0.5
    return images + _over(added * chosen, images)


def contrast(images: Tensor, chosen: Tensor, generator: torch.Generator) -> Tensor:
    """Distances from the image's mean times a factor from [0.5, 1.5)."""
    change = chosen * (uniform((len(images),), images, generator) - 0.5)
    mean = images.flatten(1).mean(dim=1)
    return images + (images - _over(mean, images)) * _over(change, images)


def flip(images: Tensor, chosen: Tensor, generator: torch.Generator) -> Tensor:
    """Mirrored along the last axis, every other time; left and right of a body are not the same."""
    mirrored = chosen & (uniform((len(images),), images, generator) < 0.5)
    return torch.where(_over(mirrored, images), images.flip(-1), images)


AUGMENTATIONS: Mapping[str, Transform] = {
    "translation": translation,
    "cutout": cutout,
    "brightness": brightness,
    "contrast": contrast,
    "flip": flip,
}


@dataclass
class AdaptiveProbability:
    """Raises the probability of augmentation while the discriminator overfits, and lowers it else.

    What it watches is E sign(D(real)): 0 for a discriminator that knows nothing, 1 for one that is sure of every
    training image. Each update moves the probability by the batch over `images`, upwards where the
    running mean of the sign lies above `target` (Karras et al. 2020, section 3.1).
    """

    target: float = 0.6
    images: int = 20_000
    """Images after which it could have gone from 0 to 1; half a million in the publication, for long runs."""
    highest: float = 0.8
    """Above it augmentations begin to leak into the generator."""
    memory: float = 0.75
    """Share of the running mean that stays at an update."""
    value: float = 0.0
    """The probability; state."""
    accumulated: float = 0.0
    """Running mean of the sign; state."""

    def update(self, real: Tensor) -> float:
        """Logits (n,) of a batch of augmented real images; gives the probability to use next."""
        sign = float(real.detach().sign().mean())
        self.accumulated = self.memory * self.accumulated + (1 - self.memory) * sign
        direction = 1 if self.accumulated > self.target else -1
        self.value = min(self.highest, max(0.0, self.value + direction * len(real) / self.images))
        return self.value


def _over(values: Tensor, images: Tensor) -> Tensor:
    """(n,) to (n, 1, 1, 1) or (n, 1, 1, 1, 1)."""
    return values.reshape(-1, *(1,) * (images.dim() - 1))


def _positions(images: Tensor, axis: int) -> Tensor:
    """Pixel numbers along an axis, ready to be broadcast over the images."""
    shape = [1] * images.dim()
    shape[axis] = images.shape[axis]
    return torch.arange(images.shape[axis], device=images.device).reshape(shape)


def _moved(images: Tensor, axis: int, steps: Tensor) -> Tensor:
    """Each image moved along the axis by its own number of steps, filled up with 0."""
    source = _positions(images, axis) - _over(steps, images)
    valid = (source >= 0) & (source < images.shape[axis])
    index = source.clamp(0, images.shape[axis] - 1).expand(images.shape)
    return images.gather(axis, index) * valid.to(images.dtype)
