"""Feature rows read block by block: what every search needs, without a second copy of a whole set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

from gan_audit.types import FloatArray, IntArray, Single

METRICS: Mapping[str, Callable[[FloatArray], FloatArray]] = {"l2": np.sqrt, "cosine": lambda squared: 0.5 * squared}
"""Metric → distance, from the squared Euclidean distance between rows as `Rows.of` takes them."""
CACHED = 1 << 16
"""Numbers that stay in a core's cache."""
NEAR_CENTRE = 0.1
"""Share of the mean square row that the centre's may be for the rows to be taken as they are."""
LARGE = 1 << 24
"""Numbers from which more threads than one are worth their start."""


@dataclass(frozen=True)
class Rows:
    """A sample (n, d) in the type in which it came, float32 or float64."""

    values: FloatArray
    length: FloatArray | None = None
    """(n,) Euclidean lengths to divide by; None to take the rows as they are."""

    @classmethod
    def of(cls, values: FloatArray, metric: str = "l2") -> Rows:
        """For `cosine` rows count as unit vectors; ValueError for a row of length zero then."""
        if values.dtype not in (np.float32, np.float64):
            values = values.astype(np.float64)
        if metric == "l2":
            return cls(values)
        parts = [np.linalg.norm(values[x].astype(np.float64), axis=1) for x in spans(len(values), 1 << 12)]
        length = np.concatenate([np.zeros(0), *parts])
        if len(empty := np.flatnonzero(length == 0)):
            raise ValueError(
                f"Expected rows with a direction for the metric {metric}, got {len(empty)} of length zero, the first "
                f"of them row {empty[0]}. Leave them out, or use l2."
            )
        return cls(values, length)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def dimension(self) -> int:
        """Columns."""
        return int(self.values.shape[1])

    def part(self, rows: IntArray) -> Rows:
        """Some of the rows, copied."""
        return Rows(self.values[rows], None if self.length is None else self.length[rows])

    def take(self, rows: IntArray | slice) -> FloatArray:
        """(r, d) float64: some of the rows; a view of the sample where nothing has to be changed."""
        taken = self.values[rows].astype(np.float64, copy=False)
        return taken if self.length is None else np.asarray(taken / self.length[rows][:, None])

    def gather(self, rows: IntArray, room: NDArray[Any]) -> NDArray[Any]:
        """The same in the sample's own type, written into room, which is not allotted anew, where possible."""
        taken: NDArray[Any] = np.take(self.values, rows, axis=0, out=room[: len(rows)], mode="clip")
        return taken if self.length is None else taken.astype(np.float64) / self.length[rows][:, None]

    def centre(self) -> FloatArray:
        """(d,) mean row, rounded to single precision: rows of either type are then moved by the same amount."""
        height = 16 * CACHED // self.dimension
        total = sum((self.take(x).sum(axis=0) for x in spans(len(self), height)), np.zeros(self.dimension))
        return np.asarray(total / len(self)).astype(np.float32).astype(np.float64)

    @np.errstate(over="ignore", invalid="ignore")
    def origin(self) -> FloatArray:
        """(d,) the centre, or 0 where the rows lie about that already: `single` need not copy them then."""
        centre = self.centre()
        squares = sum(float(np.square(self.take(x)).sum()) for x in spans(len(self), CACHED // self.dimension))
        near = np.isfinite(squares) and centre @ centre * len(self) <= NEAR_CENTRE * squares
        return np.zeros_like(centre) if near else centre

    def single(self, rows: IntArray, centre: FloatArray) -> Single:
        """(r, d) float32: rows of ascending numbers, less the centre; a view of the sample where that changes nothing.

        ValueError for NaN or infinity.
        """
        as_it_is = self.length is None and self.values.dtype == np.float32 and not centre.any()
        if as_it_is:
            moved: Single = np.require(self._pick(rows), requirements=["C", "W"])
        else:
            moved = np.empty((len(rows), self.dimension), np.float32)

        @np.errstate(over="ignore", invalid="ignore")
        def fill(part: slice) -> None:
            for within in spans(part.stop - part.start, CACHED // self.dimension):
                span = slice(part.start + within.start, part.start + within.stop)
                picked = moved[span] if as_it_is else self._pick(rows[span])
                if not as_it_is:
                    np.subtract(picked, centre.astype(picked.dtype), out=moved[span], casting="same_kind")
                if not np.isfinite(moved[span]).all() and not np.isfinite(picked).all():
                    raise ValueError("Expected finite features, got NaN or infinity. Leave out such rows or columns.")

        in_threads(fill, len(rows), self.dimension)
        return moved

    def _pick(self, rows: IntArray) -> FloatArray:
        """Rows of ascending numbers in the sample's own type, where they need not be divided."""
        which = _as_slice(rows)
        return self.values[which] if self.length is None else self.take(which)


def paired_squares(left: Rows, right: Rows, i: IntArray, j: IntArray) -> FloatArray:
    """Squared Euclidean distances between rows left[i] and right[j], (p,), from their differences, float64.

    Equal rows are at exactly 0, and near-copies where they are, which |x|² + |y|² − 2 x·y cannot give.
    """
    squared = np.empty(len(i))
    height = max(1, CACHED // left.dimension)

    def fill(part: slice) -> None:
        first, second = (np.empty((height, x.dimension), x.values.dtype) for x in (left, right))
        difference = np.empty((height, left.dimension))
        for span in spans(part.stop - part.start, height):
            rows = slice(part.start + span.start, part.start + span.stop)
            x, y = left.gather(i[rows], first), right.gather(j[rows], second)
            apart = np.subtract(x, y, out=difference[: len(x)], dtype=np.float64)
            squared[rows] = np.einsum("ij,ij->i", apart, apart)

    in_threads(fill, len(i), left.dimension)
    return squared


def in_threads(work: Callable[[slice], None], rows: int, dimension: int) -> None:
    """Calls `work` with parts of 0 … rows: as many as there are threads where that pays, else with the whole."""
    threads = _threads() if rows * dimension > LARGE else 1
    parts = list(spans(rows, -(-rows // threads)))
    if threads == 1:
        for part in parts:
            work(part)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, parts))


def rounding(lengths: FloatArray, squared: FloatArray, dimension: int, dtype: type = np.float32) -> FloatArray:
    """What |x|² + |y|² − 2 x·y, computed in dtype, may be off for rows x and y at that squared distance, (r,).

    lengths (r,): |x|². Rounding errors are taken to be independent, so that they grow with the root of the dimension
    (Higham and Mary 2019, SIAM J. Sci. Comput. 41, theorem 2.4), not with the dimension as in the worst case.
    """
    largest = lengths + np.square(np.sqrt(lengths) + np.sqrt(squared))
    return np.asarray(looseness(dimension, dtype) * largest + dimension * float(np.finfo(dtype).tiny))


def looseness(dimension: int, dtype: type = np.float32) -> float:
    """`rounding` as a share of |x|² + |y|²."""
    return float(np.finfo(dtype).eps) * (6.0 + float(np.sqrt(dimension)))


def spans(n: int, height: int) -> Iterator[slice]:
    """0 … n in steps of height, at least 1."""
    for start in range(0, n, max(1, height)):
        yield slice(start, min(n, start + max(1, height)))


def _as_slice(rows: IntArray) -> IntArray | slice:
    """Rows in a row, as a view; rows ascend."""
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first + 1 == len(rows) else rows


def _threads() -> int:
    """As many as numpy's own matrix products may use."""
    return max((int(x["num_threads"]) for x in threadpool_info() if x["user_api"] == "blas"), default=1)
