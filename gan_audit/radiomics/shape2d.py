"""Outline of a 2-D region (PyRadiomics' class `shape2D`)."""

from __future__ import annotations

import numpy as np

from gan_audit.radiomics.extent import axis_lengths, widest
from gan_audit.radiomics.region import bounding_box
from gan_audit.types import BoolArray, FloatArray

CORNERS = np.array([[1, 2], [4, 8]])
"""A square of four pixels as a number from 0 to 15."""
SINGLE, ADJACENT_ROWS, ADJACENT_COLUMNS, DIAGONAL, TRIPLE = (1, 2, 4, 8), (3, 12), (5, 10), (6, 9), (7, 11, 13, 14)


def shape2d(mask: BoolArray, spacing: tuple[float, ...]) -> dict[str, float]:
    """9 features, in millimetres: the outline runs halfway between the pixels inside and those outside.

    mask: (H, W), not empty. spacing: along the same axes. Two pixels of a square that touch over the corner are taken
    as PyRadiomics does. Source: PyRadiomics 3.0.1.
    """
    inside = np.pad(mask[bounding_box(mask, mask.shape)], 1)
    high, wide = spacing
    squares = sum(
        CORNERS[row, column] * inside[row : inside.shape[0] - 1 + row, column : inside.shape[1] - 1 + column]
        for row in (0, 1)
        for column in (0, 1)
    )
    count = np.bincount(np.asarray(squares).ravel(), minlength=16)
    one, rows, columns, diagonal, three = (
        int(count[list(kinds)].sum()) for kinds in (SINGLE, ADJACENT_ROWS, ADJACENT_COLUMNS, DIAGONAL, TRIPLE)
    )
    surface = (one / 8 + (rows + columns) / 2 + diagonal * DIAGONAL_AREA + three * 7 / 8 + count[15]) * high * wide
    perimeter = (one + three + 2 * diagonal) * float(np.hypot(high, wide)) / 2 + rows * wide + columns * high
    minor, major = axis_lengths(np.argwhere(inside) * np.array(spacing))
    return {
        "Elongation": minor / major,
        "MajorAxisLength": major,
        "MaximumDiameter": widest(_outline(inside) * np.array(spacing)),
        "MeshSurface": float(surface),
        "MinorAxisLength": minor,
        "Perimeter": perimeter,
        "PerimeterSurfaceRatio": perimeter / float(surface),
        "PixelSurface": int(inside.sum()) * high * wide,
        "Sphericity": 2 * float(np.sqrt(np.pi * surface)) / perimeter,
    }


DIAGONAL_AREA = 1 / 4
"""Of a square whose two diagonal corners lie inside: they are cut off from each other."""


def _outline(inside: BoolArray) -> FloatArray:
    """The points halfway between a pixel inside and its neighbour outside."""
    down, across = np.argwhere(inside[1:] != inside[:-1]), np.argwhere(inside[:, 1:] != inside[:, :-1])
    return np.concatenate([down + np.array([0.5, 0.0]), across + np.array([0.0, 0.5])])
