"""Style-based networks (Karras et al. 2019, 2020): mapping network, modulated convolutions, noise, skips."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from trainers.networks.base import Generator, NetworkOptions
from trainers.networks.blocks import averaged, spectrally_normalized
from trainers.networks.conditioning import Head, LatentInput, classes_of, input_planes, with_planes
from trainers.networks.equalized import equalized, equalized_convolution, pixel_normalized, rectified
from trainers.networks.modulated import ModulatedConvolution, NoiseFromLatent, smoothly_enlarged
from trainers.networks.progressive import last_block
from trainers.networks.sizes import fitted, pyramid
from trainers.types import Shape

MAPPING_LAYERS = 4
MAPPING_RATE = 0.01
"""Learning rate of the mapping network, relative to the other layers'."""


class StyledLayer(nn.Module):
    """Modulated convolution, noise with a learned weight that starts at 0, bias, leaky rectifier."""

    def __init__(self, axes: int, inputs: int, outputs: int, style: int) -> None:
        super().__init__()
        self.convolution = ModulatedConvolution(axes, inputs, outputs, style)
        self.noise_weight = nn.Parameter(torch.zeros(()))

    def forward(self, features: Tensor, w: Tensor, noise: Tensor) -> Tensor:
        """Features (n, inputs, *size), w (n, style), noise (n, 1, *size) to (n, outputs, *size)."""
        mixed = self.convolution(features, w) + self.noise_weight * noise
        return rectified(mixed + self.convolution.bias.reshape(-1, *(1,) * (features.dim() - 2)))


class StyleGenerator(Generator):
    """z (n, latent) and labels to images (n, c, *size) in [-1, 1]; the noise follows from z."""

    def __init__(self, shape: Shape, options: NetworkOptions) -> None:
        super().__init__(shape, options.latent)
        self.input = LatentInput(options.latent, classes_of(shape, options))
        self.steps = pyramid(shape.size, options.depth)
        style, axes, channels = options.latent, self.steps.axes, self.steps.channels(options.width)
        units = [self.input.features, *MAPPING_LAYERS * [style]]
        self.maps = nn.ModuleList(
            [equalized(nn.Linear(units[i], style), rate=MAPPING_RATE) for i in range(MAPPING_LAYERS)]
        )
        self.constant = nn.Parameter(torch.randn(1, channels[0], *self.steps.base))
        ins = [channels[0], *(c for level in range(self.steps.levels) for c in channels[level : level + 2])]
        outs = [channels[0], *(channels[level + 1] for level in range(self.steps.levels) for _ in range(2))]
        self.layers = nn.ModuleList([StyledLayer(axes, i, o, style) for i, o in zip(ins, outs, strict=True)])
        self.to_image = nn.ModuleList(
            [ModulatedConvolution(axes, c, shape.channels, style, kernel=1, demodulate=False) for c in channels]
        )
        sizes = [self.steps.base, *(size for size in self.steps.sizes[1:] for _ in range(2))]
        self.noise = NoiseFromLatent(options.latent, sizes)

    def mapping(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Styles w (n, latent). Raises ValueError for missing labels in a conditional network."""
        w = pixel_normalized(self.input(z, labels))
        for layer in self.maps:
            w = rectified(layer(w)) / 2**0.5
        return w

    def synthesis(self, w: Tensor, z: Tensor) -> Tensor:
        """Images of the styles w; z gives the noise alone."""
        noise = self.noise(z)
        features = self.layers[0](self.constant.expand(w.shape[0], *self.constant.shape[1:]), w, noise[0])
        images = self._image(0, features, w)
        for level, factors in enumerate(self.steps.factors):
            first, second = 2 * level + 1, 2 * level + 2
            features = self.layers[first](smoothly_enlarged(features, factors), w, noise[first])
            features = self.layers[second](features, w, noise[second])
            images = smoothly_enlarged(images, factors) + self._image(level + 1, features, w)
        return fitted(torch.tanh(images), self.shape.size)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        """Raises ValueError for missing labels in a conditional network."""
        return self.synthesis(self.mapping(z, labels), z)

    def _image(self, level: int, features: Tensor, w: Tensor) -> Tensor:
        layer = self.to_image[level]
        image: Tensor = layer(features, w) + layer.get_parameter("bias").reshape(-1, *(1,) * self.steps.axes)
        return image


class StyleResidualBlock(nn.Module):
    """Two convolutions beside a plain one, averaged down by `factors` (Karras et al. 2020, figure 7)."""

    def __init__(self, factors: tuple[int, ...], inputs: int, outputs: int) -> None:
        super().__init__()
        axes, self.factors = len(factors), factors
        self.first = equalized_convolution(axes, inputs, inputs, gain=1.0)
        self.second = equalized_convolution(axes, inputs, outputs, gain=1.0)
        self.skip = equalized_convolution(axes, inputs, outputs, 1, gain=1.0)

    def forward(self, features: Tensor) -> Tensor:
        """(n, inputs, *size) to (n, outputs, *size / factors)."""
        mixed = averaged(rectified(self.second(rectified(self.first(features)))), self.factors)
        plain: Tensor = self.skip(averaged(features, self.factors))
        return (mixed + plain) / 2**0.5


class StyleDiscriminator(nn.Module):
    """images (n, c, *size) and labels to logits (n,), by residual blocks."""

    def __init__(self, shape: Shape, options: NetworkOptions) -> None:
        super().__init__()
        self.shape, self.planes, steps = shape, input_planes(shape, options), pyramid(shape.size, options.depth)
        self.size, channels = steps.sizes[-1], steps.channels(options.width)
        self.first = equalized_convolution(steps.axes, shape.channels + self.planes, channels[-1], 1, gain=1.0)
        self.blocks = nn.Sequential(
            *[
                StyleResidualBlock(steps.factors[level], channels[level + 1], channels[level])
                for level in reversed(range(steps.levels))
            ]
        )
        self.last = last_block(steps, channels[0])
        self.head = Head(channels[0], classes_of(shape, options) if options.conditioning == "projection" else 0)

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """Raises ValueError for missing labels in a conditional network."""
        features = rectified(self.first(with_planes(fitted(images, self.size), labels, self.planes)))
        logits: Tensor = self.head(self.last(self.blocks(features)), labels)
        return logits


def style_discriminator(shape: Shape, options: NetworkOptions) -> nn.Module:
    """The discriminator, spectrally normalized where the options say so."""
    network = StyleDiscriminator(shape, options)
    return spectrally_normalized(network) if options.spectral_norm else network
