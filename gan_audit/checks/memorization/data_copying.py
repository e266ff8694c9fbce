"""C_T: k-means cells of the training images, and a rank-sum test of distances to them in each cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gan_audit.checks.base import ImageRows
from gan_audit.stats.neighbours.api import nearest
from gan_audit.stats.rank_sum import RankSum, rank_sum, variance_of_sum
from gan_audit.types import BoolArray, FloatArray, IntArray

COMPONENTS = 64
"""Principal components of the training images in which cells and distances are taken, where the space has more."""
CELLS = 3
"""Cells of the training images, fewer where one would stay empty."""
FEWEST = 20
"""Synthetic images that a cell must exceed to count: the threshold tau is this over their number."""


@dataclass(frozen=True)
class Located:
    """One set's images: the cell of each, and its distance to the nearest training image of that cell."""

    cell: IntArray
    distance: FloatArray
    groups: IntArray

    def take(self, rows: IntArray) -> Located:
        """The given rows alone."""
        return Located(self.cell[rows], self.distance[rows], self.groups[rows])


@dataclass(frozen=True)
class Copying:
    """C_T and what it is made of."""

    value: float
    variance: float
    cells: tuple[tuple[int, float | None], ...]
    """For each cell that holds synthetic and unseen images: its number, and z, None where it does not count."""


@dataclass(frozen=True)
class Placed:
    """The training images' cells, and the unseen and the synthetic images in them."""

    training: IntArray
    sets: tuple[Located, Located]
    components: int


def locate(training: ImageRows, others: Sequence[ImageRows], seed: int, device: str = "cpu") -> Placed | None:
    """Cells by k-means on the principal components of the training images, both seeded.

    others: the unseen and the synthetic images. As many cells as `CELLS`, fewer where one would hold no unseen image
    or all too few synthetic ones; None where even one cell does.
    """
    points = _components(training.points, [side.points for side in others], seed)
    for count in range(CELLS, 0, -1):
        cells = _cells(points, count, seed)
        enough = np.bincount(cells[2], minlength=count).max() > FEWEST
        if enough and all(len(np.unique(part)) == count for part in cells[:2]):
            unseen, synthetic = (
                Located(cell, _within(rows, cell, points[0], cells[0], device), side.groups)
                for rows, cell, side in zip(points[1:], cells[1:], others, strict=True)
            )
            return Placed(cells[0], (unseen, synthetic), points[0].shape[1])
    return None


def copying(unseen: Located, synthetic: Located) -> Copying | None:
    """C_T = Σ P(π) z_π / Σ P(π) over the cells π that hold more than `FEWEST` synthetic images, P(π) the unseen share.

    Meehan, Chaudhuri and Dasgupta 2020. The variance takes cells and shares as given and sums images of one group; it
    is never below what independent images have if nothing is copied. None where no cell counts.
    """
    tested = list(_tested(unseen, synthetic))
    counted = [cell for cell in tested if cell.counts]
    total = sum(int(cell.unseen.sum()) for cell in counted)
    if not total:
        return None
    influence = np.zeros(len(unseen.cell)), np.zeros(len(synthetic.cell))
    value = independent = 0.0
    for cell in counted:
        weight = float(cell.unseen.sum()) / total
        value += weight * cell.test.z
        independent += weight**2
        influence[0][cell.unseen], influence[1][cell.synthetic] = weight * cell.test.right, weight * cell.test.left
    clustered = variance_of_sum(influence[0], unseen.groups) + variance_of_sum(influence[1], synthetic.groups)
    scores = tuple((cell.number, cell.test.z if cell.counts else None) for cell in tested)
    return Copying(value, max(clustered, independent), scores)


@dataclass(frozen=True)
class _Cell:
    """A cell that holds unseen and synthetic images."""

    number: int
    unseen: BoolArray
    synthetic: BoolArray
    test: RankSum

    @property
    def counts(self) -> bool:
        """Whether it enters the mean."""
        return int(self.synthetic.sum()) > FEWEST


def _tested(unseen: Located, synthetic: Located) -> Iterator[_Cell]:
    for number in np.unique(synthetic.cell):
        own, others = unseen.cell == number, synthetic.cell == number
        if own.any():
            test = rank_sum(synthetic.distance[others], unseen.distance[own])
            yield _Cell(int(number), own, others, test)


def _components(training: FloatArray, others: Sequence[FloatArray], seed: int) -> list[FloatArray]:
    from sklearn.decomposition import PCA

    rows, columns = training.shape
    if columns <= COMPONENTS:
        return [training, *others]
    solver = "covariance_eigh" if rows > columns else "full"
    fitted = PCA(min(COMPONENTS, rows - 1), svd_solver=solver, random_state=seed).fit(training)
    return [np.asarray(fitted.transform(part)) for part in (training, *others)]


def _cells(points: Sequence[FloatArray], count: int, seed: int) -> list[IntArray]:
    from sklearn.cluster import KMeans

    fitted = KMeans(count, n_init=10, random_state=seed).fit(points[0])
    return [fitted.predict(part).astype(np.int64) for part in points]


def _within(rows: FloatArray, cell: IntArray, training: FloatArray, cells: IntArray, device: str) -> FloatArray:
    """(m,) distance of each row to the nearest training row of its cell."""
    distance = np.full(len(rows), np.inf)
    for one in np.unique(cell):
        own = cell == one
        distance[own] = nearest(rows[own], training[cells == one], device=device).distance[:, 0]
    return distance
