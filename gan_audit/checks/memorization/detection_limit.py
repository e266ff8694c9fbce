"""What the search for copies could have missed: copies planted on purpose, and how many of them are found."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from gan_audit.checks.base import CheckSettings, Comparison, ImageRows
from gan_audit.checks.memorization.identity import image_of, levels, search_identical
from gan_audit.imaging.grey import grey
from gan_audit.imaging.planted import PLANTED
from gan_audit.imaging.resample import averaged
from gan_audit.types import IntArray, check_key

PLANTED_EACH = 12
"""Real images that each kind of copy is made of, at most."""
SURE = 0.95
"""Probability with which at least one of so many copies would have been found."""


@dataclass(frozen=True)
class Sensitivity:
    """Of one kind of copy."""

    kind: str
    planted: int
    found: int

    @property
    def enough(self) -> int | None:
        """Copies of which one at least would be found with probability SURE, by the lower 95 % bound; None if none."""
        if not self.found:
            return None
        least = float(stats.beta.ppf(1 - SURE, self.found, self.planted - self.found + 1))
        return max(1, math.ceil(math.log(1 - SURE) / math.log1p(-min(least, 1 - 1e-9))))


def sensitivity(data: Comparison, settings: CheckSettings) -> list[Sensitivity]:
    """For each kind of PLANTED; nothing where the images' own pixels are not at hand."""
    if data.real.read is None or not len(data.real):
        return []
    rows = np.unique(np.linspace(0, len(data.real) - 1, min(PLANTED_EACH, len(data.real))).round().astype(np.int64))
    source = np.tile(rows, len(PLANTED))
    seen = search_identical(_planted(data, rows, settings), data.real, data.grid, apart=False)
    right = seen.identical & (data.real.groups[seen.row] == data.real.groups[source])
    counts = right.reshape(len(PLANTED), len(rows)).sum(axis=1)
    return [Sensitivity(kind, len(rows), int(count)) for kind, count in zip(PLANTED, counts, strict=True)]


def _planted(data: Comparison, rows: IntArray, settings: CheckSettings) -> ImageRows:
    """Of each kind in turn, a copy of each of the rows."""
    images = []
    for kind, how in PLANTED.items():
        rng = settings.rng(check_key("planted", kind))
        images += [how(image_of(data.real, int(row), data.grid), rng) for row in rows]
    values = np.stack([averaged(grey(image), data.grid[0]).ravel() for image in images])
    n = len(images)
    ids = tuple(f"planted {i}" for i in range(n))
    points = values - values.mean(axis=1, keepdims=True)
    points /= np.maximum(points.std(axis=1, keepdims=True), np.finfo(float).tiny)
    return ImageRows(
        ids, ids, (None,) * n, -1 - np.arange(n), values, points, levels(data.real)[np.tile(rows, len(PLANTED))],
        np.array([max(grey(image).shape) for image in images]), dict(zip(ids, images, strict=True)).__getitem__,
    )  # fmt: skip
