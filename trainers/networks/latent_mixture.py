"""Where the codes of training images lie: what a decoder has seen, and should be asked for."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainers.networks.conditioning import known

COMPONENTS = 10
"""Gaussians in all; divided among the classes, at least one for each."""
DECAY = 0.998
"""Of the running sums, a batch; they reach back some 500 batches."""
RIDGE = 1e-4
"""Added to the variances, so that rounding leaves every covariance positive."""
APART = 0.5
"""Spread of the components' means before training."""
SEED = 20200401
EDGE = 1e-6


class Codes(nn.Module):
    """A mixture of Gaussians over the codes of the training images, of each class by itself.

    The prior of an autoencoder is N(0, 1), the codes that the encoder gives (the aggregated posterior) are distributed
    otherwise, and a decoder does badly where there were none: z is moved to where they were. Source: Ghosh et al.,
    "From Variational to Deterministic Autoencoders", 2020, section 4, who fit ten Gaussians after training; here they
    follow it, by the stepwise expectation-maximization of Cappe & Moulines, "On-line expectation-maximization
    algorithm for latent data models", 2009, with a constant step.
    """

    weight: Tensor
    first: Tensor
    second: Tensor

    def __init__(self, latent: int, classes: int = 0) -> None:
        super().__init__()
        self.classes, self.latent = classes, latent
        self.count = max(1, COMPONENTS // max(1, classes))
        rows = max(1, classes) * self.count
        means = APART * torch.randn(rows, latent, generator=torch.Generator().manual_seed(SEED))
        means = means if self.count > 1 else 0 * means
        self.register_buffer("weight", torch.ones(rows))  # as if each had seen one code
        self.register_buffer("first", means)
        self.register_buffer("second", torch.eye(latent) + means[:, :, None] * means[:, None, :])

    @torch.no_grad()
    def update(self, codes: Tensor, labels: Tensor | None = None) -> None:
        """Takes in the codes (n, latent) of a batch of training images, labels (n,)."""
        codes = codes.float()
        shares = self.shares(codes, labels)
        second = torch.einsum("nk,ni,nj->kij", shares, codes, codes)
        for total, values in ((self.weight, shares.sum(dim=0)), (self.first, shares.T @ codes), (self.second, second)):
            total.mul_(DECAY).add_(values)

    def moments(self) -> tuple[Tensor, Tensor]:
        """Means (k, latent) and covariances (k, latent, latent) of the components, class by class."""
        mean = self.first / self.weight[:, None]
        covariance = self.second / self.weight[:, None, None] - mean[:, :, None] * mean[:, None, :]
        return mean, covariance + RIDGE * torch.eye(self.latent, device=mean.device)

    def shares(self, codes: Tensor, labels: Tensor | None = None) -> Tensor:
        """(n, k): how likely each code is from each component of its class; sums to 1."""
        mean, covariance = self.moments()
        factor = torch.linalg.cholesky(covariance)
        far = torch.linalg.solve_triangular(factor, (codes[None] - mean[:, None]).transpose(1, 2), upper=False)
        volume = factor.diagonal(dim1=1, dim2=2).log().sum(dim=1)
        score = self.weight.log() - volume - 0.5 * far.square().sum(dim=1).T
        if self.classes:
            owner = torch.arange(len(mean), device=codes.device) // self.count
            score = score.masked_fill(owner[None] != known(labels, self.classes)[:, None], -torch.inf)
        return torch.softmax(score, dim=1)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Standard normal z (n, latent) to codes (n, latent); ValueError for missing labels where there are classes."""
        label = known(labels, self.classes) if self.classes else torch.zeros_like(z[:, 0], dtype=torch.long)
        mean, covariance = self.moments()
        row = label * self.count
        if self.count > 1:
            component, first = self._chosen(z[:, 0], label)
            row, z = row + component, torch.cat([first[:, None], z[:, 1:]], dim=1)
        factor = torch.linalg.cholesky(covariance)[row]
        codes: Tensor = mean[row] + (factor @ z[:, :, None])[:, :, 0]
        return codes

    def _chosen(self, first: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        """The component that the first entry of z falls to, and what is left of that entry, standard normal again."""
        share = self.weight.reshape(-1, self.count)
        share = (share / share.sum(dim=1, keepdim=True))[label]
        ends = share.cumsum(dim=1)
        level = torch.special.ndtr(first)
        component = (level[:, None] >= ends[:, :-1]).sum(dim=1, keepdim=True)
        within = (level[:, None] - (ends - share).gather(1, component)) / share.gather(1, component)
        return component[:, 0], torch.special.ndtri(within[:, 0].clamp(EDGE, 1 - EDGE))
