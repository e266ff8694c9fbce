"""Every image's nearest real image, and every real image's nearest other one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.checks.base import Comparison, ImageRows
from gan_audit.stats.neighbours.symmetric import nearest_in_views, squared_in_views
from gan_audit.stats.resampling import Split
from gan_audit.types import BoolArray, FloatArray, IntArray

CLOSEST = 0.01
"""Share of the real images' own nearest distances that counts as close."""
COINCIDENT = 1e-9
"""Share of the median distance under which two real images count as the same image twice."""


@dataclass(frozen=True)
class Distances:
    """Nearest-neighbour distances of one set of real and one of synthetic images.

    In a space of thumbnails every distance is the least over the orientations of a square and the negative.
    """

    synthetic: FloatArray
    """(m,) from each synthetic image to the nearest real one."""
    match: IntArray
    """(m,) row of that real image."""
    real: FloatArray
    """(n,) from each real image to the nearest real one of another group; infinite where there is none."""
    anyone: FloatArray
    """(n,) from each real image to the nearest other one, whoever's."""

    @property
    def baseline(self) -> FloatArray:
        """The real distances that may set a limit: finite, and not between two copies of one image."""
        return self.real[usable(self.real)]

    @property
    def twins(self) -> int:
        """Real images that stand in the set twice, under whatever patient."""
        scale = float(np.median(self.baseline)) if len(self.baseline) else 0.0
        return int((self.anyone <= COINCIDENT * scale).sum())

    @property
    def ratio(self) -> float:
        """Mean synthetic over mean real distance."""
        return float(self.synthetic.mean() / self.baseline.mean())

    @property
    def close(self) -> float:
        """Distance that the closest `CLOSEST` of the real images keep."""
        return float(np.quantile(self.baseline, CLOSEST))

    @property
    def is_close(self) -> BoolArray:
        """(m,) which synthetic images are nearer than `close`."""
        return np.asarray(self.synthetic < self.close)

    @property
    def close_fraction(self) -> float:
        """Share of synthetic images nearer than `close`."""
        return float(self.is_close.mean())

    @property
    def authentic(self) -> FloatArray:
        """(m,) 1.0 where the nearest real image has a real neighbour nearer than the synthetic image."""
        return (self.real[self.match] < self.synthetic).astype(np.float64)

    @property
    def authenticity(self) -> float:
        """Percentage of authentic synthetic images, images of one patient never being each other's neighbours."""
        return 100.0 * float(self.authentic.mean())

    @property
    def published_authenticity(self) -> float:
        """The same by image: a real image's neighbour may be of the same patient (Alaa et al. 2022)."""
        return 100.0 * float((self.anyone[self.match] < self.synthetic).mean())


def usable(distances: FloatArray) -> BoolArray:
    """(n,) which of the real images' distances (n,) are finite, and not between two copies of one image."""
    finite = np.isfinite(distances)
    return finite & (distances > COINCIDENT * np.median(distances[finite])) if finite.any() else finite


def measure(data: Comparison, device: str) -> Distances:
    """Exact search, with every real image as a candidate."""
    across = nearest_in_views(data.synthetic.points, data.real.points, data.grid, device=device)
    anyone, others = among(data.real, data.grid, device)
    return Distances(across.distance[:, 0], across.index[:, 0], others, anyone)


def among(side: ImageRows, grid: tuple[int, ...], device: str) -> tuple[FloatArray, FloatArray]:
    """(n,) from each image to the nearest other one of its set, and to the nearest one of another group."""
    points, groups, own = side.points, side.groups, np.arange(len(side))
    found = nearest_in_views(points, points, grid, query_groups=own, base_groups=own, device=device)
    anyone, others = found.distance[:, 0], found.distance[:, 0].copy()
    if len(rows := np.flatnonzero(groups[found.index[:, 0]] == groups)):
        apart = nearest_in_views(
            points[rows], points, grid, query_groups=groups[rows], base_groups=groups, device=device
        )
        others[rows] = apart.distance[:, 0]
    return anyone, others


def between_halves(data: Comparison, split: Split) -> Distances:
    """The same between two halves of the real images: the second one plays the synthetic set."""
    first, second = data.real.points[split.first], data.real.points[split.second]
    groups = data.real.groups[split.first]
    across, within = squared_in_views(second, first, data.grid), squared_in_views(first, first, data.grid)
    np.fill_diagonal(within, np.inf)
    anyone = np.sqrt(within.min(axis=1))
    within[groups[:, None] == groups[None, :]] = np.inf
    return Distances(np.sqrt(across.min(axis=1)), across.argmin(axis=1), np.sqrt(within.min(axis=1)), anyone)
