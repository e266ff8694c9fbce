"""A run as a generator for `gan-audit run --generator`: named by the entry-point group `gan_audit.generators`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trainers.sampling.sampler import Sampler, image_seed, labels_for


def open_generator(place: Path) -> RunGenerator | None:
    """The run in a folder; None where the folder is none."""
    return RunGenerator(place) if (place / "config.json").is_file() and (place / "data.json").is_file() else None


class RunGenerator:
    """Samples of a run, the same that `gan-audit generate` writes for that seed."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def sample(self, count: int, seed: int) -> Sequence[tuple[Any, str | None]]:
        """Pixels and label of each image, classes as frequent as in training."""
        sampler = Sampler.open(self.place)
        labels = labels_for(sampler.run, count)
        made = (sampler.make(image_seed(seed, number), label) for number, label in enumerate(labels))
        return [(image.pixels, image.label) for image in made]
