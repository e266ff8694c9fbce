"""How much of one image another one explains, block by block, beside what noise explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from gan_audit.types import BoolArray, FloatArray, IntArray

BLOCKS = 8
"""Blocks along each axis."""
SCALE = 1 / 64
"""Gaussian under which detail is compared, as a share of the side: noise averages out, misplaced anatomy does not.

At least a cell: below 64 cells a side there is nothing finer."""
TELLING = 12.0
"""A block tells something if its variance is so many times that of the noise."""
KNOWN = 0.75
"""Share of a block's cells that must be inside."""
BEST = 0.8
"""Share of the telling blocks that counts, the best: a burnt-in word, a cut corner or a clipped region may differ."""


@dataclass(frozen=True)
class Agreement:
    """Of n pairs of images, one laid on the other."""

    unexplained: FloatArray
    """(n,) variance that the best blocks leave unexplained beyond noise, as a share of their variance; 1 without any"""
    everywhere: FloatArray
    """(n,) the same of all telling blocks."""
    telling: IntArray
    """(n,) blocks that tell something beside the noise in question."""
    identifying: IntArray
    """(n,) blocks that tell something beside what storage alone leaves uncertain."""


def agreement(left: FloatArray, rest: FloatArray, inside: BoolArray, noise: FloatArray, storage: float) -> Agreement:
    """Left (n, s, ...): images in grey levels, smoothed; rest: what is unexplained of them, likewise.

    inside (n, s, ...): where both are known. noise (n,): standard deviation that noise still has after smoothing, in
    grey levels; storage: what storage alone may leave. The side must be a multiple of BLOCKS.
    """
    axes, side = left.ndim - 1, left.shape[1]
    share = _means(inside)
    kept = share >= KNOWN
    variance = np.maximum(_means(np.square(left)) - np.square(_means(left)), 0.0)
    error = _means(np.square(rest)) / np.maximum(share, KNOWN)
    floor = np.square(np.maximum(noise, storage))
    free = max((side / BLOCKS) ** axes * passing(axes, side), 1.0)
    error = np.maximum(error - floor[:, None] * (1 + 2 * np.sqrt(2 / free)), 0.0)
    telling = kept & (variance > TELLING * floor[:, None])
    identifying = (kept & (variance > TELLING * storage**2)).sum(axis=1)
    ratio = np.where(telling, error / np.maximum(variance, 1e-12), np.inf)
    order = np.argsort(ratio, axis=1, kind="stable")
    count = telling.sum(axis=1)
    first = np.arange(ratio.shape[1]) < np.ceil(BEST * count)[:, None]
    shares = [_share(error, variance, order, part) for part in (first, np.arange(ratio.shape[1]) < count[:, None])]
    return Agreement(shares[0], shares[1], count, identifying)


def smoothed(grids: FloatArray) -> FloatArray:
    """Grids (n, s, ...) at the scale at which detail is compared."""
    deviation = _deviation(grids.shape[1])
    return np.asarray(ndimage.gaussian_filter(grids, (0, *[deviation] * (grids.ndim - 1)), mode="nearest"))


def passing(axes: int, side: int) -> float:
    """Share of the variance of white noise that `smoothed` lets through."""
    return min(1.0, float((2 * np.sqrt(np.pi) * _deviation(side)) ** -axes))


def white_noise(grids: FloatArray, inside: BoolArray | None = None, *, apart: int = 1) -> FloatArray:
    """(n,) standard deviation of white noise in grids (n, s, ...), told from second differences (Immerkaer 1996).

    apart: cells between the three values of a difference, so that an enlarged pixel is not compared with itself.

    The median over the cells, which edges do not move much. It sees no noise that varies slowly, such as that of a
    compressed image.
    """
    found, kernel = grids, np.zeros(2 * apart + 1)
    kernel[[0, apart, -1]] = np.array([1.0, -2.0, 1.0]) / np.sqrt(6.0)
    for axis in range(1, grids.ndim):
        found = ndimage.correlate1d(found, kernel, axis=axis, mode="nearest")
    inner = (slice(None), *[slice(1, -1)] * (grids.ndim - 1))
    if inside is None:
        return np.asarray(np.median(np.abs(found[inner]).reshape(len(grids), -1), axis=1) / 0.6745)
    size = np.abs(found).reshape(len(grids), -1)
    kept = np.stack([ndimage.binary_erosion(x).ravel() for x in inside])
    return np.array([float(np.median(row[k])) / 0.6745 if k.any() else 0.0 for row, k in zip(size, kept, strict=True)])


def _deviation(side: int) -> float:
    return max(1.0, SCALE * side)


def _means(grids: FloatArray | BoolArray) -> FloatArray:
    """(n, blocks) means over BLOCKS pieces of every axis, as equal as whole cells allow."""
    sums = np.asarray(grids, np.float64)
    sizes = np.ones(1)
    for axis, side in enumerate(grids.shape[1:], 1):
        edges = np.rint(np.arange(BLOCKS + 1) * side / BLOCKS).astype(np.int64)
        sums = np.add.reduceat(sums, edges[:-1], axis=axis)
        sizes = np.multiply.outer(sizes, np.diff(edges))
    return sums.reshape(len(sums), -1) / sizes.ravel()


def _share(error: FloatArray, variance: FloatArray, order: IntArray, counted: BoolArray) -> FloatArray:
    left, total = (np.where(counted, np.take_along_axis(x, order, axis=1), 0.0).sum(axis=1) for x in (error, variance))
    return np.where(total > 0, left / np.maximum(total, 1e-12), 1.0)
