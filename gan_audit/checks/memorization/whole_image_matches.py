"""How closely each image resembles its likeliest source, and what was done to it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gan_audit.checks.memorization.identity import IdentitySearch
from gan_audit.imaging.affine import Windows
from gan_audit.imaging.orientations import ORIENTATIONS, undone
from gan_audit.imaging.proof import IDENTIFYING
from gan_audit.types import BoolArray, FloatArray, IntArray

NEIGHBOURHOOD = 0.25
"""Weight, [0, 1], of the logarithm of the second match's difference, which is taken off that of the first.

Where all images of a set look alike, a small first difference is common; relative to the second it is not."""
FLOOR = 1e-4
"""Differences below this are rounding."""
NOISY, TURNED, RESIZED, MOVED = 2, 1.0, 0.015, 1 / 128
"""Grey levels, degrees, share of the side and of the shift from which on a change is named."""
IDENTICAL, ALTERED = "identical", "altered"


@dataclass(frozen=True)
class ClosestMatches:
    """The best match of each image of one set among the real images."""

    row: IntArray
    """(m,) row of the real image."""
    difference: FloatArray
    """(m,) what is left unexplained, [0, 2]."""
    closeness: FloatArray
    """(m,) logarithm of the difference, less a part of that of the next match; lower is closer."""
    how: tuple[str, ...]
    """(m,) what turns the real image into this one, in words."""


def resemblances(search: IdentitySearch) -> tuple[ClosestMatches, BoolArray]:
    """The best match of each query by the detail that it leaves unexplained; and which queries can be told by it.

    A query that shows next to nothing resembles every other one that does, and cannot.
    """
    order = np.argsort(search.left, axis=1, kind="stable")
    near = np.take_along_axis(search.left, order, axis=1)
    first = np.take_along_axis(search.found.row, order, axis=1)[:, 0]
    logs = np.log(np.maximum(near, FLOOR))
    closeness = logs[:, 0] - NEIGHBOURHOOD * logs[:, -1]
    told = (search.telling >= IDENTIFYING) & (first >= 0)
    how = tuple(f"{ALTERED}, {words}" for words in _changes(search, order[:, 0]))
    return ClosestMatches(np.maximum(first, 0), near[:, 0], closeness, how), told


def identities(search: IdentitySearch) -> tuple[str, ...]:
    """(m,) what was done to the real image, for queries that a proof belongs to."""
    words = []
    for i, proof in enumerate(search.proofs):
        if proof is None:
            words.append("")
            continue
        said = [*_view(int(search.orientation[i]), proof.windows, 0)]
        said += ["negative"] if proof.falling else []
        levels = round(proof.noise)
        said += [f"noise of {levels} grey level{'' if levels == 1 else 's'}"] if levels >= NOISY else []
        words.append(", ".join([IDENTICAL, *(said or ["in place"])]))
    return tuple(words)


def _changes(search: IdentitySearch, place: IntArray) -> Iterator[str]:
    every = np.arange(len(place))
    windows = Windows(search.found.matrix[every, place], search.found.middle[every, place])
    turns = search.found.orientation[every, place]
    return (", ".join(_view(int(turns[i]), windows, int(i))) or "in place" for i in every)


def _view(orientation: int, windows: Windows, place: int) -> list[str]:
    """What was done to the real image's frame."""
    angle, scale = float(windows.angle[place]), float(windows.scale[place])
    middle = float(np.abs(windows.middle[place]).max())
    resized = f"{'enlarged' if scale < 1 else 'reduced'} by {abs(1 / scale - 1):.0%}".replace("%", " %")
    words = [
        (ORIENTATIONS[undone(orientation)], orientation > 0),
        (f"turned by {abs(angle):.0f}°", abs(angle) >= TURNED),
        (resized, abs(1 / scale - 1) >= RESIZED),
        ("shifted", middle > MOVED),
    ]
    return [word for word, true in words if true]
