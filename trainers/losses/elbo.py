"""The evidence lower bound of a variational autoencoder with Gaussian code and Gaussian noise."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import torch
from torch import Tensor

from trainers.networks.base import normal


@dataclass(frozen=True)
class Elbo:
    """Means over the batch, in nats per image."""

    loss: Tensor
    """-log likelihood + beta * divergence: what is minimized; with beta = 1 the negative bound."""
    reconstruction: Tensor
    """Log likelihood of the images under the decoded mean and noise."""
    divergence: Tensor
    """Kullback-Leibler divergence of the code's distribution from the standard normal one."""


def elbo(
    images: Tensor, reconstruction: Tensor, noise: Tensor, mean: Tensor, logvar: Tensor, *, beta: float = 1.0
) -> Elbo:
    """Images and reconstruction (n, c, *size), noise a scalar standard deviation, mean and logvar (n, latent).

    Source: Kingma & Welling 2014, eq. 7 and appendix B; beta by Higgins et al. 2017.
    """
    likelihood = log_likelihood(images, reconstruction, noise).mean()
    far = divergence(mean, logvar).mean()
    return Elbo(beta * far - likelihood, likelihood, far)


def log_likelihood(images: Tensor, reconstruction: Tensor, noise: Tensor) -> Tensor:
    """(n,): log of the normal density of each image, summed over its pixels."""
    squares = ((images - reconstruction) / noise).square() + 2 * torch.log(noise) + log(2 * pi)
    return -0.5 * squares.flatten(1).sum(dim=1)


def divergence(mean: Tensor, logvar: Tensor) -> Tensor:
    """(n,): Kullback-Leibler divergence of N(mean, exp(logvar)) from N(0, 1), summed over the code."""
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).sum(dim=1)


def draw(mean: Tensor, logvar: Tensor, generator: torch.Generator) -> Tensor:
    """A code from N(mean, exp(logvar)), through which gradients flow (Kingma & Welling 2014, section 2.4)."""
    return mean + torch.exp(0.5 * logvar) * normal(tuple(mean.shape), mean, generator)
