"""What the report and the private files show of the nearest pairs: curves, tables, and every pair by rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_audit.checks.base import Comparison
from gan_audit.checks.memorization.distances import Distances
from gan_audit.stats.neighbours.symmetric import nearest_in_views
from gan_audit.types import FloatArray, IntArray, Pair

CLOSEST_SHOWN = 10
"""Pairs in the table to share."""


@dataclass(frozen=True)
class Unseen:
    """Nearest-neighbour distances to and from real images that the generator never saw."""

    distance: FloatArray
    """(m,) from each synthetic image to the nearest unseen one."""
    match: IntArray
    """(m,) row of that image."""
    to_real: FloatArray
    """(h,) from each unseen image to the nearest real one."""


def unseen(data: Comparison, device: str) -> Unseen | None:
    """None where there is no holdout set."""
    if not data.holdout:
        return None
    across = nearest_in_views(data.synthetic.points, data.holdout.points, data.grid, device=device)
    back = nearest_in_views(data.holdout.points, data.real.points, data.grid, device=device)
    return Unseen(across.distance[:, 0], across.index[:, 0], back.distance[:, 0])


def evidence(data: Comparison, found: Distances, control: Unseen | None) -> Mapping[str, Any]:
    """The curves and the nearest pairs, under pseudonyms."""
    return {
        "close_distance": found.close,
        "figures": [_figure(data, found, control)],
        "tables": [_nearest(data, found, control)],
    }


def pairs(data: Comparison, found: Distances, control: Unseen | None) -> tuple[Pair, ...]:
    """Every synthetic image with its nearest real one, nearest first."""
    ordered = np.sort(found.baseline)
    shares = np.searchsorted(ordered, found.synthetic, side="left") / len(ordered)
    return tuple(
        Pair(
            data.space,
            data.synthetic.ids[i],
            data.real.ids[found.match[i]],
            float(found.synthetic[i]),
            float(shares[i]),
            holdout=data.holdout.ids[control.match[i]] if control and data.holdout else "",
            holdout_distance=float(control.distance[i]) if control else None,
            rank=rank,
        )
        for rank, i in enumerate(np.argsort(found.synthetic, kind="stable"), 1)
    )


def _figure(data: Comparison, found: Distances, control: Unseen | None) -> dict[str, Any]:
    grid = np.linspace(0.0, 1.0, 101)
    curves = {"synthetic to nearest real": found.synthetic, "real to nearest real of another patient": found.baseline}
    caption = (
        "Share of images (vertical) whose nearest real image is at most this far (horizontal). A synthetic curve that "
        "starts left of the real one shows images that are nearer to a real image than patients are to each other."
    )
    if control:
        curves |= {"holdout to nearest real": control.to_real, "from synthetic to nearest unseen": control.distance}
        caption += (
            f" Unseen images (the holdout set) are {len(control.to_real)}, real ones {len(data.real)}: the fewer there "
            "are to choose from, the farther right the curve."
        )
    return {
        "kind": "lines",
        "title": f"Distances to the nearest real image, space {data.space}",
        "caption": caption,
        "x_label": "distance to the nearest real image",
        "y_label": "share of images",
        "series": [
            {"name": name, "x": [float(x) for x in np.quantile(values, grid)], "y": [float(y) for y in grid]}
            for name, values in curves.items()
        ],
        "vlines": [{"x": found.close, "label": "closest 1 % of real images"}],
    }


def _nearest(data: Comparison, found: Distances, control: Unseen | None) -> dict[str, Any]:
    order = np.argsort(found.synthetic, kind="stable")[:CLOSEST_SHOWN]
    names = data.synthetic.pseudonyms, data.real.pseudonyms
    rows: list[list[Any]] = [[names[0][i], names[1][found.match[i]], float(found.synthetic[i])] for i in order]
    columns = ["synthetic image", "nearest real image", "distance"]
    if control and data.holdout:
        columns += ["nearest unseen image", "its distance"]
        for row, i in zip(rows, order, strict=True):
            row += [data.holdout.pseudonyms[control.match[i]], float(control.distance[i])]
    return {"title": "The ten nearest pairs", "columns": columns, "rows": rows}
