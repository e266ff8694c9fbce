"""Two figures of the Fréchet distance: where the two clouds lie, and how the value depends on the number of images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gan_audit.checks.base import CheckSettings, Comparison, ImageRows
from gan_audit.stats.resampling import draw_splits
from gan_audit.types import CheckResult, FloatArray, IntArray, check_key

FEWEST = 3
"""Patients that a cell of the density must hold; a cell of fewer counts as empty, so that nobody stands out."""
FINEST, COARSEST, PER_CELL = 24, 5, 8
"""Cells along an axis, at most and at least, and images that a cell should hold if all held as many."""
GRID = 32
"""Points along each axis of the density that is drawn."""
BELL = 0.7
"""Width (standard deviation) of the bell that a cell is drawn as, in cells."""
SEEN = (0.01, 0.99)
"""Quantiles of the pooled images that the axes reach to: nobody's extreme value can be read off."""
SHARES = (0.25, 0.5, 0.75)
REPEATS = 8
"""Random halves for each smaller sample size; the largest has those of the check itself."""

FigureData = dict[str, Any]


def figures(
    data: Comparison, settings: CheckSettings, result: CheckResult, between: Callable[[IntArray, IntArray], float]
) -> list[FigureData]:
    """What can be drawn of: the density along two principal components, the value against the sample size.

    result: the Fréchet distance over all images. between(i, j): the same of pooled rows, the real set's rows first.
    """
    return [made for made in (density(data), sizes(data, settings, result, between)) if made]


def density(data: Comparison) -> FigureData | None:
    """Both sets along the first two principal components of the real one, counted in cells, then smoothed.

    None where there are not two components, or where every cell holds too few patients. Distances between the
    contours are no distances between the sets: two dimensions of many are shown.
    """
    found = _components(data.real.points)
    if found is None:
        return None
    axes, shares = found
    centre = data.real.points.mean(axis=0)
    places = {"real": (data.real.points - centre) @ axes, "synthetic": (data.synthetic.points - centre) @ axes}
    ends = np.quantile(np.concatenate(list(places.values())), SEEN, axis=0).T
    if not (ends[:, 1] > ends[:, 0]).all():
        return None
    cells = int(np.clip(np.sqrt(min(len(data.real), len(data.synthetic)) / PER_CELL), COARSEST, FINEST))
    counts = {name: _counts(places[name], side, ends, cells) for name, side in _named(data).items()}
    if not all(count.any() for count in counts.values()):
        return None
    grid = [np.linspace(low, high, GRID) for low, high in ends]
    return {
        "kind": "contours",
        "title": f"Density along two principal components, space {data.space}",
        "caption": f"Lines of equal density, at 10, 30, 50, 70 and 90 % of each set's own peak. The components are "
        f"those of the real images. Counted in {cells} × {cells} cells before drawing; a cell with images of fewer "
        f"than {FEWEST} patients counts as empty.",
        "x_label": f"component 1 ({100 * shares[0]:.0f} % of the real variance)",
        "y_label": f"component 2 ({100 * shares[1]:.0f} %)",
        "series": [
            {"name": name, "x": _plain(grid[0]), "y": _plain(grid[1]), "z": _smooth(count, ends, grid)}
            for name, count in counts.items()
        ],
    }


def sizes(
    data: Comparison, settings: CheckSettings, result: CheckResult, between: Callable[[IntArray, IntArray], float]
) -> FigureData | None:
    """The estimate and its real-against-real reference at a quarter, a half, three quarters and all of the images.

    None where a quarter would be fewer than four images.
    """
    largest = int(result.details["matched_n"])
    if result.estimate is None or result.reference is None or largest * SHARES[0] < 4:
        return None
    rng = settings.rng(check_key("sizes", data.space, data.scope))
    groups, offset = (data.real.groups, data.synthetic.groups), len(data.real)
    at: list[int] = []
    values: list[float] = []
    references: list[float] = []
    for share in SHARES:
        splits = draw_splits(*groups, rng, count=REPEATS, largest=int(share * largest))
        at.append(int(np.median([len(split.first) for split in splits])))
        values.append(float(np.mean([between(split.first, split.other + offset) for split in splits])))
        references.append(float(np.mean([between(split.first, split.second) for split in splits])))
    return {
        "kind": "lines",
        "title": f"Fréchet distance against the number of images, space {data.space}",
        "caption": "At every size, images of as many random patients of each set. Both lines fall as the samples grow, "
        "for the distance is biased upwards in small ones; what tells is the gap between them. "
        f"Each point but the last is the mean of {REPEATS} random samples.",
        "x_label": "images of each sample",
        "y_label": result.unit,
        "series": [
            {"name": name, "x": [*at, largest], "y": [*found, last]}
            for name, found, last in (
                ("synthetic against real", values, result.estimate),
                ("real against real", references, result.reference.value),
            )
        ],
    }


def _named(data: Comparison) -> dict[str, ImageRows]:
    return {"real": data.real, "synthetic": data.synthetic}


def _components(points: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """(d, 2) first two principal components of points (n, d), signs fixed, and their shares of the variance."""
    from sklearn.decomposition import PCA

    if min(points.shape) < 2 or not np.ptp(points, axis=0).any():
        return None
    fitted = PCA(2, svd_solver="full").fit(points)
    if fitted.explained_variance_[1] <= 1e-9 * fitted.explained_variance_[0]:
        return None
    axes = fitted.components_.T
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return axes * signs, fitted.explained_variance_ratio_


def _counts(places: FloatArray, side: ImageRows, ends: FloatArray, cells: int) -> FloatArray:
    """(cells, cells) images in each cell, x by row; 0 where they are of fewer than FEWEST patients."""
    inside = ((places >= ends[:, 0]) & (places <= ends[:, 1])).all(axis=1)
    steps = (places[inside] - ends[:, 0]) / (ends[:, 1] - ends[:, 0]) * cells
    x, y = np.minimum(steps.astype(np.int64), cells - 1).T
    cell = x * cells + y
    images = np.bincount(cell, minlength=cells * cells)
    pairs = np.unique(np.stack([cell, side.groups[inside]]), axis=1)
    patients = np.bincount(pairs[0], minlength=cells * cells)
    return np.where(patients < FEWEST, 0, images).reshape(cells, cells).astype(np.float64)


def _smooth(counts: FloatArray, ends: FloatArray, grid: list[FloatArray]) -> list[list[float]]:
    """The counts, each as a bell about its cell's middle, on the grid: z[y][x], 1 at the peak."""
    cells = len(counts)
    kernels = []
    for (low, high), places in zip(ends, grid, strict=True):
        middles = low + (np.arange(cells) + 0.5) * (high - low) / cells
        away = (places[:, None] - middles[None, :]) * cells / (high - low)
        kernels.append(np.exp(-0.5 * np.square(away / BELL)))
    z = kernels[1] @ counts.T @ kernels[0].T
    return [[round(float(value), 3) for value in row] for row in z / z.max()]


def _plain(values: FloatArray) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
