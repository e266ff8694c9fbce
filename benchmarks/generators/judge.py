"""Digits judged by a classifier trained on real ones: whether a sample shows the digit it was asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.generators.sets import Part, Pixels, RealSet
from gan_audit.stats.distances import frechet_distance, squared_distances
from gan_audit.stats.neighbours.one_pass import overlap

EPOCHS = 60


class Judge:
    """A small convolutional classifier of real digits, and the features of its last layer but one."""

    def __init__(self, real: RealSet) -> None:
        import torch
        from torch import nn

        torch.set_num_threads(1)
        images = np.concatenate([real.training.images, real.unseen.images])
        self.names = sorted(set(real.training.labels))
        codes = torch.tensor([self.names.index(name) for name in real.training.labels + real.unseen.labels])
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.body = nn.Sequential(
                nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
                nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.3), nn.Linear(512, 64), nn.ReLU(),
            )  # fmt: skip
            self.head = nn.Linear(64, len(self.names))
            self._train(self._tensor(images), codes)

    def judge(self, images: Pixels) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
        """Features (n, 64) and the name of the digit seen (n,)."""
        import torch

        with torch.no_grad():
            found = self.body.eval()(self._tensor(images))
            return found.double().numpy(), np.array(self.names)[self.head(found).argmax(dim=1).numpy()]

    def _train(self, images: Any, codes: Any) -> None:
        import torch
        from torch.nn.functional import cross_entropy

        optimizer = torch.optim.Adam([*self.body.parameters(), *self.head.parameters()], 1e-3)
        for _ in range(EPOCHS):
            for rows in torch.randperm(len(images)).split(64):
                moved = torch.roll(images[rows], tuple(torch.randint(-1, 2, (2,)).tolist()), (2, 3))
                loss = cross_entropy(self.head(self.body(moved)), codes[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()

    def _tensor(self, images: Pixels) -> Any:
        import torch

        return torch.from_numpy(images[:, None].astype(np.float32) / 127.5 - 1)


def judged(real: RealSet, judge: Judge, images: Pixels, labels: list[str] | None, trained: Part) -> dict[str, Any]:
    """Agreement and worst class; frechet_ratio: distance to the training half over that of the unseen half to it;
    recall of the training half; memorization_ratio: mean distance to the nearest training image over that of the
    unseen images, in pixels.
    """
    seen, names = judge.judge(images)
    first, second = judge.judge(real.training.images)[0], judge.judge(real.unseen.images)[0]
    count = min(len(first), len(second), len(seen))
    rows = np.random.default_rng(0).permutation(len(seen))[:count]
    found: dict[str, Any] = {
        "frechet_ratio": frechet_distance(seen[rows], first[:count]) / frechet_distance(second[:count], first[:count]),
        "precision": overlap(first, seen, 5).manifold.precision,
        "recall": overlap(first, seen, 5).manifold.recall,
        "memorization_ratio": _nearest(images, trained.images) / _nearest(real.unseen.images, trained.images),
    }
    if labels:
        right = names == np.array(labels)
        found["agreement"] = float(right.mean())
        found["worst_class"] = min(float(right[np.array(labels) == name].mean()) for name in sorted(set(labels)))
    return found


def _nearest(images: Pixels, base: Pixels) -> float:
    rows, others = (one.reshape(len(one), -1).astype(float) for one in (images, base))
    return float(np.sqrt(squared_distances(rows, others).min(axis=1)).mean())
