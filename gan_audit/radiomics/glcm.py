"""Co-occurrence of grey levels in neighbouring voxels (PyRadiomics' class `glcm`)."""

from __future__ import annotations

import numpy as np

from gan_audit.radiomics.block import Block
from gan_audit.radiomics.direction_weights import along, closeness
from gan_audit.radiomics.eigen import second_eigenvalue, second_singular_value
from gan_audit.radiomics.glcm_exact import information_and_mcc
from gan_audit.radiomics.offsets import offsets, single
from gan_audit.radiomics.region import Region
from gan_audit.types import BoolArray, FloatArray

EPS = float(np.spacing(1.0))
"""PyRadiomics adds it within logarithms and denominators."""
CHUNK = 1 << 17
"""Cells of the matrices worked on at a time, about."""
FAINT = 1e-5
"""Mutual information below which PyRadiomics' own rounding decides, whether a direction is dropped as undefined."""


def glcm(block: Block) -> dict[str, FloatArray]:
    """24 features, each (n,): the mean over the directions in which the region has neighbours, NaN where none has.

    Source: Haralick et al., IEEE Transactions on Systems, Man, and Cybernetics 3 (1973), as PyRadiomics 3.0.1
    defines them.
    """
    counts = _counts(block)
    images = len(counts)
    step = max(1, CHUNK // int(np.prod(counts.shape[1:])))
    parts = [_features(counts[start : start + step], block, start) for start in range(0, images, step)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _counts(block: Block) -> FloatArray:
    """(n, directions, levels, levels): how often a voxel of one level has one of another level ahead of it."""
    images = len(block.regions)
    ahead = offsets(block.rule.distances, block.flat)
    counts = np.empty((images, len(ahead), block.top, block.top))
    for number, offset in enumerate(ahead):
        counts[:, number] = block.pairs(offset)[:, 1:, 1:]
    if block.rule.weighting is None:
        return counts
    weighted: FloatArray = np.einsum("nd,ndij->nij", closeness(block), counts)[:, None]
    return weighted


def _features(ahead: FloatArray, block: Block, start: int) -> dict[str, FloatArray]:
    both = ahead + ahead.swapaxes(2, 3)
    pairs = both if block.rule.symmetrical else ahead
    regions = block.regions[start : start + len(ahead)]
    kept = _Directions(pairs, both)
    empty = kept.empty
    top = np.array([region.levels for region in regions], dtype=np.float64)
    values = kept.linear(top) | kept.entropies()
    faint = (values.pop("information") < FAINT) | (values["MCC"] < 1e-3)
    stacked = np.stack(list(values.values()))
    stacked[:, empty] = np.nan
    result = dict(zip(values, along(stacked), strict=True))
    for image in map(int, np.flatnonzero(empty.all(axis=1))):
        if np.count_nonzero(block.histogram[start + image, 1:]) == 1:
            _without_neighbours(result, image, regions[image], block)
    for image in map(int, np.flatnonzero((faint & ~empty).any(axis=1))):
        seen = np.flatnonzero(block.histogram[start + image, 1:])
        exact = information_and_mcc(pairs[image][np.ix_(~empty[image], seen, seen)])
        for name, value in exact.items():
            result[name][image] = value
    return result


def _without_neighbours(result: dict[str, FloatArray], image: int, region: Region, block: Block) -> None:
    """One grey level without neighbours: PyRadiomics defines one feature, and which hangs on its directions."""
    rule = block.rule
    alone = single(region.values.shape, rule.distances, block.flat, rule.weighting)
    name, value = ("InverseVariance", 0.0) if alone else ("MCC", 1.0)
    result[name][image] = value


class _Directions:
    """Statistics of co-occurrence matrices, each (n, directions)."""

    def __init__(self, pairs: FloatArray, both: FloatArray) -> None:
        """pairs: (n, directions, levels, levels). both: pairs either way, the same array where they are symmetrical."""
        self.pairs, self.symmetrical = pairs, pairs is both
        self.second = pairs.sum(axis=2)  # across rows, not along them: four times faster
        self.first = self.second if self.symmetrical else pairs.sum(axis=3)
        self.total = self.first.sum(axis=2)
        self.empty = self.total == 0
        self.total[self.empty] = 1
        self.sums, self.differences = diagonals(both)
        self.twice = self.sums.sum(axis=2)
        self.twice[self.twice == 0] = 1
        self.level = np.arange(1.0, pairs.shape[-1] + 1)

    def linear(self, top: FloatArray) -> dict[str, FloatArray]:
        """All but the entropies and what needs the whole matrix. top: each image's largest grey level."""
        far, near = np.arange(len(self.level), dtype=np.float64), np.arange(2.0, 2 * len(self.level) + 1)
        apart, summed = self.differences / self.twice[..., None], self.sums / self.twice[..., None]
        (mean, variance), (other_mean, other) = self._margins()
        centred = near - (mean + other_mean)[..., None]
        square = centred * centred
        weighted = summed * square
        tendency, contrast = weighted.sum(-1), np.vecdot(apart, far**2)
        average = np.vecdot(apart, far)
        relative = (far / top[:, None])[:, None]
        return {
            "Autocorrelation": (np.vecdot(summed, near**2) - contrast) / 4,
            "ClusterProminence": np.vecdot(weighted, square),
            "ClusterShade": np.vecdot(weighted, centred),
            "ClusterTendency": tendency,
            "Contrast": contrast,
            "Correlation": self._correlation(tendency, variance, other),
            "DifferenceAverage": average,
            "DifferenceVariance": np.vecdot(apart, (far - average[..., None]) ** 2),
            "Id": np.vecdot(apart, 1 / (1 + far)),
            "Idm": np.vecdot(apart, 1 / (1 + far**2)),
            "Idmn": np.vecdot(apart, 1 / (1 + relative**2)),
            "Idn": np.vecdot(apart, 1 / (1 + relative)),
            "InverseVariance": np.vecdot(apart[..., 1:], 1 / far[1:] ** 2),
            "JointAverage": mean,
            "SumAverage": np.vecdot(summed, near),
            "SumSquares": variance,
        }

    def entropies(self) -> dict[str, FloatArray]:
        """Entropies, energies, and `information`: the mutual information of neighbours in bits."""
        cells = self.pairs.reshape(*self.total.shape, -1)
        joint, first = _entropy(cells, self.total), _entropy(self.first, self.total)
        second = first if self.symmetrical else _entropy(self.second, self.total)
        second_value, rare = self._eigenvalue()
        apart = first + second - joint
        with np.errstate(invalid="ignore", divide="ignore"):
            one = (joint - (first + second - EPS / np.log(2) * rare)) / np.maximum(first, second)
            two = np.sqrt(1 - np.exp(-2 * apart))
        return {
            "DifferenceEntropy": _entropy(self.differences, self.twice),
            "Imc1": one,
            "Imc2": two,
            "JointEnergy": np.einsum("ndc,ndc->nd", cells, cells) / self.total**2,
            "JointEntropy": joint,
            "MCC": second_value,
            "MaximumProbability": cells.max(axis=2) / self.total,
            "SumEntropy": _entropy(self.sums, self.twice),
            "information": apart,
        }

    def _margins(self) -> list[tuple[FloatArray, FloatArray]]:
        """Mean and variance of the level of the first neighbour, and of the second."""
        first = _moments(self.first / self.total[..., None], self.level)
        return [first, first if self.symmetrical else _moments(self.second / self.total[..., None], self.level)]

    def _correlation(self, tendency: FloatArray, variance: FloatArray, other: FloatArray) -> FloatArray:
        """1 where one of the two levels never varies."""
        product = np.sqrt(variance) * np.sqrt(other)
        product[_alone(self.first) | _alone(self.second)] = 0
        joint = (tendency - variance - other) / 2
        return np.where(product == 0, 1.0, joint / (product + EPS))

    def _eigenvalue(self) -> tuple[FloatArray, FloatArray]:
        """Maximal correlation coefficient, the second singular value of p_ij / sqrt(p_i p_j + eps); and the sum of
        p_ij / (p_i p_j), by which eps moves the cross entropy.
        """
        expected = self.first[..., :, None] * self.second[..., None, :]
        expected += EPS * self.total[..., None, None] ** 2
        np.divide(1, expected, out=expected)
        rare = np.einsum("ndij,ndij->nd", self.pairs, expected) * self.total
        np.sqrt(expected, out=expected)
        expected *= self.pairs
        if self.symmetrical:
            return second_eigenvalue(expected, np.sqrt(self.first / self.total[..., None])), rare
        return second_singular_value(expected), rare


def _moments(p: FloatArray, level: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean: FloatArray = np.vecdot(p, level)
    variance: FloatArray = np.vecdot(p, np.square(level - mean[..., None]))
    return mean, variance


def _entropy(counts: FloatArray, total: FloatArray) -> FloatArray:
    """Shannon's entropy in bits of counts with the given total, over the last axis."""
    logarithm = np.where(counts > 0, counts, 1.0)
    np.log2(logarithm, out=logarithm)
    found: FloatArray = np.log2(total) - np.einsum("ndc,ndc->nd", logarithm, counts) / total
    return found


def _alone(counts: FloatArray) -> BoolArray:
    found: BoolArray = np.count_nonzero(counts, axis=-1) < 2
    return found


def diagonals(both: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sums of symmetric matrices over i + j, (..., 2 levels - 1), and over |i - j|, (..., levels).

    Rows laid twice as wide, read as rows one narrower or wider, bring the diagonals into columns.
    """
    *lead, levels, _ = both.shape
    wide = np.zeros((*lead, levels, 2 * levels))
    wide[..., :levels] = both
    line = wide.reshape(*lead, -1)
    sums = line[..., : levels * (2 * levels - 1)].reshape(*lead, levels, 2 * levels - 1).sum(axis=-2)
    rows = line[..., : (levels - 1) * (2 * levels + 1)].reshape(*lead, levels - 1, 2 * levels + 1)[..., :levels]
    differences = rows.sum(axis=-2)
    differences[..., 0] += both[..., -1, -1]
    differences[..., 1:] *= 2
    return sums, differences
