"""What a decoder leaves out of the images: its noise, as it looks."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainers.networks.conditioning import known
from trainers.networks.modulated import NoiseFromLatent
from trainers.types import Shape

DECAY = 0.998
"""Of the running means, a batch; they reach back some 500 batches."""
SMALLEST = 1e-4
"""Least standard deviation, in units of [-1, 1]."""


class Residuals(nn.Module):
    """Noise with the spread at each pixel and the power spectrum of what the decoder leaves out, of each class.

    A decoder's mean is blurred, for fine structure counts as noise to it; independent noise of one size would put grain
    in its place. Here the residuals, divided by their spread at each pixel, count as stationary: their covariance is
    given by their mean power spectrum. Source, for noise with covariances instead of independent noise: Dorta et al.,
    "Structured Uncertainty Prediction Networks", 2018; theirs is predicted for each image, this is one for all of a
    class. Structure that hangs together over larger distances, such as an edge, is not brought back.
    """

    variance: Tensor
    power: Tensor

    def __init__(self, shape: Shape, latent: int, classes: int = 0) -> None:
        super().__init__()
        self.classes, self.axes = classes, tuple(range(-len(shape.size), 0))
        rows, half = max(1, classes), (*shape.size[:-1], shape.size[-1] // 2 + 1)
        self.noise = NoiseFromLatent(latent, shape.channels * [shape.size])
        self.register_buffer("variance", torch.zeros(rows, shape.channels, *shape.size))
        self.register_buffer("power", torch.zeros(rows, shape.channels, *half))

    @torch.no_grad()
    def update(self, residuals: Tensor, labels: Tensor | None = None) -> None:
        """Takes in images minus what the decoder made of their codes, (n, c, *size), and labels (n,)."""
        rows = self._rows(residuals, labels)
        residuals = residuals.float()
        self._follow(self.variance, residuals.square(), rows)
        transformed = torch.fft.rfftn(residuals / self.deviation()[rows], dim=self.axes, norm="ortho")
        self._follow(self.power, transformed.abs().square(), rows)

    def deviation(self) -> Tensor:
        """Standard deviation at each pixel, (classes or 1, c, *size)."""
        return self.variance.sqrt().clamp_min(SMALLEST)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Noise (n, c, *size) that follows from z (n, latent): the same z gives the same. 0 before any update."""
        rows = self._rows(z, labels)
        white = torch.fft.rfftn(torch.cat(self.noise(z), dim=1), dim=self.axes, norm="ortho")
        size = self.variance.shape[2:]
        even: Tensor = torch.fft.irfftn(white * self.power.sqrt()[rows], s=size, dim=self.axes, norm="ortho")
        return self.deviation()[rows] * even

    def _rows(self, values: Tensor, labels: Tensor | None) -> Tensor:
        if self.classes:
            return known(labels, self.classes)
        return torch.zeros_like(values.flatten(1)[:, 0], dtype=torch.long)

    def _follow(self, mean: Tensor, values: Tensor, rows: Tensor) -> None:
        """Running means; a class without images in the batch keeps its own."""
        hot = torch.nn.functional.one_hot(rows, len(mean)).to(values.dtype)
        counts = hot.sum(dim=0)
        sums = torch.einsum("nk,n...->k...", hot, values)
        spread = (-1, *(1,) * (mean.dim() - 1))
        found = sums / counts.clamp_min(1).reshape(spread)
        empty = (mean.flatten(1).sum(dim=1) == 0).float()  # a first batch counts in full
        step = torch.maximum(1 - DECAY ** counts.clamp_max(1), empty * (counts > 0))
        mean.lerp_(found, step.reshape(spread))
