"""Figures of every kind, as checks bring them along."""

from __future__ import annotations

import math
import random
from typing import Any

Document = dict[str, Any]


def ecdf(rng: random.Random) -> Document:
    share = [i / 60 for i in range(61)]
    curves = {
        "synthetic to nearest real": 3.0,
        "real to nearest real of another patient": 5.0,
        "holdout to nearest real": 5.2,
    }
    series = [
        {"name": name, "x": sorted(m * s**0.5 + 0.3 * rng.random() for s in share), "y": share}
        for name, m in curves.items()
    ]
    return {
        "kind": "lines",
        "title": "Distances to the nearest real image",
        "caption": "Share of images within a distance.",
        "x_label": "distance",
        "y_label": "share of images",
        "series": series,
        "vlines": [{"x": 1.1, "label": "closest 1 % of real images"}],
    }


def bars(rng: random.Random) -> Document:
    kinds = [
        "identical",
        "mirrored",
        "turned by 90°",
        "shifted",
        "rescaled in intensity",
        "with noise",
        "cut out",
        "other",
    ]
    series = [{"name": name, "values": [rng.random() for _ in kinds]} for name in ("real", "synthetic")]
    return {
        "kind": "bars",
        "title": "Copies by kind",
        "caption": "Found among the nearest pairs.",
        "x_label": "transformation",
        "y_label": "share of images",
        "categories": kinds,
        "series": series,
    }


def heatmap(rng: random.Random, names: list[str]) -> Document:
    z: list[list[float | None]] = [[0.0] * len(names) for _ in names]
    for i in range(len(names)):
        for j in range(i):
            z[i][j] = z[j][i] = None if rng.random() < 0.01 else rng.gauss(0, 0.2)
    return {
        "kind": "heatmap",
        "title": "Change of rank correlation",
        "caption": "Synthetic minus real.",
        "x_label": "feature",
        "y_label": "feature",
        "x_names": names,
        "y_names": names,
        "z": z,
        "diverging": True,
    }


def matrix(rng: random.Random, classes: tuple[str, ...]) -> Document:
    z = [[rng.random() for _ in classes] for _ in classes]
    return {
        "kind": "heatmap",
        "title": "Labels against a classifier",
        "caption": "Rows: label. Columns: classifier.",
        "x_label": "classifier",
        "y_label": "label",
        "x_names": list(classes),
        "y_names": list(classes),
        "z": z,
        "diverging": False,
    }


def forest(rng: random.Random, names: list[str]) -> Document:
    rows = []
    for place, name in enumerate(names):
        value = rng.gauss(0, 0.3)
        group = ("first order", "texture")[place % 2]
        rows.append({"name": name, "value": value, "low": value - 0.2, "high": value + 0.2, "group": group})
    return {
        "kind": "intervals",
        "title": "Effect by feature",
        "caption": "Standardized difference.",
        "x_label": "difference",
        "y_label": "",
        "rows": rows,
        "vlines": [{"x": 0.0, "label": "no difference"}],
    }


def contours(size: int = 30) -> Document:
    grid = [-3 + 6 * i / (size - 1) for i in range(size)]
    series = [
        {"name": name, "x": grid, "y": grid, "z": [[_bump(x, y, cx) for x in grid] for y in grid]}
        for name, cx in (("real", -0.6), ("synthetic", 0.5))
    ]
    return {
        "kind": "contours",
        "title": "Both sets on two axes",
        "caption": "First two principal components of the real set.",
        "x_label": "first component",
        "y_label": "second component",
        "series": series,
    }


def _bump(x: float, y: float, centre: float) -> float:
    return math.exp(-((x - centre) ** 2 + (y + centre * 0.4) ** 2)) + 0.6 * math.exp(
        -((x + 1.6) ** 2 + (y - 1.5) ** 2) * 2
    )
