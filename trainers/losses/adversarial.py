"""What generator and discriminator minimize, by name: published formulas and nothing else.

Logits are the discriminator's outputs before any sigmoid, s() is the sigmoid, E the mean over the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import relu, softplus


@dataclass(frozen=True)
class AdversarialLoss:
    """Two scalars to be minimized, from logits (n,)."""

    discriminator: Callable[[Tensor, Tensor], Tensor]
    """Of the logits of real and of fake images."""
    fake: Callable[[Tensor], Tensor] | None
    """The generator's, of the logits of fake images; None where it needs those of real images too."""
    paired: Callable[[Tensor, Tensor], Tensor] | None = None
    """The generator's, of the logits of fake and of real images."""

    @property
    def needs_real(self) -> bool:
        """Whether the generator's part takes the logits of real images."""
        return self.fake is None

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """The generator's scalar. Raises ValueError where `needs_real` and there are none."""
        if self.fake is not None:
            return self.fake(fake)
        if real is None or self.paired is None:
            raise ValueError("Expected the logits of real images too, got none: a relativistic objective needs them.")
        return self.paired(fake, real)


def cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """-E log s(real) - E log(1 - s(fake)) (Goodfellow et al. 2014, eq. 1)."""
    return softplus(-real).mean() + softplus(fake).mean()


def minimax(fake: Tensor) -> Tensor:
    """E log(1 - s(fake)) (Goodfellow et al. 2014, eq. 1); its gradient vanishes where the discriminator is sure."""
    return -softplus(fake).mean()


def non_saturating(fake: Tensor) -> Tensor:
    """-E log s(fake) (Goodfellow et al. 2014, section 3)."""
    return softplus(-fake).mean()


def least_squares(real: Tensor, fake: Tensor) -> Tensor:
    """E (real - 1)² / 2 + E fake² / 2 (Mao et al. 2017, eq. 9)."""
    return 0.5 * (real - 1).square().mean() + 0.5 * fake.square().mean()


def least_squares_generator(fake: Tensor) -> Tensor:
    """E (fake - 1)² / 2 (Mao et al. 2017, eq. 9)."""
    return 0.5 * (fake - 1).square().mean()


def wasserstein(real: Tensor, fake: Tensor) -> Tensor:
    """E fake - E real (Arjovsky et al. 2017, eq. 3); only for a critic held Lipschitz by a penalty or constraint."""
    return fake.mean() - real.mean()


def raised(fake: Tensor) -> Tensor:
    """-E fake (Arjovsky et al. 2017; Lim & Ye 2017)."""
    return -fake.mean()


def hinge(real: Tensor, fake: Tensor) -> Tensor:
    """E max(0, 1 - real) + E max(0, 1 + fake) (Lim & Ye 2017; Miyato et al. 2018, eq. 16)."""
    return relu(1 - real).mean() + relu(1 + fake).mean()


def relativistic(real: Tensor, fake: Tensor) -> Tensor:
    """-E log s(real - fake), image by image (Jolicoeur-Martineau 2018, eq. 3)."""
    return softplus(fake - real).mean()


def relativistic_generator(fake: Tensor, real: Tensor) -> Tensor:
    """-E log s(fake - real), image by image (Jolicoeur-Martineau 2018, eq. 4)."""
    return softplus(real - fake).mean()


OBJECTIVES: Mapping[str, AdversarialLoss] = {
    "minimax": AdversarialLoss(cross_entropy, minimax),
    "non-saturating": AdversarialLoss(cross_entropy, non_saturating),
    "least-squares": AdversarialLoss(least_squares, least_squares_generator),
    "wasserstein": AdversarialLoss(wasserstein, raised),
    "hinge": AdversarialLoss(hinge, raised),
    "relativistic": AdversarialLoss(relativistic, None, relativistic_generator),
}
