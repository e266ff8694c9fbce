"""Which features speak of grey level, and which of texture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gan_audit.types import BoolArray

LEVELS = frozenset(("Mean", "Median", "10Percentile", "90Percentile", "RootMeanSquared", "Minimum", "Maximum"))
TEXTURES = ("_glcm_", "_glrlm_", "_glszm_", "_gldm_", "_ngtdm_")
SIGNALS = {"intensity": ("level_",), "texture": ("residual_", "spectrum_")}
"""Beginnings of the names in the spaces of `gan_audit.features.signal`."""


def columns_of(names: Sequence[str]) -> dict[str, BoolArray]:
    """Masks over the features, `intensity` and `texture`, by their names; all False where names are others."""
    level = [name.startswith(SIGNALS["intensity"]) or _is_level(name) for name in names]
    texture = [name.startswith(SIGNALS["texture"]) or any(part in name for part in TEXTURES) for name in names]
    return {"intensity": np.array(level, bool), "texture": np.array(texture, bool)}


def _is_level(name: str) -> bool:
    """Whether it is a first-order feature that moves with the grey level."""
    return "firstorder" in name and name.rsplit("_", 1)[-1] in LEVELS
