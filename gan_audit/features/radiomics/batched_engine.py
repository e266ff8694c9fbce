"""The engine `batched`: gan-audit's own, many images at once, equal to PyRadiomics 3.0.1."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from gan_audit import radiomics
from gan_audit.errors import UsageError
from gan_audit.features.radiomics.volume import MOST_GREY_LEVELS, Volume
from gan_audit.radiomics.settings import RadiomicsSettings, content, parse
from gan_audit.radiomics.torch_engine import REVISION
from gan_audit.types import FloatArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from gan_audit.radiomics.engine import Features

ELSEWHERE = ("LBP2D", "LBP3D")
"""Filters that PyRadiomics alone offers."""


def program(device: str = "cpu") -> str:
    """Name and revision, off the CPU those of the torch engine too."""
    torch = "" if device == "cpu" else f", in torch, revision {REVISION}"
    return f"gan-audit batched radiomics, revision {radiomics.REVISION}{torch}, after PyRadiomics 3.0.1"


def resolve(given: Mapping[str, Any]) -> str:
    """A parameter file's content with every setting filled in, as JSON; UsageError names what is wrong."""
    if missing := [name for name in ELSEWHERE if name in (given.get("imageType") or {})]:
        raise UsageError(f"The engine batched has no filter {missing[0]}: use --radiomics-engine pyradiomics.")
    return json.dumps(content(parse(given)), sort_keys=True)


def default_content(bin_width: float | None) -> dict[str, Any]:
    """What is computed without a parameter file, as a parameter file would hold it."""
    rule = content(RadiomicsSettings(bin_width=25.0, most_levels=MOST_GREY_LEVELS))
    rule["setting"] |= {"binWidth": bin_width, "most_grey_levels": MOST_GREY_LEVELS}
    return rule


def names(example: Volume, settings: str | None) -> tuple[str, ...]:
    """Names of the features, in order, of images with as many axes as the example."""
    from gan_audit.radiomics.engine import feature_names

    return feature_names(_rule(settings, None), example.values.ndim)


def rows(
    volumes: Sequence[Volume], bin_width: float | None, settings: str | None, device: str = "cpu"
) -> list[FloatArray | str]:
    """Features of each image, or the reason why its region is refused; on the CPU bit for bit what the image alone
    would give. device: `cpu` for the engine in NumPy, `cuda` for its twin in torch, equal to 1e-9.
    """
    batch = _batch(device)
    found: list[FloatArray | str] = [""] * len(volumes)
    for axes in sorted({one.values.ndim for one in volumes}):
        places = [place for place, one in enumerate(volumes) if one.values.ndim == axes]
        alike = [volumes[place] for place in places]
        values, masks, spacings = ([getattr(one, part) for one in alike] for part in ("values", "mask", "spacing"))
        table = batch(values, masks, spacings, _rule(settings, bin_width))
        for row, place in enumerate(places):
            found[place] = f"ValueError: {table.refused[row]}" if row in table.refused else table.values[row]
    return found


def _batch(device: str) -> Callable[..., Features]:
    if device == "cpu":
        from gan_audit.radiomics.engine import batch

        return batch
    from gan_audit.radiomics.torch_engine import engine

    return partial(engine.batch, device=device)


@lru_cache(maxsize=16)
def _rule(settings: str | None, bin_width: float | None) -> RadiomicsSettings:
    if settings is not None:
        return parse(json.loads(settings))
    return RadiomicsSettings(bin_width=bin_width or 25.0, most_levels=MOST_GREY_LEVELS)
