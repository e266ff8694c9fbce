"""Statistics of the grey values, whatever their places (PyRadiomics' class `firstorder`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gan_audit.radiomics.torch_engine.counting import fetched
from gan_audit.radiomics.torch_engine.grid import RegionGrid
from gan_audit.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor

EPS = float(np.spacing(1.0))
QUANTILES = {"10Percentile": 0.1, "25": 0.25, "Median": 0.5, "75": 0.75, "90Percentile": 0.9}


def firstorder(grid: RegionGrid) -> dict[str, FloatArray]:
    """18 features, each (n,); definitions as in `gan_audit.radiomics.firstorder`."""
    import torch

    number = grid.histogram[:, 1:].sum(1)
    values = grid.values.sort(dim=1).values
    places = torch.arange(values.shape[1], device=values.device)
    values, beyond = values[:, : int(number.max())], places[: int(number.max())] >= number[:, None]
    low, high = values[:, 0], values.gather(1, number[:, None] - 1)[:, 0]
    marks = {name: _quantile(values, number, q) for name, q in QUANTILES.items()}
    outer = (values < marks["10Percentile"][:, None]) | (values > marks["90Percentile"][:, None])
    values = values.masked_fill(beyond, 0)
    moved = (values + grid.rule.shift).masked_fill(beyond, 0) if grid.rule.shift else values
    energy, mean = moved.square().sum(1), values.sum(1) / number
    volume = torch.tensor([float(np.prod(region.spacing)) for region in grid.regions], dtype=values.dtype)
    apart = marks.pop("75") - marks.pop("25")
    return fetched(
        {
            **marks,
            "Energy": energy,
            "InterquartileRange": apart,
            "Maximum": high,
            "Mean": mean,
            "Minimum": low,
            "Range": high - low,
            "RobustMeanAbsoluteDeviation": _robust(values, outer),
            "RootMeanSquared": (energy / number).sqrt(),
            "TotalEnergy": energy * volume.to(values.device),
            **_central((values - mean[:, None]).masked_fill_(beyond, 0), number, low == high),
            **_of_levels(grid.histogram[:, 1:]),
        }
    )


def _of_levels(histogram: Tensor) -> dict[str, Tensor]:
    p = histogram.double()
    p /= p.sum(1, keepdim=True)
    return {"Entropy": -(p * (p + EPS).log2()).sum(1), "Uniformity": p.square().sum(1)}


def _quantile(values: Tensor, number: Tensor, q: float) -> Tensor:
    """Linear between the two nearest ranks, from sorted rows."""
    rank = (number.double() - 1) * q
    below = rank.floor().long()
    part = rank - below
    left, right = (values.gather(1, place[:, None])[:, 0] for place in (below, (below + 1).minimum(number - 1)))
    gap = right - left
    return (left + gap * part).where(part < 0.5, right - gap * (1 - part))


def _robust(values: Tensor, outer: Tensor) -> Tensor:
    """Mean distance from the mean of the values between 10th and 90th percentile; NaN if there is none."""
    number = (~outer).sum(1)
    mean = values.masked_fill(outer, 0).sum(1) / number
    return (values - mean[:, None]).abs_().masked_fill_(outer, 0).sum(1) / number


def _central(apart: Tensor, number: Tensor, equal: Tensor) -> dict[str, Tensor]:
    """apart: differences from the mean, 0 beyond the row's values. equal: whether a row's values are one value."""
    square = apart.square()
    sums = (apart.abs(), square, square * apart, square.square())
    absolute, second, third, fourth = ((part.sum(1) / number).masked_fill(equal, 0) for part in sums)
    safe = second.where(second != 0, 1.0)
    return {
        "MeanAbsoluteDeviation": absolute,
        "Skewness": third / safe**1.5,
        "Kurtosis": fourth / safe**2,
        "Variance": second,
    }
