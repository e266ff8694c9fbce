"""The second largest eigenvalue of many small matrices whose largest one is known to be 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from gan_audit.types import BoolArray, FloatArray, IntArray, Single

LAST, START, STEPS, REFINED = 8, 4, 6, 2
"""Powers from the 2^4th are looked at and the 2^8th is the last; each is applied six times more to a column, in single
precision, and then the matrix itself twice, in double."""
PROVEN = 1e-12
"""Relative error that is proven, by Kato's and Temple's bound: squared residual by distance to the other values."""
SAFE = 0.98
"""Above, the second eigenvalue is too near the first to take that one away."""


def second_eigenvalue(matrices: FloatArray, first: FloatArray) -> FloatArray:
    """Second largest absolute eigenvalue, (...), with a relative error of about 1e-12.

    matrices: (..., k, k), symmetric, with the largest eigenvalue 1. first: (..., k), its eigenvector of length 1.
    Takes the first one away and squares the rest: a column of the power points to the largest eigenvalue, and the trace
    bounds all others. Where that proves too little, all eigenvalues are computed.
    """
    *lead, size, _ = matrices.shape
    flat, vectors = matrices.reshape(-1, size, size), first.reshape(-1, size)
    if size < 2:
        return np.ones(lead)
    found: FloatArray = np.full(len(flat), np.nan)
    if size > 8:
        _by_squaring(flat - vectors[:, :, None] * vectors[:, None, :], found)
    unsure = np.flatnonzero(~(found < SAFE))
    if len(unsure):
        values = np.asarray(np.linalg.eigvalsh(flat[unsure]), dtype=np.float64)
        found[unsure] = np.maximum(values[:, -2], -values[:, 0])
    return found.reshape(lead)


def second_singular_value(matrices: FloatArray) -> FloatArray:
    """Second largest singular value, (...); 1 where the matrices have one row."""
    if matrices.shape[-1] < 2:
        return np.ones(matrices.shape[:-2])
    found = np.asarray(np.linalg.svd(matrices, compute_uv=False), dtype=np.float64)
    return found[..., 1]


def _by_squaring(rest: FloatArray, found: FloatArray) -> None:
    """Fills in the largest absolute eigenvalue of each matrix where it is proven to 1e-12."""
    norm, left = _length(rest.reshape(len(rest), -1)), np.arange(len(rest))
    power, scale = (rest / norm[:, None, None]).astype(np.float32), np.log(norm)
    rounding = (6 + rest.shape[-1] ** 0.5) * float(np.finfo(np.float32).eps)
    for exponent in range(1, LAST + 1):
        power, scale = power @ power, 2 * scale
        if exponent < START:
            continue
        norm = _length(power.reshape(len(power), -1))
        power /= norm[:, None, None]
        scale += np.log(norm, dtype=np.float64)
        diagonal = np.einsum("nii->ni", power)
        trace = diagonal.sum(axis=1, dtype=np.float64) + 2**exponent * rounding  # squaring doubles what is off
        others = np.exp((scale + np.log(_second(trace))) / 2**exponent)
        value, error = _quotient(rest, power, diagonal.argmax(axis=1))
        done: BoolArray = error <= PROVEN * value * (value - others)
        found[left[done]] = value[done]
        go = np.flatnonzero(~done)
        if not len(go):
            return
        rest, power, left, scale = rest[go], power[go], left[go], scale[go]


def _quotient(matrices: FloatArray, power: Single, start: IntArray) -> tuple[FloatArray, FloatArray]:
    """Rayleigh's quotient, absolute, and its squared residual, after some more steps from one column of the power."""
    vector: Any = power[np.arange(len(power)), start][:, :, None]
    for _ in range(STEPS):
        vector = power @ vector
    for _ in range(REFINED):
        vector = matrices @ vector
    unit = vector[..., 0] / _length(vector[..., 0])[:, None]
    image = (matrices @ unit[:, :, None])[..., 0]
    value = np.vecdot(image, unit)
    image -= value[:, None] * unit
    return np.abs(value), np.vecdot(image, image)


def _length(vectors: Any) -> Any:
    """Euclidean, 1 for a vector of zeros."""
    found = np.sqrt(np.einsum("ni,ni->n", vectors, vectors))
    found[found == 0] = 1
    return found


def _second(total: FloatArray) -> FloatArray:
    """Upper bound of the second of positive numbers with the given sum whose squares sum to 1: two would leave it the
    most room. Never 0, which a matrix of zeros would have; huge where the sum says nothing.
    """
    two = (total - np.sqrt(np.maximum(2 - total**2, 0))) / 2
    return np.where(total < 2**0.5, np.maximum(two, 1e-12), 1e300)
