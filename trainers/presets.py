"""Every model by name: a row of values, and no code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trainers.types import Conditioning, Kind


@dataclass(frozen=True)
class Preset:
    """What a model is made of, and the settings it trains with.

    Sources stand with the parts: `networks`, `losses`, `loops.differentiable_augmentation`.
    """

    kind: Kind
    """Which loop trains it."""
    summary: str
    """One line for `gan-audit train --help` and the documentation."""
    network: str
    """Row of `networks.NETWORKS`."""
    objective: str = "non-saturating"
    """Row of `losses.adversarial.OBJECTIVES`; `elbo` for the variational kind."""
    penalty: str = "none"
    """Row of `losses.penalties.PENALTIES`."""
    penalty_weight: float = 0.0
    penalty_interval: int = 1
    """Discriminator steps from one evaluation of the penalty to the next (lazy regularization, Karras 2020)."""
    constraint: str = "none"
    """Row of `losses.penalties.CONSTRAINTS`: what is done to the critic's weights after its step."""
    clip: float = 0.01
    """Largest weight that the constraint `clip` leaves."""
    path_length: float = 0.0
    """Weight of the path length regularization (Karras 2020, eq. 4); 0 for none."""
    conditioning: Conditioning = "none"
    """How labels enter the discriminator; the generator takes them wherever this is not `none`."""
    augmentation: tuple[str, ...] = ()
    """Of what the discriminator sees; rows of `loops.differentiable_augmentation.AUGMENTATIONS`."""
    adaptive: bool = False
    """Whether their probability follows the discriminator's overfitting (Karras 2020b)."""
    latent: int = 64
    width: int = 64
    """Channels at half the resolution, up to four times as many below; units of a dense layer."""
    depth: int = 0
    """Levels or layers; 0 lets the network choose by the size of the images."""
    attention: bool = False
    spectral_norm: bool = False
    optimizer: str = "adam"
    """Row of `loops.optimizers.OPTIMIZERS`."""
    generator_lr: float = 1e-3
    discriminator_lr: float = 1e-3
    betas: tuple[float, float] = (0.0, 0.99)
    batch: int = 64
    critic_steps: int = 1
    """Discriminator steps for one of the generator."""
    ema: float = 0.995
    """Decay of the averaged weights that images are sampled from; 0 for none."""
    grow: int = 0
    """Steps of each stage of progressive growing, half of them fading in; 0 for none."""
    beta: float = 1.0
    """Weight of the divergence in the ELBO (Higgins 2017)."""
    noise_floor: float = 0.0
    """Smallest standard deviation of a decoder's noise, in units of [-1, 1]."""
    terms: tuple[tuple[str, float], ...] = ()
    """Weights of a translation's losses by name."""
    features: str = "random"
    """Row of `networks.perceptual.FEATURES` for the loss `perceptual`."""
    steps: int = 4000
    """Generator steps where neither --steps nor --time-limit is given."""
    dimensions: tuple[int, ...] = (2,)
    """Numbers of spatial axes it is made for."""

    @property
    def conditional(self) -> bool:
        """Whether it needs labels."""
        return self.conditioning != "none"


PRESETS: Mapping[str, Preset] = {
    "gan": Preset(
        "adversarial", "minimax GAN, with R1", "convolutional", "minimax", "r1", 1.0, width=16, batch=32,
    ),
    "ns-gan": Preset(
        "adversarial", "non-saturating GAN, with spectral normalization", "convolutional", "non-saturating",
        spectral_norm=True, width=16, batch=32,
    ),
    "lsgan": Preset(
        "adversarial", "least-squares GAN, with R1", "convolutional", "least-squares", "r1", 1.0, width=16,
        batch=32,
    ),
    "wgan": Preset(
        "adversarial", "Wasserstein GAN with clipped weights, and R1", "convolutional", "wasserstein", "r1", 1.0,
        constraint="clip", clip=0.1, generator_lr=5e-4, width=16, batch=32,
    ),
    "wgan-gp": Preset(
        "adversarial", "Wasserstein GAN with gradient penalty", "convolutional", "wasserstein", "gradient", 10.0,
        critic_steps=2, width=16, batch=32, dimensions=(2, 3),
    ),
    "dcgan": Preset(
        "adversarial", "convolutional GAN, with R1", "convolutional", "non-saturating", "r1", 1.0, width=16,
        batch=32, dimensions=(2, 3),
    ),
    "cgan": Preset(
        "adversarial", "label-conditional convolutional GAN (projection), with R1", "convolutional", "non-saturating",
        "r1", 1.0, conditioning="projection", width=32, dimensions=(2, 3),
    ),
    "progan": Preset(
        "adversarial", "progressively grown GAN", "progressive", "non-saturating", "r1", 1.0, penalty_interval=4,
        width=16, batch=32, generator_lr=2e-3, discriminator_lr=2e-3, grow=200, steps=6000,
    ),
    "stylegan": Preset(
        "adversarial", "style-based GAN: mapping network, modulated convolutions, noise", "style", "non-saturating",
        "r1", 1.0, penalty_interval=4, width=16, batch=32,
    ),
    "iagan": Preset(
        "adversarial", "image-conditioned GAN with attention: a real image's code beside the noise", "attention-image",
        "non-saturating", "r1", 1.0, width=16, batch=32, attention=True,
    ),
    "vae": Preset(
        "variational", "variational autoencoder", "vae", "elbo", latent=64, width=16, batch=32, noise_floor=0.2,
        dimensions=(2, 3), betas=(0.9, 0.999),
    ),
    "cvae": Preset(
        "variational", "label-conditional variational autoencoder", "vae", "elbo", conditioning="concat", latent=32,
        width=32, noise_floor=0.2, dimensions=(2, 3), betas=(0.9, 0.999),
    ),
    "cyclegan": Preset(
        "translation", "unpaired translation with cycle and identity losses", "residual", "least-squares",
        terms=(("cycle", 10.0), ("identity", 0.0)), width=32, batch=8, betas=(0.5, 0.999), generator_lr=2e-4,
        discriminator_lr=2e-4,
    ),
    "pix2pix": Preset(
        "translation", "paired translation: U-Net, L1 and a patch discriminator", "unet", "non-saturating",
        terms=(("l1", 100.0),), width=32, batch=16, betas=(0.5, 0.999), generator_lr=2e-4, discriminator_lr=2e-4,
    ),
    "srgan": Preset(
        "translation", "super-resolution with perceptual loss", "super-resolution", "non-saturating",
        terms=(("l1", 1.0), ("perceptual", 0.1), ("adversarial", 1e-3)), width=32, batch=16, betas=(0.9, 0.999),
        generator_lr=2e-4, discriminator_lr=2e-4,
    ),
}  # fmt: skip
"""Name to preset. Starting values; every field can be replaced by an option of `gan-audit train`."""
