"""Which feature spaces there are: a table of the built-in ones, and the entry points of other packages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from gan_audit.errors import GanAuditError, MissingDependencyError, UsageError
from gan_audit.features.base import Extractor, Options
from gan_audit.runtime.suggestions import did_you_mean
from gan_audit.types import Unavailable

LOGGER = logging.getLogger(__name__)
GROUP = "gan_audit.embeddings"
"""Entry-point group: the value is a class or function that takes the keywords `weights` (a path or None) and
`device` (`auto`, `cpu` or `cuda`) and returns an Extractor or Unavailable."""
BUILT_IN = {
    "radiomics": "gan_audit.features.radiomics.extractor:Radiomics",
    "pixels": "gan_audit.features.pixels:Pixels",
    "random-conv": "gan_audit.features.random_conv:RandomConv",
    "inception": "gan_audit.features.inception.extractor:Inception",
}
INTERNAL = {
    "pixels-fine": "gan_audit.features.pixels:FinePixels",
    "levels": "gan_audit.features.signal:Levels",
    "residuals": "gan_audit.features.signal:Residuals",
}
"""Spaces that belong to one check each and are always computed; nobody has to ask for them by name."""
DEFAULT_SPACES = ("radiomics", "pixels", "random-conv")


def known_spaces() -> tuple[str, ...]:
    """Names of all feature spaces on this machine, the built-in ones first."""
    return (*BUILT_IN, *sorted(set(_third_party()) - set(BUILT_IN | INTERNAL)))


def build_extractors(
    names: Sequence[str],
    *,
    weights: Mapping[str, Path],
    radiomics_params: Path | None,
    device: str,
    offline: bool,
    radiomics_engine: str = "batched",
    modality: str | None = None,
) -> tuple[list[Extractor], list[Unavailable]]:
    """One extractor for each name, in order and once, or the reason why it cannot be had.

    Raises UsageError for an unknown name (in `weights` too), engine or modality, an absent device or engine, a wrong
    weights or parameter file.
    """
    ours, others = BUILT_IN | INTERNAL, _third_party()
    for name in (*names, *weights):
        if name not in (ours | others):
            raise UsageError(_unknown(name))
    options = Options(weights, radiomics_params, device, offline, radiomics_engine, modality)
    made = [
        _built_in(ours[name], options) if name in ours else _other(others[name], options)
        for name in dict.fromkeys(names)
    ]
    return (
        [item for item in made if not isinstance(item, Unavailable)],
        [item for item in made if isinstance(item, Unavailable)],
    )


def _third_party() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _unknown(name: str) -> str:
    known = known_spaces()
    return f"Expected a feature space among {', '.join(known)}, got {name}.{did_you_mean(name, known)}"


def _built_in(place: str, options: Options) -> Extractor | Unavailable:
    module, kind = place.split(":")
    build: Callable[[Options], Extractor | Unavailable] = getattr(import_module(module), kind).build
    return build(options)


def _other(point: EntryPoint, options: Options) -> Extractor | Unavailable:
    try:
        made: Any = point.load()(weights=options.weights.get(point.name), device=options.device)
    except MissingDependencyError as error:
        return Unavailable(point.name, f"The package behind {point.value} lacks something.", str(error))
    except GanAuditError:
        raise
    except Exception as error:
        LOGGER.warning("%s failed when it was loaded: %s", point.value, error)
        reason = f"{point.value} failed when it was loaded ({type(error).__name__})."
        return Unavailable(point.name, reason, "Install the package that brings it again, or leave the space out.")
    if isinstance(made, Unavailable | Extractor) and getattr(made, "name", point.name) == point.name:
        return made
    reason = f"{point.value} returned {type(made).__name__}, which is no extractor called {point.name}."
    return Unavailable(point.name, reason, "Report it to the package's authors, or leave the space out.")
