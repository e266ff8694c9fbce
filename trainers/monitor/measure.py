"""What a run measures of itself at intervals: fidelity, memorization and diversity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_audit.checks.base import Comparison
from gan_audit.checks.memorization.distances import measure
from gan_audit.checks.prepare import prepare
from gan_audit.stats.distances import frechet_distance
from gan_audit.stats.neighbours.one_pass import overlap
from trainers.data.scaling import Scaling
from trainers.data.sets import TrainingSet
from trainers.loops.base import Objective
from trainers.loops.driver import StopTraining
from trainers.monitor.tables import fitted, image_set, table
from trainers.randomness import rng_of
from trainers.run.folder import Run
from trainers.sampling.sampler import draw_samples

SAMPLED = 500
"""Synthetic images of a measurement, and real images of each half they are compared with; fewer where there are few."""
SEARCHED = 5000
"""Training images among which the nearest one is searched."""
MEMORIZED = 0.8
"""Memorization ratio below which `--stop-on memorization` ends a run; 1 is a generator that copies nobody."""
NEIGHBOURS = 5


class Monitor:
    """Measures samples of a run against its training images, always with the same latents.

    frechet_ratio: Fréchet distance to a half of the real images over that between two real halves, space random-conv.
    recall: share of real images within reach of the samples (Kynkäänniemi 2019), same space. memorization_ratio: mean
    distance of a sample to its nearest training image over that of a training image to its nearest one of another
    patient, space pixels. They judge by training images, so they mislead where those are few: a memorizing generator
    has the best Fréchet distance of all, and only the memorization ratio shows it.
    """

    def __init__(self, data: TrainingSet, scaling: Scaling, seed: int, stop_on: tuple[str, ...] = ()) -> None:
        self.data, self.scaling, self.seed, self.stop_on = data, scaling, seed, stop_on
        order = rng_of(seed, "monitor").permutation(len(data))
        self.count = min(SAMPLED, len(data) // 2)
        self.near = self._real("pixels", order[:SEARCHED])
        self.fidelity = self._real("random-conv", order[: 2 * self.count])

    def __call__(self, run: Run, objective: Objective, step: int) -> Mapping[str, Any]:
        """The numbers of a step; raises StopTraining where the run was told to stop."""
        samples = draw_samples(objective, self.data, self.count, self.seed)
        found = {**self._fidelity(samples), "memorization_ratio": self._memorization(samples)}
        ratio = found["memorization_ratio"]
        if "memorization" in self.stop_on and ratio is not None and ratio < MEMORIZED:
            raise StopTraining(
                f"the generator memorizes: its samples are {ratio:.2f} times as far from a training image as training "
                "images are from each other; use an earlier state, more images, or --augment translation,cutout"
            )
        return found

    def _fidelity(self, samples: NDArray[np.float32]) -> dict[str, float | None]:
        data = self._compare(*self.fidelity, samples)
        if data is None or self.count <= NEIGHBOURS:
            return {"frechet_ratio": None, "recall": None}
        points = data.real.points[rng_of(self.seed, "halves").permutation(len(data.real))]
        first, second = points[: self.count], points[self.count :]
        between = frechet_distance(first, second)
        ratio = frechet_distance(first, data.synthetic.points) / between if between > 0 else None
        return {"frechet_ratio": ratio, "recall": overlap(first, data.synthetic.points, NEIGHBOURS).manifold.recall}

    def _memorization(self, samples: NDArray[np.float32]) -> float | None:
        data = self._compare(*self.near, samples)
        if data is None or len(data.real) < 2:
            return None
        found = measure(data, "cpu")
        return found.ratio if len(found.baseline) else None

    def _real(self, space: str, rows: NDArray[np.int64]) -> tuple[Any, Any]:
        groups = [self.data.samples[row].group for row in rows]
        real = image_set(self.data.images[rows], self.scaling, "real", groups)
        extractor = fitted(space, real)
        return extractor, table(extractor, real)

    def _compare(self, extractor: Any, real: Any, samples: NDArray[np.float32]) -> Comparison | None:
        found = prepare(real, table(extractor, image_set(samples, self.scaling, "synthetic")))
        return found if isinstance(found, Comparison) else None
