"""Statistics of co-occurrence matrices, direction by direction."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import numpy as np

from gan_audit.radiomics.torch_engine.counting import spread
from gan_audit.radiomics.torch_engine.eigen import second_eigenvalue, second_singular_value

if TYPE_CHECKING:
    from torch import Tensor

EPS = float(np.spacing(1.0))
"""PyRadiomics adds it within logarithms and denominators."""


@dataclass(frozen=True)
class Matrices:
    """Co-occurrence matrices and their sums; every statistic of them is (n, directions)."""

    pairs: Tensor
    """(n, directions, levels, levels)."""
    total: Tensor
    """Their sums, 1 for an empty one."""
    symmetrical: bool
    first: Tensor
    """Sums of the rows, (n, directions, levels)."""
    second: Tensor
    """Sums of the columns."""
    sums: Tensor
    """Of the pairs taken either way, by i + j, (n, directions, 2 levels - 1)."""
    differences: Tensor
    """Likewise by |i - j|, (n, directions, levels)."""
    twice: Tensor
    """The total of the pairs taken either way, 1 for an empty one."""


def matrices(pairs: Tensor, total: Tensor, both: Tensor) -> Matrices:
    """pairs: (n, directions, levels, levels), float64. total: sums, 1 for an empty one. both: pairs either way."""
    sums, differences = diagonals(both)
    twice = sums.sum(2)
    twice = twice.where(twice > 0, 1.0)
    return Matrices(pairs, total, pairs is both, pairs.sum(3), pairs.sum(2), sums, differences, twice)


def linear(made: Matrices, top: Tensor) -> dict[str, Tensor]:
    """All but the entropies and what needs the whole matrix. top: each image's largest grey level."""
    import torch

    levels = made.first.shape[-1]
    level, near = (torch.arange(1, most, device=top.device, dtype=top.dtype) for most in (levels + 1, 2 * levels))
    far, near = level - 1, near + 1
    apart, summed = made.differences / made.twice[..., None], made.sums / made.twice[..., None]
    mean, variance = _moments(made.first / made.total[..., None], level)
    other_mean, other = _moments(made.second / made.total[..., None], level)
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
        "Correlation": _correlation(made, tendency, variance, other),
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


def entropies(made: Matrices) -> dict[str, Tensor]:
    """Entropies, energies, and `information`: the mutual information of neighbours in bits."""
    joint = _entropy(made.pairs.flatten(2), made.total)
    first, second = _entropy(made.first, made.total), _entropy(made.second, made.total)
    correlation, rare = _maximal_correlation(made)
    apart = first + second - joint
    return {
        "DifferenceEntropy": _entropy(made.differences, made.twice),
        "Imc1": (joint - (first + second - EPS / log(2) * rare)) / first.maximum(second),
        "Imc2": (1 - (-2 * apart).exp()).sqrt(),
        "JointEnergy": made.pairs.square().sum((2, 3)) / made.total**2,
        "JointEntropy": joint,
        "MCC": correlation,
        "MaximumProbability": made.pairs.amax((2, 3)) / made.total,
        "SumEntropy": _entropy(made.sums, made.twice),
        "information": apart,
    }


def diagonals(both: Tensor) -> tuple[Tensor, Tensor]:
    """Sums of symmetric matrices over i + j, (..., 2 levels - 1), and over |i - j|, (..., levels).

    Rows laid twice as wide, read as rows one narrower or wider, bring the diagonals into columns.
    """
    *lead, levels, _ = both.shape
    line = both.new_zeros((*both.shape[:-1], 2 * levels))
    line[..., :levels] = both
    line = line.flatten(-2)
    sums = line[..., : levels * (2 * levels - 1)].view(*lead, levels, 2 * levels - 1).sum(-2)
    rows = line[..., : (levels - 1) * (2 * levels + 1)].view(*lead, levels - 1, 2 * levels + 1)[..., :levels]
    differences = rows.sum(-2)
    differences[..., 0] += both[..., -1, -1]
    differences[..., 1:] *= 2
    return sums, differences


def _correlation(made: Matrices, tendency: Tensor, variance: Tensor, other: Tensor) -> Tensor:
    """1 where one of the two levels never varies."""
    never = ((made.first > 0).sum(-1) < 2) | ((made.second > 0).sum(-1) < 2)
    product = (variance.sqrt() * other.sqrt()).masked_fill(never, 0)
    return ((tendency - variance - other) / 2 / (product + EPS)).where(product != 0, 1.0)


def _maximal_correlation(made: Matrices) -> tuple[Tensor, Tensor]:
    """Maximal correlation coefficient, the second singular value of p_ij / sqrt(p_i p_j + eps); and the sum of
    p_ij / (p_i p_j), by which eps moves the cross entropy.
    """
    expected = made.first[..., :, None] * made.second[..., None, :]
    expected += EPS * made.total[..., None, None] ** 2
    expected = expected.reciprocal_()
    rare = (made.pairs * expected).sum((2, 3)) * made.total
    expected = expected.sqrt_().mul_(made.pairs)
    if made.symmetrical:
        return second_eigenvalue(expected, (made.first / made.total[..., None]).sqrt()), rare
    return second_singular_value(expected, (made.second / made.total[..., None]).sqrt()), rare


def _moments(p: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
    mean = (p * level).sum(-1)
    return mean, (p * (level - mean[..., None]) ** 2).sum(-1)


def _entropy(counts: Tensor, total: Tensor) -> Tensor:
    """Shannon's entropy in bits of counts with the given total, over the last axis."""
    return total.log2() - spread(counts).sum(-1) / total
