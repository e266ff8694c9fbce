"""Three co-occurrence features computed by the definition, where rounding decides whether they are defined at all."""

from __future__ import annotations

import numpy as np

from gan_audit.types import FloatArray


def information_and_mcc(pairs: FloatArray) -> dict[str, float]:
    """`Imc1`, `Imc2` and `MCC` of one region, in the order of operations of PyRadiomics' formulas.

    pairs: (directions, levels, levels), the directions and the levels that occur. Where neighbours are independent, the
    formulas take roots of numbers that are 0 but for rounding, and leave a direction out where that number is negative.
    """
    eps = np.spacing(1)
    counts = np.ascontiguousarray(np.moveaxis(pairs, 0, -1))[None]
    p = counts / counts.sum(axis=(1, 2))[:, None, None, :]
    first, second = p.sum(2, keepdims=True), p.sum(1, keepdims=True)
    joint = -1 * np.sum(p * np.log2(p + eps), (1, 2))
    product = first * second
    cross = -1 * np.sum(p * np.log2(product + eps), (1, 2))
    both = -1 * np.sum(product * np.log2(product + eps), (1, 2))
    largest = np.fmax(*(-1 * np.sum(part * np.log2(part + eps), (1, 2)) for part in (first, second)))
    one = joint - cross
    one[largest != 0] /= largest[largest != 0]
    one[largest == 0] = 0
    with np.errstate(invalid="ignore"):
        two = (1 - np.e ** (-2 * (both - joint))) ** 0.5
    two[both == joint] = 0
    return {"Imc1": _mean(one), "Imc2": _mean(two), "MCC": _mcc(p, first, second, eps)}


def _mcc(p: FloatArray, first: FloatArray, second: FloatArray, eps: float) -> float:
    levels = p.shape[1]
    if levels < 2:
        return 1.0
    terms = (
        (p[:, :, None, k, :] * p[:, None, :, k, :]) / (first[:, :, None, 0, :] * second[:, :, None, k, :] + eps)
        for k in range(levels)
    )
    matrix = next(terms)
    for term in terms:
        matrix += term
    values = np.linalg.eigvals(matrix.transpose((0, 3, 1, 2)))
    values.sort()
    with np.errstate(invalid="ignore"):
        return _mean(np.sqrt(values[:, :, -2]))


def _mean(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean().real) if known.size else float("nan")
