"""How labels enter a network: not at all, as additional input, or by projection."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from gan_audit.errors import UsageError
from trainers.networks.base import NetworkOptions
from trainers.types import Shape


def classes_of(shape: Shape, options: NetworkOptions) -> int:
    """Classes that the networks are told, 0 where they are told none.

    Raises UsageError where a conditioning is asked for and the images have no labels.
    """
    if options.conditioning == "none":
        return 0
    if shape.classes < 1:
        raise UsageError(
            f"Expected labelled images for the conditioning {options.conditioning}, got none: "
            "give class folders or labels.csv, or choose --conditioning none."
        )
    return shape.classes


def known(labels: Tensor | None, classes: int) -> Tensor:
    """The labels; ValueError where there are none."""
    if labels is None:
        raise ValueError(f"Expected labels from 0 to {classes - 1} for a conditional network, got none: pass them.")
    return labels


class LatentInput(nn.Module):
    """z (n, latent), with an embedding of the label beside it in a conditional network (Mirza & Osindero 2014).

    Gives (n, `features`). The embedding has as many entries as there are classes, at most `latent`.
    """

    def __init__(self, latent: int, classes: int) -> None:
        super().__init__()
        self.classes = classes
        width = min(classes, latent)
        self.embedding = nn.Embedding(classes, width) if classes else None
        self.features = latent + width

    def forward(self, z: Tensor, labels: Tensor | None) -> Tensor:
        """Raises ValueError for missing labels."""
        if self.embedding is None:
            return z
        return torch.cat([z, self.embedding(known(labels, self.classes))], dim=1)


def with_planes(images: Tensor, labels: Tensor | None, classes: int) -> Tensor:
    """Images (n, c, *size) with one constant plane a class behind them, 1 for the label's and 0 for the others."""
    if not classes:
        return images
    hot = functional.one_hot(known(labels, classes), classes).to(images.dtype)
    planes = hot.reshape(*hot.shape, *(1,) * (images.dim() - 2)).expand(-1, -1, *images.shape[2:])
    return torch.cat([images, planes], dim=1)


class Head(nn.Module):
    """Features (n, f) to logits (n,): psi(f), plus <embedding of the label, f> by projection.

    Source: Miyato & Koyama, "cGANs with Projection Discriminator", 2018, eq. 3.
    """

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.classes = classes
        self.linear = nn.Linear(features, 1)
        self.embedding = nn.Embedding(classes, features) if classes else None
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight, std=features**-0.5)

    def forward(self, features: Tensor, labels: Tensor | None) -> Tensor:
        """Raises ValueError for missing labels."""
        logits: Tensor = self.linear(features)[:, 0]
        if self.embedding is None:
            return logits
        chosen: Tensor = self.embedding(known(labels, self.classes))
        return logits + (chosen * features).sum(dim=1)


class Critic(nn.Module):
    """A discriminator: body (n, c + planes, *size) to (n, f), then the head.

    Labels enter as planes ('concat'), in the head ('projection') or not at all.
    """

    def __init__(self, shape: Shape, options: NetworkOptions, body: nn.Module, features: int) -> None:
        super().__init__()
        classes = classes_of(shape, options)
        self.shape = shape
        self.planes = input_planes(shape, options)
        self.body = body
        self.head = Head(features, classes if options.conditioning == "projection" else 0)

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """Images (n, c, *size) in [-1, 1] and labels (n,) to logits (n,)."""
        features: Tensor = self.body(with_planes(images, labels, self.planes))
        logits: Tensor = self.head(features, labels)
        return logits


def input_planes(shape: Shape, options: NetworkOptions) -> int:
    """Label planes beside the image's channels: one a class for the conditioning 'concat', else none."""
    return classes_of(shape, options) if options.conditioning == "concat" else 0
