"""Tables of counts on a device, and the statistics of tables by grey level and size."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from gan_audit.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor


def counted(keys: Tensor, shape: tuple[int, ...]) -> Tensor:
    """How often each key occurs, as a table of the given shape, int64: whole numbers, exact in whatever order added."""
    import torch

    return torch.bincount(keys, minlength=prod(shape)).view(shape)


def emphases(table: Tensor, size: Tensor) -> dict[str, Tensor]:
    """The sixteen statistics that run, zone and dependence matrices share, each (m,); NaN for an empty matrix.

    table: (m, levels, sizes), float64, how often each grey level, from 1, and size occurs. size: (sizes,) or
    (m, sizes), above 0. Keys as those of `gan_audit.radiomics.count_matrices.emphases`.
    """
    import torch

    level = torch.arange(1, table.shape[1] + 1, device=table.device, dtype=table.dtype)
    by_level, by_size = table.sum(-1), table.sum(-2)
    number = by_level.sum(-1)
    number = number.where(number > 0, torch.nan)
    level2, size2 = level.square(), size.square()
    short, long = ((table @ weight.unsqueeze(-1)).squeeze(-1) for weight in (1 / size2, size2))
    parts = {
        "ShortEmphasis": short,
        "LongEmphasis": long,
        "Low": by_level / level2,
        "High": by_level * level2,
        "ShortLow": short / level2,
        "ShortHigh": short * level2,
        "LongLow": long / level2,
        "LongHigh": long * level2,
    }
    result = {name: part.sum(-1) / number for name, part in parts.items()}
    for name, count, axis in (("Level", by_level, level), ("Size", by_size, size)):
        squares = count.square().sum(-1)
        result |= {name: squares / number, f"{name}Normalized": squares / number**2}
        result[f"{name}Variance"] = _variance(count, axis, number)
    result["Entropy"] = number.log2() - spread(table).sum((-2, -1)) / number
    result["Percentage"] = number / (by_size * size).sum(-1)
    return result


def spread(count: Tensor) -> Tensor:
    """Each count times its binary logarithm, 0 for a count of 0."""
    return count.where(count > 0, 1.0).log2_().mul_(count)


def fetched(values: Mapping[str, Tensor], undefined: Tensor | None = None) -> dict[str, FloatArray]:
    """The tensors as arrays, each (n,), by one transfer; of (n, directions) the means over what is defined, else NaN.

    undefined: flags of the same shape, besides what is NaN already.
    """
    import torch

    found = torch.stack(list(values.values()))
    found = found if undefined is None else found.masked_fill_(undefined, torch.nan)
    found = found.nanmean(2) if found.dim() == 3 else found
    return dict(zip(values, np.array(found.cpu().numpy(), dtype=np.float64), strict=True))


def _variance(count: Tensor, axis: Tensor, number: Tensor) -> Tensor:
    mean = (count * axis).sum(-1) / number
    return (count * (axis - mean[:, None]).square()).sum(-1) / number
