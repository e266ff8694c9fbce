"""What every generator is, for those who hold one without knowing which."""

from __future__ import annotations

from torch import nn

from trainers.types import Shape


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
