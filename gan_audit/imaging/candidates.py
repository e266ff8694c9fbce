"""Which images of a base may be an altered image's source: by coarse thumbnails, in every view at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from gan_audit.imaging.affine import Windows, rotation, weights
from gan_audit.imaging.orientations import ORIENTATIONS, orient
from gan_audit.imaging.separable import smooth
from gan_audit.types import BoolArray, FloatArray, IntArray, Single

COARSE = 8
"""Cells along each axis of the thumbnails that are compared."""
BLUR = 0.04
"""Gaussian that is taken off first, as a share of the side: a small change of the view then changes little."""
TURNED, ZOOMED, MOVED = 3.0, 1.04, 0.02
"""Degrees, factor and share of the side by which the slopes of a view are taken."""
QUERIES, BASE = 256, 1024
"""Rows that are compared at a time."""
WIDE = np.float32(-1.0)
"""Agreement of images that must not be compared."""


@dataclass(frozen=True)
class Candidates:
    """The images of a base that agree best with each query, each once, the best first."""

    row: IntArray
    """(m, k); −1 where there is none."""
    orientation: IntArray
    """(m, k, 2) how the query is turned, and"""
    view: IntArray
    """(m, k, 2) through which of `views` the base is looked at: the best upright view, and the best turned one."""
    agreement: Single
    """(m, k) share of the query's variance that the best view explains, [0, 1]."""


@lru_cache(maxsize=4)
def views(axes: int) -> tuple[Windows, int]:
    """Windows from which no rotation to 15°, no zoom to 15 %, and no crop to 0.8 of the side is far; upright ones."""
    upright = [(rotation(0, zoom, axes), np.zeros(axes)) for zoom in (0.92, 1.0, 1.08)]
    upright += [(rotation(0, 1.2, axes), np.array(middle)) for middle in product((-0.06, 0.06), repeat=axes)]
    for axis, step in product(range(axes), (-0.08, 0.08)):
        upright.append((np.eye(axes), step * np.eye(axes)[axis]))
    turned = [(rotation(turn, zoom, axes), np.zeros(axes)) for turn in (-10, 10) for zoom in (0.92, 1.08)]
    matrix, middle = (np.stack(x) for x in zip(*upright, *turned, strict=True))
    return Windows(matrix, middle), len(upright)


def candidates(
    queries: FloatArray, base: FloatArray, k: int, groups: tuple[IntArray, IntArray] | None = None
) -> Candidates:
    """The k images of base (n, s, ...) that agree best with each of queries (m, s, ...).

    groups: codes (m,) and (n,); images of equal code are not compared. A query agrees with a base image as far as it
    lies in the space that the image spans with its own slopes under shifts, rotation and zoom (the tangent distance of
    Simard et al. 1993) and with its square, at one of `views`, the query being turned in each of the eight
    orientations; the sign plays no part, so that a negative agrees as well.
    """
    left, right = (smooth(x, BLUR * x.shape[1]) for x in (queries, base))
    found = _Best.nothing(len(queries), min(k, len(base)))
    for there in _blocks(len(base), BASE):
        spans = [_span(right[there], view) for view in range(len(views(base.ndim - 1)[0]))]
        for here in _blocks(len(queries), QUERIES):
            apart = None if groups is None else groups[0][here][:, None] == groups[1][there][None, :]
            found.enter(here, there, *_agreements(_turned(left[here]), spans, views(base.ndim - 1)[1], apart))
    return Candidates(found.row, found.orientation, found.view, found.agreement.max(axis=2))


@dataclass(frozen=True)
class _Best:
    """The best so far; the last axis tells upright views from turned ones."""

    row: IntArray
    orientation: IntArray
    view: IntArray
    agreement: Single

    @classmethod
    def nothing(cls, m: int, k: int) -> _Best:
        shape = (m, k, 2)
        return cls(np.full((m, k), -1), np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.full(shape, WIDE))

    def enter(self, here: slice, there: slice, agreement: Single, code: IntArray) -> None:
        """Of one block of queries with one of the base, agreement (m, n, 2), and orientation and view as one code."""
        k = self.row.shape[1]
        near = np.argsort(-agreement.max(axis=2), axis=1, kind="stable")[:, :k]
        rows = np.concatenate([self.row[here], near + there.start], axis=1)
        near = near[:, :, None]
        added = np.take_along_axis(agreement, near, axis=1), np.take_along_axis(code, near, axis=1)
        value = np.concatenate([self.agreement[here], added[0]], axis=1)
        turns = np.concatenate([self.orientation[here], added[1] % len(ORIENTATIONS)], axis=1)
        seen = np.concatenate([self.view[here], added[1] // len(ORIENTATIONS)], axis=1)
        order = np.argsort(-value.max(axis=2), axis=1, kind="stable")[:, :k]
        rows[value.max(axis=2) <= WIDE] = -1
        self.row[here] = np.take_along_axis(rows, order, axis=1)
        for mine, all_of_them in ((self.agreement, value), (self.orientation, turns), (self.view, seen)):
            mine[here] = np.take_along_axis(all_of_them, order[:, :, None], axis=1)


def _agreements(turned: Single, spans: list[Single], upright: int, apart: BoolArray | None) -> tuple[Single, IntArray]:
    """(m, n, 2) best agreement over orientations and upright or turned views, and orientation + 8 × view of each."""
    m, n = turned.shape[1], spans[0].shape[1]
    best, code = np.full((2, m, n), WIDE), np.zeros((2, m, n), np.int64)
    rows = turned.reshape(-1, turned.shape[2])
    for number, span in enumerate(spans):
        share = sum(np.square(rows @ direction.T) for direction in span)
        kind = int(number >= upright)
        for how, value in enumerate(np.asarray(share).reshape(len(ORIENTATIONS), m, n)):
            better = value > best[kind]
            np.copyto(best[kind], value, where=better)
            np.copyto(code[kind], how + len(ORIENTATIONS) * number, where=better)
    if apart is not None:
        best[:, apart] = WIDE
    return np.moveaxis(best, 0, -1), np.moveaxis(code, 0, -1)


def _turned(grids: FloatArray) -> Single:
    """(8, m, cells) coarse rows of mean 0 and length 1 in every orientation; flat ones stay 0."""
    axes = grids.ndim - 1
    whole = weights(Windows(np.eye(axes)[None], np.zeros((1, axes))), grids.shape[1:], (COARSE,) * axes)
    small = (grids.reshape(len(grids), -1) @ whole.T).reshape(len(grids), *[COARSE] * axes)
    rows = np.stack([orient(small, o).reshape(len(grids), -1) for o in range(len(ORIENTATIONS))])
    return _centred(rows).astype(np.float32)


def _span(grids: FloatArray, number: int) -> Single:
    """(directions, n, cells) an orthonormal basis of what a base image and its slopes span in one view."""
    flat, maps = grids.reshape(len(grids), -1), _maps(number, grids.shape[1:])
    rows = (flat @ maps.reshape(-1, flat.shape[1]).T).reshape(len(flat), *maps.shape[:2])
    rows = np.concatenate([rows, np.square(rows[:, :1])], axis=1)
    basis = np.linalg.qr(_centred(rows).swapaxes(1, 2)).Q
    return np.ascontiguousarray(np.moveaxis(basis, 2, 0), np.float32)


@lru_cache(maxsize=64)
def _maps(number: int, sides: tuple[int, ...]) -> FloatArray:
    """(directions, coarse cells, cells) what a view shows, and how that changes with a shift, a turn and a zoom."""
    axes = len(sides)
    view = views(axes)[0].take(np.array([number]))

    def seen(matrix: FloatArray, middle: FloatArray) -> FloatArray:
        return weights(Windows(matrix, middle), sides, (COARSE,) * axes)

    slopes = [
        seen(view.matrix, view.middle + step) - seen(view.matrix, view.middle - step) for step in MOVED * np.eye(axes)
    ]
    slopes += [
        seen(view.matrix @ change, view.middle) - seen(view.matrix @ np.linalg.inv(change), view.middle)
        for change in (rotation(TURNED, 1.0, axes), rotation(0.0, ZOOMED, axes))
    ]
    return np.stack([seen(view.matrix, view.middle), *slopes])


def _centred(rows: FloatArray) -> FloatArray:
    """Rows (..., cells) weighted down towards the edge, where views differ, without the mean, of length 1."""
    weight = _taper(round(np.log(rows.shape[-1]) / np.log(COARSE)))
    level = weight / np.linalg.norm(weight)
    weighted = rows * weight
    centred = weighted - (weighted @ level)[..., None] * level
    length = np.linalg.norm(centred, axis=-1, keepdims=True)
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-9))


@lru_cache(maxsize=4)
def _taper(axes: int) -> FloatArray:
    across = np.sqrt(np.sin(np.pi * (np.arange(COARSE) + 0.5) / COARSE))
    weight = across
    for _ in range(axes - 1):
        weight = np.multiply.outer(weight, across)
    return np.asarray(weight.ravel())


def _blocks(count: int, size: int) -> Iterator[slice]:
    return (slice(start, min(count, start + size)) for start in range(0, count, size))
