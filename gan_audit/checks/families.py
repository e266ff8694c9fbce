"""Which radiomic features speak of grey level, and which of texture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gan_audit.types import BoolArray

LEVELS = frozenset(("Mean", "Median", "10Percentile", "90Percentile", "RootMeanSquared", "Minimum", "Maximum"))
TEXTURES = ("glcm", "glrlm", "glszm", "gldm", "ngtdm")


def columns_of(names: Sequence[str]) -> dict[str, BoolArray]:
    """Masks over the features, `intensity` and `texture`, by PyRadiomics' names; all False where names are others."""
    level = [name.rsplit("_", 1)[-1] in LEVELS and "firstorder" in name for name in names]
    texture = [any(f"_{family}_" in name for family in TEXTURES) for name in names]
    return {"intensity": np.array(level, bool), "texture": np.array(texture, bool)}
