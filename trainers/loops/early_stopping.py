"""Early stop: a run that can only get worse ends with advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trainers.errors import TrainingStoppedError
from trainers.loops.base import finite

WON = 0.005
"""Share of the loss at chance below which the discriminator tells every image apart."""
PATIENCE = 10
"""Readings in a row below WON before the run is stopped."""
ADVICE = (
    "Try --penalty r1, a lower --discriminator-lr, --objective non-saturating or wasserstein with --penalty gradient, "
    "or, with few images, --augment translation,cutout."
)


@dataclass
class Watch:
    """Looks at every reading of the losses."""

    chance: float | None
    """The discriminator's loss where it tells nothing apart; None to look for values that are not finite alone."""
    lost: int = 0
    """Readings in a row in which the discriminator won."""

    def look(self, step: int, losses: Mapping[str, float]) -> None:
        """Raises TrainingStoppedError where going on is useless.

        The discriminator has won when its loss, penalties aside, stays below WON of its loss at chance: the generator
        then gets no gradient worth following (Arjovsky & Bottou 2017).
        """
        if not finite(losses):
            broken = ", ".join(name for name, value in losses.items() if not finite({name: value}))
            raise TrainingStoppedError(
                f"Training stopped at step {step}: {broken} is no longer finite. The last checkpoint is from before. "
                "Try a lower --generator-lr and --discriminator-lr, or --penalty r1."
            )
        if self.chance is None or "discriminator" not in losses:
            return
        self.lost = self.lost + 1 if losses["discriminator"] < WON * self.chance else 0
        if self.lost >= PATIENCE:
            raise TrainingStoppedError(
                f"Training stopped at step {step}: the discriminator tells all images apart and the generator learns "
                f"nothing any more. {ADVICE}"
            )
