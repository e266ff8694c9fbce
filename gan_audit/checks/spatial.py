"""Places in the image where the two sets differ: burnt-in marks, borders, artefacts of the generator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gan_audit.checks.base import Check, CheckSettings, Comparison, noun
from gan_audit.checks.two_sample import Statistic, measure
from gan_audit.stats.resampling import SizeMatched
from gan_audit.types import FloatArray, IntArray, Method, Outcome

ID = "shortcut.spatial"
QUIET = 0.2
"""Least deviation of a cell, in units of the image's own: where all is black, anything would be infinite."""
STANDING_OUT = 0.5
"""Share of the largest difference above which a cell belongs to the place that stands out."""


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """The largest standardized difference of the mean thumbnails."""
    pooled = np.concatenate([data.real.points, data.synthetic.points])

    def between(i: IntArray, j: IntArray) -> tuple[float]:
        return (float(np.abs(_difference(pooled[i], pooled[j])).max()),)

    yield from measure(data, settings, STATISTICS, between, lambda: {ID: _details(data)})


def _difference(left: FloatArray, right: FloatArray) -> FloatArray:
    """(cells,) right's mean less left's, over left's deviation."""
    return np.asarray((right.mean(axis=0) - left.mean(axis=0)) / np.maximum(left.std(axis=0), QUIET))


def _details(data: Comparison) -> Mapping[str, Any]:
    difference = _difference(data.real.points, data.synthetic.points)
    size = np.abs(difference)
    return {
        "all_images": float(size.max()),
        "share_of_cells": float((size > STANDING_OUT * size.max()).mean()),
        "place": _place(data.grid, int(size.argmax())),
        "figures": [_map(data, difference)] if len(data.grid) == 2 else [],
    }


def _place(grid: tuple[int, ...], cell: int) -> str:
    """Where a cell lies, in the thirds of the last two axes."""
    row, column = np.unravel_index(cell, grid)[-2:]
    words = (
        ("top", "middle", "bottom")[int(3 * row / grid[-2])],
        ("left", "centre", "right")[int(3 * column / grid[-1])],
    )
    return " ".join(words)


def _map(data: Comparison, difference: FloatArray, cells: int = 16) -> Mapping[str, Any]:
    """The map at a coarseness that shows no patient: the largest difference of each block of cells."""
    rows, columns = (side // cells for side in data.grid)
    blocks = difference.reshape(cells, rows, cells, columns).transpose(0, 2, 1, 3).reshape(cells, cells, -1)
    strongest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=2)[..., None], axis=2)[..., 0]
    return {
        "kind": "heatmap",
        "title": f"Where the sets differ, {noun(data.scope)}",
        "caption": "Mean synthetic less mean real image, in standard deviations of the real images at that place; of "
        "each block, the strongest difference.",
        "x_label": "from left to right",
        "y_label": "from top to bottom",
        "x_names": [str(i + 1) for i in range(cells)],
        "y_names": [str(i + 1) for i in range(cells)],
        "z": [[round(float(x), 3) for x in row] for row in strongest],
        "diverging": True,
    }


def _sentence(found: SizeMatched, data: Comparison) -> str:
    return (
        f"At the place where they differ most, the mean synthetic and the mean real {noun(data.scope)} are "
        f"{found.estimate.value:.3g} standard deviations apart; two halves of the real ones, "
        f"{found.reference.value:.3g}."
    )


STATISTICS = (Statistic(ID, "real standard deviations", (0.0, np.inf), _sentence),)
CHECK = Check(
    methods={
        ID: Method(
            title="Places that betray the set",
            family="shortcuts",
            question="Is there a place in the image that tells synthetic from real, or one class in one set only?",
            means="A value like that between two halves of the real data says that no place stands out. Over a class, "
            "a mark that one class carries in the synthetic images alone.",
            does_not_mean="It sees what lies at the same place in many images; a mark that moves about escapes it.",
            computed="Largest absolute difference of the mean thumbnails (64 x 64; volumes 16 x 16 x 16; each of mean "
            "0 and deviation 1) over the real deviation at that cell, averaged over random halves of both sets.",
            reference="Shortcut learning, Geirhos et al. 2020; FDA draft AI-DSF guidance, section X",
        )
    },
    run=run,
    use="duplicates",
    per_class=True,
)
