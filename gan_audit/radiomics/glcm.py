"""Co-occurrence of grey levels in neighbouring voxels (PyRadiomics' class `glcm`)."""

from __future__ import annotations

import numpy as np

from gan_audit.radiomics.block import Block
from gan_audit.radiomics.eigen import second_eigenvalue, second_singular_value
from gan_audit.radiomics.glcm_exact import information_and_mcc
from gan_audit.radiomics.offsets import offsets, single
from gan_audit.radiomics.region import Region
from gan_audit.radiomics.weighting import along, closeness
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
    total = pairs.sum(axis=(2, 3))
    empty = total == 0
    total[empty] = 1
    kept = _Directions(pairs, total, both)
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

    def __init__(self, pairs: FloatArray, total: FloatArray, both: FloatArray) -> None:
        """pairs: (n, directions, levels, levels). total: their sums, 1 for an empty one. both: pairs either way."""
        self.pairs, self.total, self.symmetrical = pairs, total, pairs is both
        self.first, self.second = pairs.sum(axis=3), pairs.sum(axis=2)
        self.sums, self.differences = _diagonals(both)
        self.twice = self.sums.sum(axis=2)
        self.twice[self.twice == 0] = 1
        self.level = np.arange(1.0, pairs.shape[-1] + 1)

    def linear(self, top: FloatArray) -> dict[str, FloatArray]:
        """All but the entropies and what needs the whole matrix. top: each image's largest grey level."""
        far, near = np.arange(len(self.level), dtype=np.float64), np.arange(2.0, 2 * len(self.level) + 1)
        apart, summed = self.differences / self.twice[..., None], self.sums / self.twice[..., None]
        mean, variance = _moments(self.first / self.total[..., None], self.level)
        other_mean, other = _moments(self.second / self.total[..., None], self.level)
        centred = near - (mean + other_mean)[..., None]
        tendency, contrast = (summed * centred**2).sum(-1), (apart * far**2).sum(-1)
        average = (apart * far).sum(-1)
        relative = far / top[:, None, None]
        return {
            "Autocorrelation": ((summed * near**2).sum(-1) - contrast) / 4,
            "ClusterProminence": (summed * centred**4).sum(-1),
            "ClusterShade": (summed * centred**3).sum(-1),
            "ClusterTendency": tendency,
            "Contrast": contrast,
            "Correlation": self._correlation(tendency, variance, other),
            "DifferenceAverage": average,
            "DifferenceVariance": (apart * (far - average[..., None]) ** 2).sum(-1),
            "Id": (apart / (1 + far)).sum(-1),
            "Idm": (apart / (1 + far**2)).sum(-1),
            "Idmn": (apart / (1 + relative**2)).sum(-1),
            "Idn": (apart / (1 + relative)).sum(-1),
            "InverseVariance": (apart[..., 1:] / far[1:] ** 2).sum(-1),
            "JointAverage": mean,
            "SumAverage": (summed * near).sum(-1),
            "SumSquares": variance,
        }

    def entropies(self) -> dict[str, FloatArray]:
        """Entropies, energies, and `information`: the mutual information of neighbours in bits."""
        joint = _entropy(self.pairs, self.total, 2)
        first, second = (_entropy(part, self.total, 1) for part in (self.first, self.second))
        second_value, rare = self._eigenvalue()
        apart = first + second - joint
        with np.errstate(invalid="ignore", divide="ignore"):
            one = (joint - (first + second - EPS / np.log(2) * rare)) / np.maximum(first, second)
            two = np.sqrt(1 - np.exp(-2 * apart))
        return {
            "DifferenceEntropy": _entropy(self.differences, self.twice, 1),
            "Imc1": one,
            "Imc2": two,
            "JointEnergy": np.einsum("ndij,ndij->nd", self.pairs, self.pairs) / self.total**2,
            "JointEntropy": joint,
            "MCC": second_value,
            "MaximumProbability": self.pairs.max(axis=(2, 3)) / self.total,
            "SumEntropy": _entropy(self.sums, self.twice, 1),
            "information": apart,
        }

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


def _diagonals(both: FloatArray) -> tuple[FloatArray, FloatArray]:
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


def _moments(p: FloatArray, level: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean = (p * level).sum(axis=-1)
    return mean, (p * (level - mean[..., None]) ** 2).sum(axis=-1)


def _entropy(counts: FloatArray, total: FloatArray, axes: int) -> FloatArray:
    """Shannon's entropy in bits of counts with the given total, over the last axes."""
    positive = np.where(counts > 0, counts, 1.0)
    parts = np.log2(positive, out=positive)
    parts *= counts
    found: FloatArray = np.log2(total) - parts.sum(axis=tuple(range(-axes, 0))) / total
    return found


def _alone(counts: FloatArray) -> BoolArray:
    found: BoolArray = np.count_nonzero(counts, axis=-1) < 2
    return found
