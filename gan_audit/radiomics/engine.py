"""Many images to one table of features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_audit.radiomics.block import Block, blocks
from gan_audit.radiomics.filters import filter_names, filtered
from gan_audit.radiomics.firstorder import firstorder, histogram_features
from gan_audit.radiomics.glcm import glcm
from gan_audit.radiomics.gldm import gldm
from gan_audit.radiomics.glrlm import glrlm
from gan_audit.radiomics.glszm import glszm
from gan_audit.radiomics.ngtdm import ngtdm
from gan_audit.radiomics.prepare import Prepared, for_axes, prepare
from gan_audit.radiomics.region import Region, region
from gan_audit.radiomics.setting_rules import CLASSES, SHAPES
from gan_audit.radiomics.settings import RadiomicsSettings
from gan_audit.radiomics.shape import shape, shape2d
from gan_audit.types import BoolArray, FloatArray

TOGETHER = 1 << 20
"""Voxels of the images that are worked on at a time, about; memory grows with it, not with the number of images."""
LARGE_ARRAY = 31 << 20
"""Bytes, just below what is always handed back."""
TEXTURE: dict[str, Callable[[Block], dict[str, FloatArray]]] = {
    "glcm": glcm,
    "glrlm": glrlm,
    "glszm": glszm,
    "gldm": gldm,
    "ngtdm": ngtdm,
}
Grey = Callable[[Sequence[Region], RadiomicsSettings, set[str]], dict[str, FloatArray]]
"""Regions, settings, classes to features by `class_Feature`."""


@dataclass(frozen=True)
class Features:
    """A table of features."""

    names: tuple[str, ...]
    """As PyRadiomics names them: `original_glcm_Contrast`."""
    values: FloatArray
    """(n, features); NaN where PyRadiomics leaves a feature undefined, and in the whole row of a refused image."""
    refused: Mapping[int, str]
    """Row to reason, where PyRadiomics would refuse the image's region."""


def batch(
    images: Sequence[np.ndarray[Any, Any]],
    masks: Sequence[BoolArray | None] | None = None,
    spacings: Sequence[tuple[float, ...] | None] | None = None,
    settings: RadiomicsSettings | None = None,
    *,
    grey: Grey | None = None,
    together: int | None = None,
) -> Features:
    """Features of many images, each row bit for bit what the image alone would give.

    images: (H, W) or (D, H, W), all with as many axes, of any shapes. masks: for each image the region of interest, of
    the image's shape, or None for the whole image. spacings: millimetres along each image's axes; None is 1.
    Time is linear in voxels; memory stays near that of the images themselves and a few hundred MB.
    Values agree with PyRadiomics 3.0.1 to 1e-10 or better; where its formulas yield nothing but rounding (a constant
    region of a value that is no binary fraction), they are 0.
    grey: another way to the features of grey values than `grey_features`, `together`: voxels worked on at a time; both
    are for an engine on another device.
    Raises ValueError where axes differ or a mask does not fit, UsageError where settings do not fit the images.
    """
    masks, spacings = masks or [None] * len(images), spacings or [None] * len(images)
    _agree(images, masks)
    _keep_memory()
    axes = images[0].ndim if len(images) else 2
    rule = for_axes(settings or RadiomicsSettings(), axes)
    names = feature_names(rule, axes)
    values, refused = np.full((len(images), len(names)), np.nan), {}
    column = {name: number for number, name in enumerate(names)}
    for rows in _portions(images, together or TOGETHER):
        jobs: dict[str, tuple[RadiomicsSettings, list[int], list[Region]]] = {}
        for row in rows:
            try:
                ready = prepare(images[row], masks[row], spacings[row] or (1.0,) * axes, rule)
                _queue(ready, row, rule, jobs)
            except ValueError as error:
                refused[row] = str(error)
                continue
            for name, value in _shapes(ready, rule).items():
                values[row, column[name]] = value
        _compute(jobs, grey or grey_features, values, column)
    return Features(names, values, refused)


def feature_names(rule: RadiomicsSettings, axes: int) -> tuple[str, ...]:
    """Names of the features of images with two or three axes, in PyRadiomics' order."""
    rule = for_axes(rule, axes)
    found = [f"original_{kind}_{name}" for kind, names in _shape_classes(rule, axes) for name in names]
    for kind, own in rule.filters:
        for image in filter_names(kind, axes, rule.of(own)):
            for group, chosen in rule.classes:
                if group in CLASSES:
                    found += [f"{image}_{group}_{name}" for name in chosen or CLASSES[group]]
    return tuple(dict.fromkeys(found))


def _keep_memory() -> None:
    """The C library of Linux hands freed memory back to the system, and gets it again page by page, a sixth of the time
    here, until it has seen one large array come and go: then it keeps up to 64 MiB. The array is never touched.
    """
    np.empty(LARGE_ARRAY, dtype=np.uint8)


def _agree(images: Sequence[np.ndarray[Any, Any]], masks: Sequence[BoolArray | None]) -> None:
    for number, (image, mask) in enumerate(zip(images, masks, strict=True)):
        if image.ndim not in (2, 3) or image.ndim != images[0].ndim:
            raise ValueError(f"Expected grey images of 2 or 3 axes, all alike, got {image.shape} in place {number}.")
        if mask is not None and mask.shape != image.shape:
            raise ValueError(f"Expected a mask of shape {image.shape} in place {number}, got {mask.shape}.")


def _portions(images: Sequence[np.ndarray[Any, Any]], together: int) -> Iterator[list[int]]:
    rows, voxels = [], 0
    for number, image in enumerate(images):
        rows.append(number)
        voxels += image.size
        if voxels >= together:
            yield rows
            rows, voxels = [], 0
    if rows:
        yield rows


def _queue(
    ready: Prepared,
    row: int,
    rule: RadiomicsSettings,
    jobs: dict[str, tuple[RadiomicsSettings, list[int], list[Region]]],
) -> None:
    """Cuts the region out of each filter's images; all of them or, where one is refused, none."""
    found = []
    for kind, own in rule.filters:
        specific = rule.of(own)
        for name, values in filtered(kind, ready.values, ready.spacing, specific):
            found.append((name, specific, region(values, ready.mask, ready.spacing, specific)))
    for name, specific, cut in found:
        _, rows, regions = jobs.setdefault(name, (specific, [], []))
        rows.append(row)
        regions.append(cut)


def _compute(
    jobs: dict[str, tuple[RadiomicsSettings, list[int], list[Region]]],
    grey: Grey,
    values: FloatArray,
    column: Mapping[str, int],
) -> None:
    for image, (rule, rows, regions) in jobs.items():
        classes = {name for name, _ in rule.classes}
        for name, found in grey(regions, rule, classes).items():
            if (place := column.get(f"{image}_{name}")) is not None:
                values[rows, place] = found


def grey_features(regions: Sequence[Region], rule: RadiomicsSettings, classes: set[str]) -> dict[str, FloatArray]:
    """Every feature of the classes asked for, by `class_Feature`, each (n,)."""
    found: dict[str, FloatArray] = {}
    if "firstorder" in classes:
        found |= {f"firstorder_{name}": values for name, values in firstorder(regions, rule).items()}
    for places, block in blocks(regions, rule):
        parts = {"firstorder": histogram_features(block.histogram[:, 1:])} if "firstorder" in classes else {}
        parts |= {name: compute(block) for name, compute in TEXTURE.items() if name in classes}
        for group, features in parts.items():
            for name, values in features.items():
                key = f"{group}_{name}"
                if key not in found:
                    found[key] = np.empty(len(regions))
                found[key][places] = values
    return found


def _shape_classes(rule: RadiomicsSettings, axes: int) -> list[tuple[str, tuple[str, ...]]]:
    kind = "shape" if axes == 3 else "shape2D"
    return [(name, chosen or tuple(SHAPES[name])) for name, chosen in rule.classes if name == kind]


def _shapes(ready: Prepared, rule: RadiomicsSettings) -> dict[str, float]:
    chosen = _shape_classes(rule, ready.values.ndim)
    if not chosen:
        return {}
    mask = np.ones(ready.values.shape, dtype=bool) if ready.outline is None else ready.outline
    found = (shape if ready.values.ndim == 3 else shape2d)(mask, ready.spacing)
    return {f"original_{kind}_{name}": found[name] for kind, names in chosen for name in names}
