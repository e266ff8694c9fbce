"""Two samples made ready for one pass over their inner products, and the kernel sums that the pass leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gan_audit.stats.neighbours.rows import CACHED, Rows, looseness, spans
from gan_audit.types import BoolArray, FloatArray, IntArray, Single

WIDTH = 8192
"""Columns of one product."""
CHUNK = 1 << 18
"""Inner products looked at together: few enough to stay in a core's cache."""


@dataclass(frozen=True)
class CentredSample:
    """One sample, shuffled so that the first rows are as good as any, about a centre that both samples share."""

    rows: Rows
    order: IntArray
    """(n,) row numbers of the sample in the order in which everything below, and the pass, has them."""
    single: Single
    """(n, d) rows less the centre, times the scale."""
    lengths: FloatArray
    """(n,) squared lengths of `single`."""
    projection: FloatArray
    """(n,) ⟨x − c, c⟩ / d of each row x, c being the common centre.

    With ⟨x − c, y − c⟩ / d it gives the kernel (⟨x, y⟩ / d + 1)³ of two rows."""
    moments: FloatArray
    """(3, d) sums of rows less the centre, weighted by 1, `projection` and `projection`²."""
    diagonal: float
    """What the rows' products with themselves bring to `KernelSums.total` if their squares and cubes are left out."""

    @property
    def shrunk(self) -> FloatArray:
        """(n,) lengths less what rounding may have added: |x|² + |y|² − 2 x·y becomes a lower bound."""
        d = self.rows.dimension
        return np.asarray(self.lengths * (1.0 - looseness(d)) - 0.5 * d * float(np.finfo(np.float32).tiny))


@dataclass(frozen=True)
class Frame:
    """What both samples share."""

    scale: float
    """A power of two that brings the longest row below 1, so that no power of a product leaves the number range."""
    constant: float
    """1 + |c|² / d for the centre c: the part of the kernel's base that all pairs share."""


def prepare(left: Rows, right: Rows) -> tuple[CentredSample, CentredSample, Frame]:
    """Both samples about their common centre. ValueError for NaN or infinity."""
    low, high = (np.stack([f(x.values, axis=0) for x in (left, right)]).astype(np.float64) for f in (np.min, np.max))
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise ValueError("Expected finite features, got NaN or infinity. Leave out such rows or columns.")
    centre = 0.5 * (left.centre() + right.centre())
    longest = float(np.linalg.norm(np.maximum(high.max(axis=0) - centre, centre - low.min(axis=0))))
    scale = 2.0 ** -np.ceil(np.log2(longest)) if longest > 0 else 1.0
    frame = Frame(float(scale), 1.0 + float(centre @ centre) / left.dimension)
    return _side(left, centre, frame), _side(right, centre, frame), frame


def _side(rows: Rows, centre: FloatArray, frame: Frame) -> CentredSample:
    n, d = len(rows), rows.dimension
    order = np.random.default_rng(0).permutation(n)
    single, projection = np.empty((n, d), np.float32), np.empty(n)
    lengths, moments, diagonal = np.empty(n), np.zeros((3, d)), 0.0
    for part in spans(n, 4 * CACHED // d):
        moved = rows.take(order[part]) - centre
        projection[part] = moved @ centre / d
        common, own = frame.constant + 2.0 * projection[part], np.einsum("ij,ij->i", moved, moved) / d
        diagonal += float((common**3 + 3.0 * common**2 * own).sum())
        moments += np.stack([np.ones(len(moved)), projection[part], projection[part] ** 2]) @ moved
        np.multiply(moved, frame.scale, out=single[part], casting="same_kind")
        lengths[part] = np.einsum("ij,ij->i", single[part], single[part], dtype=np.float64)
    return CentredSample(rows, order, single, lengths, projection, moments, diagonal)


@dataclass(frozen=True)
class GramTile:
    """Inner products of some rows of one sample with some of another; its arrays are written anew for the next one."""

    rows: slice
    columns: slice
    products: Single
    """(r, c)"""
    scratch: Single
    mask: BoolArray

    def above(self, rows: FloatArray, columns: FloatArray) -> tuple[IntArray, IntArray]:
        """Where a product exceeds rows (r,) + columns (c,)."""
        with np.errstate(invalid="ignore"):
            np.subtract(self.products, columns.astype(np.float32), out=self.scratch)
            np.greater(self.scratch, rows.astype(np.float32)[:, None], out=self.mask)
        i, j = np.divmod(np.flatnonzero(self.mask), self.products.shape[1])
        return i, j


def tiles(first: CentredSample, second: CentredSample, block: int, *, within: bool = False) -> Iterator[GramTile]:
    """All pairs of rows; within one sample, the triangle below the diagonal with whole squares on the diagonal.

    For each row the first columns come first.
    """
    most = min(block, len(first.rows))
    buffer = np.empty(most * max(most, min(WIDTH, len(second.rows))), np.float32)
    room = max(CHUNK, WIDTH, block)
    scratch, mask = np.empty(room, np.float32), np.empty(room, np.bool_)
    for rows in spans(len(first.rows), block):
        columns = spans(rows.start, WIDTH) if within else spans(len(second.rows), WIDTH)
        for part in (*columns, rows) if within else columns:
            height, width = rows.stop - rows.start, part.stop - part.start
            out = buffer[: height * width].reshape(height, width)
            np.matmul(first.single[rows], second.single[part].T, out=out)
            for piece in spans(height, CHUNK // width):
                shape = (piece.stop - piece.start, width)
                spare = (x[: shape[0] * width].reshape(shape) for x in (scratch, mask))
                yield GramTile(slice(rows.start + piece.start, rows.start + piece.stop), part, out[piece], *spare)


class KernelSums:
    """Sums of (x·y / d + 1)³ over all pairs of two samples, from products δ = x·y about the centre, gathered by chunk.

    With x·y / d + 1 = a + b + δ, where a and b depend on one row each, the cube's terms without δ, and those linear in
    it, are known beforehand in double precision; the products give the row and column sums of δ² and the sum of δ³.
    """

    def __init__(self, first: CentredSample, second: CentredSample, frame: Frame) -> None:
        self._first, self._second, self._frame = first, second, frame
        self._by_row, self._by_column, self._cubes = np.zeros(len(first.rows)), np.zeros(len(second.rows)), 0.0

    def add(self, tile: GramTile, mirrored: bool = False) -> None:
        """mirrored: within one sample, the same products stand once more on the other side of the diagonal."""
        rows, columns = tile.rows, tile.columns
        squares = np.multiply(tile.products, tile.products, out=tile.scratch)
        by_row = squares @ np.ones(squares.shape[1], np.float32)
        by_column = np.ones(squares.shape[0], np.float32) @ squares
        self._by_row[rows] += by_row
        self._by_column[columns] += by_column
        cubes = float(np.vecdot(squares, tile.products).sum(dtype=np.float64))
        if mirrored:
            self._by_row[columns] += by_column
            self._by_column[rows] += by_row
        self._cubes += 2.0 * cubes if mirrored else cubes

    def total(self) -> float:
        """Sum over all pairs, but for squares and cubes of products that were not added."""
        first, second = self._first, self._second
        a, b = self._frame.constant + first.projection, second.projection
        d, unit = first.rows.dimension, 1.0 / (self._frame.scale**2 * first.rows.dimension)
        base = len(b) * (a**3).sum() + 3 * (a**2).sum() * b.sum() + 3 * a.sum() * (b**2).sum() + len(a) * (b**3).sum()
        c, m = self._frame.constant, first.moments
        by_a, by_a2 = c * m[0] + m[1], c**2 * m[0] + 2 * c * m[1] + m[2]
        linear = by_a2 @ second.moments[0] + 2 * by_a @ second.moments[1] + m[0] @ second.moments[2]
        square = a @ self._by_row + b @ self._by_column
        return float(base + 3.0 / d * linear + 3.0 * unit**2 * square + unit**3 * self._cubes)
