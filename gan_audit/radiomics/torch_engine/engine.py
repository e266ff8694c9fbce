"""Many images to one table of features, the grey ones computed on a device."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from gan_audit.radiomics import engine as numpy_engine
from gan_audit.radiomics.engine import Features
from gan_audit.radiomics.filters import filter_names
from gan_audit.radiomics.region import Region
from gan_audit.radiomics.settings import RadiomicsSettings
from gan_audit.radiomics.torch_engine import TOGETHER
from gan_audit.radiomics.torch_engine.firstorder import firstorder
from gan_audit.radiomics.torch_engine.glcm import glcm
from gan_audit.radiomics.torch_engine.gldm import gldm
from gan_audit.radiomics.torch_engine.glrlm import glrlm
from gan_audit.radiomics.torch_engine.glszm import glszm
from gan_audit.radiomics.torch_engine.grid import RegionGrid, laid_out
from gan_audit.radiomics.torch_engine.groups import RegionGroup, groups
from gan_audit.radiomics.torch_engine.ngtdm import ngtdm
from gan_audit.types import BoolArray, FloatArray

LOGGER = logging.getLogger(__name__)
CLASSES: dict[str, Callable[[RegionGrid], dict[str, FloatArray]]] = {
    "firstorder": firstorder,
    "glcm": glcm,
    "glrlm": glrlm,
    "glszm": glszm,
    "gldm": gldm,
    "ngtdm": ngtdm,
}


def batch(
    images: Sequence[np.ndarray[Any, Any]],
    masks: Sequence[BoolArray | None] | None = None,
    spacings: Sequence[tuple[float, ...] | None] | None = None,
    settings: RadiomicsSettings | None = None,
    device: str = "cuda",
) -> Features:
    """As `gan_audit.radiomics.engine.batch`: the same names, undefined values and refusals, numbers equal to 1e-9.

    device: `cuda` or `cpu`, for torch. Preparation, filters and shapes are the NumPy engine's own, on the CPU; all of
    the 93 features are computed on the device, in float64, a block of regions at a time.
    A row can differ in its last digits from what the image alone would give, as sums are split by the block's size;
    the same images give the same bits again. Where the device's memory does not suffice, blocks are halved; one region
    that is too large for it goes through the NumPy engine.
    Raises what the NumPy engine raises.
    """
    import torch

    rule, axes = settings or RadiomicsSettings(), images[0].ndim if len(images) else 2
    filtered = sum(len(filter_names(kind, axes, rule.of(own))) for kind, own in rule.filters)
    grey, together = partial(grey_features, device=device), max(1, TOGETHER // max(1, filtered))
    with torch.inference_mode():
        return numpy_engine.batch(images, masks, spacings, settings, grey=grey, together=together)


def grey_features(
    regions: Sequence[Region], rule: RadiomicsSettings, classes: set[str], device: str
) -> dict[str, FloatArray]:
    """Every feature of the classes asked for, by `class_Feature`, each (n,)."""
    found: dict[str, FloatArray] = {}
    for group in groups(regions, rule, device):
        for places, features in _halving(group, regions, rule, classes, device):
            for name, values in features.items():
                found.setdefault(name, np.empty(len(regions)))[places] = values
    return found


def _halving(
    group: RegionGroup, regions: Sequence[Region], rule: RadiomicsSettings, classes: set[str], device: str
) -> list[tuple[list[int], dict[str, FloatArray]]]:
    """The features of a group, in as many parts as the device's memory makes it."""
    import torch

    chosen = [regions[place] for place in group.places]
    try:
        return [(group.places, _computed(chosen, group, rule, classes, device))]
    except torch.OutOfMemoryError:
        LOGGER.debug("%s has no memory for %d regions of %s at once.", device, len(chosen), group.shape)
    torch.cuda.empty_cache()  # of no effect where CUDA was never used
    if len(chosen) == 1:
        return [(group.places, numpy_engine.grey_features(chosen, rule, classes))]
    parts = group.halves()
    return [found for part in parts for found in _halving(part, regions, rule, classes, device)]


def _computed(
    regions: Sequence[Region], group: RegionGroup, rule: RadiomicsSettings, classes: set[str], device: str
) -> dict[str, FloatArray]:
    grid = laid_out(regions, group.shape, group.top, rule, device)
    chosen = {name: compute for name, compute in CLASSES.items() if name in classes}
    return {f"{kind}_{name}": values for kind, compute in chosen.items() for name, values in compute(grid).items()}
