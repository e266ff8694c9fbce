"""Distance of images in the features of a network (Johnson et al. 2016; Ledig et al. 2017, eq. 5)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from hashlib import file_digest
from pathlib import Path

import torch
from torch import Tensor, nn

from gan_audit.errors import MissingDependencyError, UsageError
from trainers.networks.base import seeded
from trainers.networks.blocks import SLOPE, convolution

VGG = "vgg19-dcbb9e9d.pth"
"""The published weights of torchvision; the name ends with the first digits of their SHA-256."""
SEED = 20160908
WIDTHS = (16, 32, 32)
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the images that VGG was trained on, in [0, 1]."""


class Perceptual(nn.Module):
    """Mean square difference of two sets of images in the features of a fixed network, averaged over its layers.

    `random` is a network that was never trained, drawn from a fixed seed: it sees edges and texture, and no objects.
    `vgg19` is the published one (layer relu2_2), from a file in torch's cache; grey images and the slices of volumes
    are repeated over three channels. Which of the two it was is in the run's configuration.
    """

    def __init__(self, features: str, axes: int, channels: int) -> None:
        super().__init__()
        if features not in FEATURES:
            raise UsageError(f"Expected perceptual features among {', '.join(FEATURES)}, got {features}.")
        self.blocks = FEATURES[features](axes, channels).eval().requires_grad_(False)

    def forward(self, made: Tensor, target: Tensor) -> Tensor:
        """Images (n, c, *size) in [-1, 1] to a scalar; only `made` gets a gradient."""
        total, count = made.new_zeros(()), 0
        with torch.no_grad():
            wanted = self.features(target)
        for mine, theirs in zip(self.features(made), wanted, strict=True):
            total, count = total + (mine - theirs).square().mean(), count + 1
        return total / count

    def features(self, images: Tensor) -> list[Tensor]:
        """The output of each block."""
        found: list[Tensor] = []
        for block in self.blocks.children():
            images = block(images)
            found.append(images)
        return found


def random_features(axes: int, channels: int) -> nn.Sequential:
    """Three convolutions with halving between them; the features are of about unit size."""
    with seeded(SEED):
        blocks, before = nn.Sequential(), channels
        for number, width in enumerate(WIDTHS):
            layer = convolution(axes, before, width)
            nn.init.kaiming_normal_(layer.get_parameter("weight"), a=SLOPE)
            pool: Callable[[int], nn.Module] = nn.AvgPool2d if axes == 2 else nn.AvgPool3d
            inner = [layer, nn.LeakyReLU(SLOPE)]
            blocks.append(nn.Sequential(*([pool(2)] if number else []), *inner))
            before = width
    return blocks


def vgg_features(axes: int, channels: int) -> nn.Sequential:
    """VGG-19 up to relu2_2. Raises MissingDependencyError where the file is not in torch's cache."""
    from torchvision.models import vgg19

    path = Path(torch.hub.get_dir()) / "checkpoints" / VGG
    if not path.is_file() or not _digest(path).startswith(VGG[6:14]):
        raise MissingDependencyError(
            f"Expected the weights {VGG} in {os.fspath(path.parent)}, found none or others: put "
            "torchvision's VGG19_Weights.IMAGENET1K_V1 there, or choose the features `random`."
        )
    network = vgg19()
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return nn.Sequential(nn.Sequential(_Prepared(), *list(network.features)[:9]))


FEATURES: Mapping[str, Callable[[int, int], nn.Sequential]] = {"random": random_features, "vgg19": vgg_features}


class _Prepared(nn.Module):
    """Images in [-1, 1], grey or colour, volumes slice by slice, as VGG wants them."""

    def forward(self, images: Tensor) -> Tensor:
        if images.dim() == 5:
            images = images.transpose(1, 2).flatten(0, 1)
        mean, deviation = (images.new_tensor(values).reshape(1, 3, 1, 1) for values in (MEAN, DEVIATION))
        return ((images + 1) / 2 - mean) / deviation


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
