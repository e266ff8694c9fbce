"""Distances between rows and between samples: Euclidean, Fréchet, polynomial-kernel MMD."""

from __future__ import annotations

import numpy as np
from numpy.linalg import LinAlgError
from scipy import linalg

from gan_audit.types import FloatArray


def squared_distances(left: FloatArray, right: FloatArray) -> FloatArray:
    """Squared Euclidean distances between the rows of left (n, d) and right (m, d), (n, m), in float64.

    |x|² + |y|² − 2xy loses all digits just where copies live, so distances that are small beside the
    norms are computed again from the differences: equal rows are at distance exactly 0.
    """
    centre = right.mean(axis=0)
    left, right = left - centre, right - centre
    norms = np.einsum("ij,ij->i", left, left)[:, None] + np.einsum("ij,ij->i", right, right)[None, :]
    squared = np.maximum(norms - 2.0 * (left @ right.T), 0.0)
    rows, columns = np.nonzero(squared < 1e-6 * norms)
    for start in range(0, len(rows), 65536):
        i, j = rows[start : start + 65536], columns[start : start + 65536]
        squared[i, j] = np.square(left[i] - right[j]).sum(axis=1)
    return np.asarray(squared)


def frechet_distance(left: FloatArray, right: FloatArray) -> float:
    """Fréchet distance |μ₁−μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½) of Gaussians fitted to left (n, d) and right (m, d).

    Heusel et al. 2017, eq. 6; covariances with divisor n − 1. The root's trace is taken as the nuclear norm of the
    product of the centred samples where a sample has fewer rows than features, by Cholesky and a symmetric
    eigenproblem otherwise. Needs at least two rows on each side. Misleads at small n: it is biased upwards by an
    amount that falls as 1/n, so compare only values taken at the same n.
    """
    left_centred, right_centred = left - left.mean(axis=0), right - right.mean(axis=0)
    left_centred /= np.sqrt(len(left) - 1)
    right_centred /= np.sqrt(len(right) - 1)
    shift = np.square(left.mean(axis=0) - right.mean(axis=0)).sum()
    spread = np.square(left_centred).sum() + np.square(right_centred).sum()
    few = min(len(left), len(right)) < left.shape[1]
    root = (_root_by_samples if few else _root_by_covariances)(left_centred, right_centred)
    return float(max(shift + spread - 2.0 * root, 0.0))


def _root_by_samples(left: FloatArray, right: FloatArray) -> float:
    """Trace of (Σ₁Σ₂)^½ is the nuclear norm of X₁X₂ᵀ, whichever the shapes."""
    return float(linalg.svd(left @ right.T, compute_uv=False).sum())


def _root_by_covariances(left: FloatArray, right: FloatArray) -> float:
    first, second = left.T @ left, right.T @ right
    try:
        factor = linalg.cholesky(first, lower=True)
    except LinAlgError:
        values, vectors = linalg.eigh(first)
        factor = vectors * np.sqrt(np.maximum(values, 0.0))
    eigenvalues = linalg.eigvalsh(factor.T @ second @ factor)
    return float(np.sqrt(np.maximum(eigenvalues, 0.0)).sum())


def polynomial_kernel(left: FloatArray, right: FloatArray) -> FloatArray:
    """k(x, y) = (x·y / d + 1)³ for the rows of left (n, d) and right (m, d), (n, m): Bińkowski et al. 2018."""
    base = left @ right.T / left.shape[1] + 1.0
    kernel: FloatArray = base * base * base  # ten times as fast as a power
    return kernel


def kernel_distance(within_left: FloatArray, within_right: FloatArray, between: FloatArray) -> float:
    """Unbiased MMD² from kernel matrices (n, n), (m, m) and (n, m): Gretton et al. 2012, eq. 3.

    Zero in expectation for equal distributions at any n, hence negative about half of the time. With Bińkowski's
    kernel and one subset of all rows it is torch-fidelity's KID. Needs at least two rows on each side.
    """
    n, m = between.shape
    left = (within_left.sum() - np.trace(within_left)) / (n * (n - 1))
    right = (within_right.sum() - np.trace(within_right)) / (m * (m - 1))
    return float(left + right - 2.0 * between.mean())


def kernel_distance_of(left: FloatArray, right: FloatArray, block: int = 2048) -> float:
    """`kernel_distance` with Bińkowski's kernel of left (n, d) and right (m, d), in memory linear in n + m."""
    n, m = len(left), len(right)
    between = sum(float(polynomial_kernel(left[i : i + block], right).sum()) for i in range(0, n, block))
    return _kernel_mean(left, block) + _kernel_mean(right, block) - 2.0 * between / (n * m)


def _kernel_mean(rows: FloatArray, block: int) -> float:
    """Over pairs of different rows, each pair computed once."""
    total = 0.0
    for start in range(0, len(rows), block):
        part = rows[start : start + block]
        square = polynomial_kernel(part, part)
        total += float(square.sum() - np.trace(square)) + 2.0 * float(polynomial_kernel(part, rows[:start]).sum())
    return total / (len(rows) * (len(rows) - 1))
