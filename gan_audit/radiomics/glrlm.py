"""Run lengths: neighbours in a row that share a grey level (PyRadiomics' class `glrlm`)."""

from __future__ import annotations

from itertools import chain, repeat

import numpy as np

from gan_audit.radiomics.block import Block
from gan_audit.radiomics.count_matrices import Cells, emphases, filled, truths
from gan_audit.radiomics.direction_weights import along, distances
from gan_audit.radiomics.offsets import Offset, single
from gan_audit.types import BoolArray, FloatArray, IntArray

NAMES = {
    "GrayLevelNonUniformity": "Level",
    "GrayLevelNonUniformityNormalized": "LevelNormalized",
    "GrayLevelVariance": "LevelVariance",
    "HighGrayLevelRunEmphasis": "High",
    "LongRunEmphasis": "LongEmphasis",
    "LongRunHighGrayLevelEmphasis": "LongHigh",
    "LongRunLowGrayLevelEmphasis": "LongLow",
    "LowGrayLevelRunEmphasis": "Low",
    "RunEntropy": "Entropy",
    "RunLengthNonUniformity": "Size",
    "RunLengthNonUniformityNormalized": "SizeNormalized",
    "RunPercentage": "Percentage",
    "RunVariance": "SizeVariance",
    "ShortRunEmphasis": "ShortEmphasis",
    "ShortRunHighGrayLevelEmphasis": "ShortHigh",
    "ShortRunLowGrayLevelEmphasis": "ShortLow",
}


def glrlm(block: Block) -> dict[str, FloatArray]:
    """16 features, each (n,): the mean over the directions in which some line meets the region twice.

    Where none does, all are NaN, but RunEntropy and RunVariance are 0 where PyRadiomics had one direction only.
    Source: Galloway, Computer Graphics and Image Processing 4 (1975), as PyRadiomics 3.0.1 defines them.
    """
    shared = emphases(_cells(block))
    stacked = np.stack([shared[key] for key in NAMES.values()])
    result = dict(zip(NAMES, along(stacked.reshape(len(NAMES), len(block.regions), -1)), strict=True))
    for image in map(int, np.flatnonzero(np.isnan(result["RunPercentage"]))):
        if single(block.regions[image].values.shape, (1,), block.flat, block.rule.weighting):
            result["RunEntropy"][image] = result["RunVariance"][image] = 0.0
    return result


def _cells(block: Block) -> Cells:
    """One matrix an image and direction; one an image where directions are weighted and summed."""
    directions, levels = len(block.steps), block.top + 1
    longest = max(block.shape)
    start, direction, length = _long_runs(block)
    place = block.image_level[start] * directions + direction
    lonely, two = _short_runs(block, place, length)
    single = np.flatnonzero(lonely != 0)
    double = np.flatnonzero(two != 0)
    long_key, long_count = filled(place * (longest + 1) + length, lonely.size * (longest + 1))
    key = np.concatenate([single * (longest + 1) + 1, double * (longest + 1) + 2, long_key])
    count = np.concatenate([lonely[single], two[double], long_count])
    rest, size = np.divmod(key, longest + 1)
    image_level, direction = np.divmod(rest, directions)
    image, level = np.divmod(image_level, levels)
    if block.rule.weighting is None:
        return Cells(image * directions + direction, level, size, count, len(block.regions) * directions)
    weights = distances(block)[image, direction]
    most = len(block.regions) * levels * (longest + 1)
    merged, count = filled(image_level * (longest + 1) + size, most, count * weights)
    image_level, size = np.divmod(merged, longest + 1)
    image, level = np.divmod(image_level, levels)
    return Cells(image, level, size, count, len(block.regions))


def _short_runs(block: Block, place: IntArray, length: IntArray) -> tuple[FloatArray, FloatArray]:
    """Runs of one and of two voxels for each image, level and direction, flat, by what the longer ones leave over.

    A run of k voxels holds k - 1 pairs of equal neighbours; the diagonal of the co-occurrence matrix counts all pairs.
    """
    directions, levels = len(block.steps), block.top + 1
    pairs = np.stack([block.pairs(step).diagonal(axis1=1, axis2=2) for step in block.steps], axis=-1).ravel()
    voxels = np.repeat(block.histogram.ravel(), directions)
    number = np.bincount(place, minlength=voxels.size)
    covered = np.bincount(place, weights=length, minlength=voxels.size)
    two = pairs - (covered - number)
    lonely = voxels - 2 * two - covered
    counted = np.repeat(_valid(block), levels, axis=0).reshape(-1, levels, directions)
    counted[:, 0] = False
    return lonely * counted.ravel(), two * counted.ravel()


def _long_runs(block: Block) -> tuple[IntArray, IntArray, IntArray]:
    """First place, direction and length of every run of at least three."""
    steps = [block.step(offset) for offset in block.steps]
    flags = block.same_stacked
    starts = [truths(_first_of_three(same, step)) for same, step in zip(flags, steps, strict=True)]
    direction = np.repeat(np.arange(len(steps)), [len(part) for part in starts])
    start, ahead = np.concatenate(starts), np.array(steps).take(direction)
    place = direction * block.size + start + 2 * ahead
    return start, direction, 3 + _going_on(flags.ravel(), place, ahead)


def _going_on(flags: BoolArray, place: IntArray, ahead: IntArray) -> IntArray:
    """How many flags are set one after another from each place on, `ahead` apart: most are few, some very many."""
    found, walker = np.zeros(len(place), dtype=np.int64), np.arange(len(place))
    for reach in chain(repeat(1, 6), repeat(32)):  # one by one while many go on, then many at a time
        if not len(walker):
            return found
        if reach == 1:
            on = flags.take(place)
        else:
            window = flags.take(place + ahead * np.arange(reach)[:, None], mode="clip")
            np.logical_and.accumulate(window, axis=0, out=window)
            found[walker] += window[:-1].sum(axis=0)
            on = window[-1]
        further = np.flatnonzero(on)
        walker, ahead = walker.take(further), ahead.take(further)
        found[walker] += 1
        place = place.take(further) + reach * ahead
    return found


def _first_of_three(same: BoolArray, step: int) -> BoolArray:
    """Whether a run of at least three starts at each place. same: whether a place equals the one a step ahead."""
    first = np.empty_like(same)
    first[-step:] = False
    np.logical_and(same[:-step], same[step:], out=first[:-step])
    np.greater(first[step:], same[:-step], out=first[step:])  # of flags, a and not b
    return first


def _valid(block: Block) -> BoolArray:
    """(n, directions): whether some line along the direction meets the region at least twice, gaps allowed."""
    valid = np.stack([block.pairs(step)[:, 1:, 1:].any(axis=(1, 2)) for step in block.steps], axis=1)
    for image, direction in zip(*np.nonzero(~valid), strict=True):
        valid[image, direction] = _meets_twice(block, int(image), block.steps[direction])
    return valid


def _meets_twice(block: Block, image: int, offset: Offset) -> bool:
    """Whether two voxels of the region lie on one line along the offset."""
    voxels = np.argwhere(block.inside.reshape(-1, *block.shape)[image])
    axis = int(np.flatnonzero(offset)[0])
    lines = voxels - np.outer(voxels[:, axis] * offset[axis], offset)
    return len(np.unique(lines, axis=0)) < len(lines)
