"""Feature tables to a comparison: unusable features and rows set aside and named, distances put on one scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.cluster.hierarchy import DisjointSet

from gan_audit.checks.base import Comparison, ImageRows, Twins
from gan_audit.types import ALL, BoolArray, FeatureTable, FloatArray, Image, IntArray, Role, Sample

ImageReader = Callable[[Sample], Image]

REACH = 8.0
"""Standardized features are clipped to ± this many robust standard deviations, so that no single outlier dominates a
Euclidean distance."""
ROUNDING = 1e-3
"""What the mean and the deviation of a thumbnail may be off, also where it was held in single precision."""


def prepare(
    real: FeatureTable,
    synthetic: FeatureTable,
    holdout: FeatureTable | None = None,
    *,
    twins: Twins | None = None,
    readers: Mapping[Role, ImageReader] | None = None,
) -> Comparison | str:
    """The comparison of two tables of one space, or the reason why there is none.

    holdout: the same of real images that the generator never saw; it decides on no feature and no scale. twins: real
    images that are one picture, and one group if they are joined. readers: how the images of a set are decoded again.
    Rows in which the extractor failed and features that are not finite in some other row take no part, nor, where the
    space is standardized, features that are constant over the real images. Rows are put in an order that depends on
    content alone.
    """
    unseen = [holdout] if holdout else []
    codes = group_codes([sample for table in (real, synthetic, *unseen) for sample in table.samples], twins)
    tables = [_usable(real, codes), _usable(synthetic, codes)]
    if any(not rows.any() for _, rows, _ in tables):
        return "No image has features in this space."
    finite = _all(np.asarray(np.isfinite(table.values[rows]).all(axis=0)) for table, rows, _ in tables)
    varying = _all([finite, _spread(real.values[tables[0][1]]) > 0]) if real.space.standardize else finite
    if not varying.any():
        return "Every feature of this space is constant or not finite over the real images."
    aside = {"not finite": ~finite, "constant over the real images": finite & ~varying}
    scale = _Scale.of(real.values[tables[0][1]][:, varying]) if real.space.standardize else None
    sides = [_side(table, rows, groups, varying, scale) for table, rows, groups in tables]
    if "duplicates" in real.space.uses:
        sides = [_pictures(side, table, readers) for side, (table, _, _) in zip(sides, tables, strict=True)]
    third = [_side(*_usable(table, codes), varying, scale) for table in unseen]
    names = tuple(np.array(real.names)[varying])
    left_out = {why: tuple(np.array(real.names)[which]) for why, which in aside.items() if which.any()}
    units, grid = _units(*sides), _grid(real, sides[0], names)
    spare = _complete(third[0]) if third else None
    known = _known(twins, real)
    return Comparison(
        real.space.name, ALL, names, sides[0], sides[1], left_out, units, grid, spare, real.repeatability, known
    )  # fmt: skip


def _complete(side: ImageRows) -> ImageRows | None:
    """The rows that are finite in every feature in use; None where no row is."""
    rows = np.flatnonzero(np.isfinite(side.values).all(axis=1))
    return side.take(rows) if len(rows) else None


def _all(conditions: Iterable[BoolArray]) -> BoolArray:
    return np.asarray(np.logical_and.reduce(list(conditions)))


def _units(real: ImageRows, synthetic: ImageRows) -> tuple[int, int]:
    """Patients of each set; a synthetic set that names none may show as few as its number of real images would."""
    return real.n_groups, min(synthetic.n_groups, max(1, round(len(synthetic) * real.n_groups / len(real))))


def _grid(table: FeatureTable, real: ImageRows, names: tuple[str, ...]) -> tuple[int, ...]:
    """Thumbnail features are named by their place (`row,column`), the last one by the far corner.

    A space for `duplicates` holds thumbnails, one for `copies` only where its features show it: see `_thumbnails`.
    """
    if "duplicates" in table.space.uses and table.names:
        return tuple(int(place) + 1 for place in table.names[-1].split(","))
    return _thumbnails(real, names) if "copies" in table.space.uses and not table.space.standardize else ()


def _thumbnails(real: ImageRows, names: tuple[str, ...]) -> tuple[int, ...]:
    """The grid of rows that may be turned and inverted, or nothing.

    Their features are named by every place of a grid, in order, its last two sides equal; each row has mean 0 and
    standard deviation 1.
    """
    places = names[-1].split(",")
    if len(places) < 2 or not all(place.isdecimal() for place in places) or places[-1] != places[-2]:
        return ()
    grid = tuple(int(place) + 1 for place in places)
    named = math.prod(grid) == len(names) and names == tuple(",".join(map(str, x)) for x in np.ndindex(*grid))
    mean, deviation = real.points.mean(axis=1), real.points.std(axis=1)
    return grid if named and np.abs(mean).max() < ROUNDING and np.abs(deviation - 1.0).max() < ROUNDING else ()


def _known(twins: Twins | None, real: FeatureTable) -> Twins | None:
    """The pairs for every check; what was seen of them for the one that looks again."""
    return twins if twins is None or "duplicates" in real.space.uses else replace(twins, search=None)


def _pictures(side: ImageRows, table: FeatureTable, readers: Mapping[Role, ImageReader] | None) -> ImageRows:
    """Thumbnails in stored units, as distances see them, with what a grey level is and how many pixels they show."""
    samples = {sample.id: sample for sample in table.samples}
    spread = np.subtract(*np.quantile(side.values, [0.995, 0.005], axis=1)) / 255
    widths = np.array([max(samples[id].shape) for id in side.ids])
    eight = np.array([samples[id].bit_depth <= 8 for id in side.ids])
    points = side.values - side.values.mean(axis=1, keepdims=True)
    points /= np.maximum(points.std(axis=1, keepdims=True), np.finfo(float).tiny)
    read = partial(_read, readers[table.role], samples) if readers else None
    levels = np.where(eight, 1.0, np.maximum(spread, 1e-12))
    return replace(side, points=points, levels=levels, widths=widths, read=read)


def _read(read: ImageReader, samples: Mapping[str, Sample], id: str) -> Image:
    return read(samples[id])


def group_codes(samples: Iterable[Sample], twins: Twins | None = None) -> Mapping[tuple[str, str], int]:
    """(role, id) to a code that the images of one patient of a set share, and its images of equal content too.

    Real images that are one picture share one as well, with everything of their patients, where they are joined.
    """
    joined: DisjointSet[str] = DisjointSet()
    pictures = twins.codes() if twins and twins.joined else {}
    samples = sorted(samples, key=lambda s: (s.role, s.digest, s.id))
    for sample in samples:
        own = f"group {sample.role} {sample.group}" if sample.group is not None else f"image {sample.role} {sample.id}"
        names = [own, f"content {sample.role} {sample.digest}"]
        if sample.role == "real" and sample.id in pictures:
            names.append(f"picture {pictures[sample.id]}")
        for name in names:
            joined.add(name)
            joined.merge(own, name)
    codes: dict[str, int] = {}
    return {(s.role, s.id): codes.setdefault(joined[f"content {s.role} {s.digest}"], len(codes)) for s in samples}


def _usable(table: FeatureTable, codes: Mapping[tuple[str, str], int]) -> tuple[FeatureTable, BoolArray, IntArray]:
    groups = np.array([codes[s.role, s.id] for s in table.samples], np.int64)
    return table, np.asarray(~np.isnan(table.values).all(axis=1)), groups


def _spread(values: FloatArray) -> FloatArray:
    """Standard deviations, with rounding noise about a constant taken for none."""
    deviation = np.zeros(values.shape[1])
    finite = np.isfinite(values).all(axis=0)
    deviation[finite] = values[:, finite].std(axis=0)
    size = np.abs(np.where(finite, values, 0.0)).max(axis=0)
    return np.where(deviation > 1e-9 * size, deviation, 0.0)


class _Scale:
    """Robust standardization by the real set: median, and interquartile range over 1.349.

    The standard deviation takes its place where half of the images, or more, have one value, but for rounding.
    """

    def __init__(self, centre: FloatArray, width: FloatArray) -> None:
        self.centre, self.width = centre, width

    @classmethod
    def of(cls, values: FloatArray) -> _Scale:
        lowest, low, centre, high, highest = np.percentile(values, [5, 25, 50, 75, 95], axis=0)
        width = (high - low) / 1.349
        least = np.maximum(1e-3 * (highest - lowest), 1e-9 * np.maximum(abs(lowest), abs(highest)))
        return cls(centre, np.where(width > least, width, values.std(axis=0)))

    def __call__(self, values: FloatArray) -> FloatArray:
        return np.clip((values - self.centre) / self.width, -REACH, REACH)


def _side(
    table: FeatureTable, rows: BoolArray, groups: IntArray, columns: BoolArray, scale: _Scale | None
) -> ImageRows:
    samples = table.samples
    order = sorted(np.flatnonzero(rows), key=lambda i: (samples[i].digest, samples[i].id))
    values = table.values[order][:, columns]
    return ImageRows(
        tuple(samples[i].id for i in order),
        tuple(samples[i].pseudonym for i in order),
        tuple(samples[i].label for i in order),
        groups[order],
        values,
        scale(values) if scale else values,
    )
