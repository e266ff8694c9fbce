"""Layers of the style-based generator: modulated convolutions, and noise that follows from z."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import pi, prod

import torch
from torch import Tensor, nn
from torch.nn import functional

from trainers.networks.equalized import EPSILON, equalized

CONVOLVE = {2: functional.conv2d, 3: functional.conv3d}
INTERPOLATION: Mapping[int, str] = {2: "bilinear", 3: "trilinear"}
DIRECTIONS = 8
"""Numbers that the noise takes from z."""
FREQUENCY = 3.0
"""Standard deviation of the noise's frequencies: high enough that two z have unrelated noise."""
NOISE_SEED = 20191204


class ModulatedConvolution(nn.Module):
    """Convolution whose inputs are scaled by the style, and whose outputs are brought back to unit size.

    With independent inputs of unit variance every output has unit variance, whatever the style: this takes the place of
    a normalization by each image's own statistics. Worked here by scaling the features, which is equal to scaling the
    weights. Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2020, eq. 1 and 3.
    """

    def __init__(
        self, axes: int, inputs: int, outputs: int, style: int, *, kernel: int = 3, demodulate: bool = True
    ) -> None:
        super().__init__()
        self.demodulate, self.axes = demodulate, axes
        self.weight = nn.Parameter(torch.randn(outputs, inputs, *(kernel,) * axes))
        self.scale = (inputs * kernel**axes) ** -0.5
        self.affine = equalized(nn.Linear(style, inputs), gain=1.0)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, features: Tensor, w: Tensor) -> Tensor:
        """Features (n, inputs, *size), w (n, style) to (n, outputs, *size), without the bias."""
        style = 1.0 + self.affine(w)
        weight = self.weight * self.scale
        mixed = CONVOLVE[self.axes](_spread(style, self.axes) * features, weight, padding=weight.shape[-1] // 2)
        if not self.demodulate:
            return mixed
        squares = weight.square().flatten(2).sum(dim=2)
        return mixed * _spread(torch.rsqrt(style.square() @ squares.T + EPSILON), self.axes)


class NoiseFromLatent(nn.Module):
    """Noise maps that follow from z: the same z gives the same noise, in any batch and on any machine.

    Each pixel is the sum of two cosines of fixed random projections of z: mean 0, variance 1, unrelated between pixels
    and, for z that are not near each other, between images. Published networks draw the noise anew for each image;
    here an image can be made again from its z alone. No gradient flows through it.
    """

    frequencies: Tensor
    phases: Tensor

    def __init__(self, latent: int, sizes: Sequence[tuple[int, ...]]) -> None:
        super().__init__()
        self.sizes = tuple(sizes)
        generator = torch.Generator().manual_seed(NOISE_SEED)
        cells = sum(prod(size) for size in sizes)
        directions = torch.linalg.qr(torch.randn(latent, min(latent, DIRECTIONS), generator=generator))[0]
        self.register_buffer("directions", directions)
        frequencies = FREQUENCY * torch.randn(min(latent, DIRECTIONS), 2 * cells, generator=generator)
        self.register_buffer("frequencies", frequencies)
        self.register_buffer("phases", 2 * pi * torch.rand(2 * cells, generator=generator))

    def forward(self, z: Tensor) -> list[Tensor]:
        """Z (n, latent) to maps (n, 1, *size), one for each size."""
        angles = z.detach() @ self.get_buffer("directions") @ self.frequencies + self.phases
        noise = torch.cos(angles).reshape(-1, 2, angles.shape[1] // 2).sum(dim=1)
        pieces = torch.split(noise, [prod(size) for size in self.sizes], dim=1)
        return [piece.reshape(-1, 1, *size) for piece, size in zip(pieces, self.sizes, strict=True)]


def smoothly_enlarged(images: Tensor, factors: Sequence[int]) -> Tensor:
    """Linear interpolation, which for a doubling is the filter (1, 3, 3, 1) of the publication."""
    if all(factor == 1 for factor in factors):
        return images
    scale = [float(factor) for factor in factors]
    return functional.interpolate(images, scale_factor=scale, mode=INTERPOLATION[len(scale)], align_corners=False)


def _spread(values: Tensor, axes: int) -> Tensor:
    """(n, c) to (n, c, 1, 1) or (n, c, 1, 1, 1)."""
    return values.reshape(*values.shape, *(1,) * axes)
