"""A base searched slice by slice, so that memory stays bounded whatever its size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from gan_audit.stats.neighbours.backends import BACKENDS, Index, NearestRows
from gan_audit.stats.neighbours.rows import Rows, spans
from gan_audit.types import FloatArray, IntArray, Single

SLICE = 1 << 30
"""Bytes of the base, in single precision, that are searched at once."""


class Slices:
    """The base, searchable piece by piece; pieces are made anew at each pass unless one holds everything."""

    def __init__(self, base: Rows, centre: FloatArray, backend: str) -> None:
        self._base, self._centre = base, centre
        self._make = BACKENDS[backend].index
        self._height = max(1, SLICE // (4 * base.dimension))
        self._kept = list(self._pieces()) if len(base) <= self._height else None

    def __iter__(self) -> Iterator[tuple[int, Index]]:
        return iter(self._kept) if self._kept is not None else self._pieces()

    def _pieces(self) -> Iterator[tuple[int, Index]]:
        for part in blocks(np.arange(len(self._base)), self._height):
            yield int(part[0]), self._make(self._base.single(part, self._centre))


def candidates(queries: Single, slices: Iterable[tuple[int, Index]], k: int) -> NearestRows:
    """The k rows nearest to each query (q, d) in a base cut into slices, each with the number of its first row."""
    parts = []
    for start, search in slices:
        found = search(queries, k)
        parts.append(NearestRows(np.where(found.row < 0, -1, found.row + start), found.squared))
        if len(parts) > 1:
            parts = [_merge(parts, k)]
    return parts[0]


def _merge(parts: Sequence[NearestRows], k: int) -> NearestRows:
    row = np.concatenate([part.row for part in parts], axis=1)
    squared = np.concatenate([part.squared for part in parts], axis=1)
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    return NearestRows(np.take_along_axis(row, order, axis=1), np.take_along_axis(squared, order, axis=1))


def blocks(rows: IntArray, height: int) -> Iterator[IntArray]:
    """Row numbers, so many at a time."""
    return (rows[part] for part in spans(len(rows), height))
