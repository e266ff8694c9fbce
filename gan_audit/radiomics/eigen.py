"""The second largest eigenvalue of many small matrices whose largest one is known to be 1."""

from __future__ import annotations

import numpy as np

from gan_audit.types import BoolArray, FloatArray

SQUARINGS = 11
"""Powers up to the 2^11th are tried before the eigenvalues are computed one and all."""
FIRST = 4
"""The first power looked at is the 2^4th; none before it is spread so far that it needs scaling."""
AGREED = 1e-11
"""Relative change between two estimates, the better of which errs by far less."""
SAFE = 0.98
"""Above, the second eigenvalue is too near the first to take that one away."""


def second_eigenvalue(matrices: FloatArray, first: FloatArray) -> FloatArray:
    """Second largest absolute eigenvalue, (...), with a relative error of about 1e-12.

    matrices: (..., k, k), symmetric, with the largest eigenvalue 1. first: (..., k), its eigenvector of length 1.
    Takes the first one away and squares the rest: the traces of the powers name the largest eigenvalue long before it
    stands alone. Where they do not agree, all eigenvalues are computed.
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


def _by_squaring(power: FloatArray, found: FloatArray) -> None:
    """Fills in the largest absolute eigenvalue of each matrix where two successive estimates agree."""
    left = np.arange(len(power))
    scale, before = np.zeros(len(power)), np.full(len(power), np.inf)
    for exponent in range(1, SQUARINGS + 1):
        power = power @ power
        if exponent < FIRST:
            continue
        norm = np.sqrt(np.einsum("nij,nij->n", power, power))
        norm[norm == 0] = 1
        power /= norm[:, None, None]
        scale = 2 * scale + np.log(norm)
        now = np.exp((scale + np.log(_larger_of_two(power))) / 2**exponent)
        done: BoolArray = np.abs(now - before) <= AGREED * now
        found[left[done]] = now[done]
        go = np.flatnonzero(~done)
        if not len(go):
            return
        left, power, scale, before = left[go], power[go], scale[go], now[go]


def _larger_of_two(power: FloatArray) -> FloatArray:
    """Of two positive eigenvalues with the given sum and with squares that sum to 1; 1 where there must be more."""
    total = np.einsum("nii->n", power)
    return np.where((total >= 1) & (total < 2**0.5), (total + np.sqrt(np.maximum(2 - total**2, 0))) / 2, 1.0)
