"""Image and mask before any filter: normalized, resampled, cropped, the region narrowed, as PyRadiomics does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gan_audit.errors import UsageError
from gan_audit.radiomics.itk import from_itk, one_thread, to_itk
from gan_audit.radiomics.region import bounding_box, refuse_size
from gan_audit.radiomics.settings import RadiomicsSettings
from gan_audit.types import BoolArray


@dataclass(frozen=True)
class Prepared:
    """An image ready for filters."""

    values: np.ndarray[Any, Any]
    mask: BoolArray | None
    spacing: tuple[float, ...]
    outline: BoolArray | None
    """The region that shapes describe: without `resegmentShape` that before it was narrowed."""


def prepare(
    values: np.ndarray[Any, Any], mask: BoolArray | None, spacing: tuple[float, ...], rule: RadiomicsSettings
) -> Prepared:
    """The steps that the settings ask for, in PyRadiomics' order.

    values: (H, W) or (D, H, W). mask: the same shape, or None for the whole image. spacing: along the same axes.
    Raises ValueError where the region is refused, UsageError where the settings do not fit the image's axes.
    """
    if rule.normalize:
        values = _normalized(values, rule)
    if rule.resampled is not None and rule.interpolator is not None:
        values, mask, spacing = _resampled(values, mask, spacing, rule)
    elif rule.pre_crop and mask is not None:
        values, mask = _cropped(values, mask, rule.pad)
    outline = mask
    if rule.resegment is not None:
        _check(mask, values.shape, rule)
        mask = _narrowed(values, mask, rule)
        outline = mask if rule.resegment_shape else outline
    return Prepared(values, mask, spacing, outline)


def _normalized(values: np.ndarray[Any, Any], rule: RadiomicsSettings) -> np.ndarray[Any, Any]:
    import SimpleITK

    tools: Any = SimpleITK
    with one_thread():
        found, _ = from_itk(tools.Normalize(to_itk(values, (1.0,) * values.ndim)))
    if rule.remove_outliers is not None:
        found = np.clip(found, -rule.remove_outliers, rule.remove_outliers)
    found *= found.dtype.type(rule.normalize_scale)
    return found


def _cropped(values: np.ndarray[Any, Any], mask: BoolArray, pad: int) -> tuple[np.ndarray[Any, Any], BoolArray]:
    box = tuple(slice(max(0, side.start - pad), side.stop + pad) for side in bounding_box(mask, mask.shape))
    return values[box], mask[box]


def _check(mask: BoolArray | None, shape: tuple[int, ...], rule: RadiomicsSettings) -> None:
    box = tuple(side.stop - side.start for side in bounding_box(mask, shape))
    refuse_size(box, int(np.prod(shape)) if mask is None else int(mask.sum()), rule)


def _narrowed(values: np.ndarray[Any, Any], mask: BoolArray | None, rule: RadiomicsSettings) -> BoolArray:
    """The region without the grey values outside the range: absolute, as shares of the largest, or in deviations."""
    mask = np.ones(values.shape, dtype=bool) if mask is None else mask
    inside, bounds = values[mask], sorted(rule.resegment or ())
    if rule.resegment_mode == "relative":
        bounds = [inside.max() * bound for bound in bounds]
    elif rule.resegment_mode == "sigma":
        bounds = [inside.mean() + inside.std() * bound for bound in bounds]
    found = mask & (values >= bounds[0])
    if len(bounds) == 2:
        found &= values <= bounds[1]
    if found.sum() <= 1:
        raise ValueError(f"resegmentRange leaves {found.sum()} voxels of the region.")
    return found


def _resampled(
    values: np.ndarray[Any, Any], mask: BoolArray | None, spacing: tuple[float, ...], rule: RadiomicsSettings
) -> tuple[np.ndarray[Any, Any], BoolArray, tuple[float, ...]]:
    """The box of the region and `padDistance` voxels around it on the new grid; the mask by the nearest voxel."""
    mask = np.ones(values.shape, dtype=bool) if mask is None else mask
    box = bounding_box(mask, mask.shape)
    grid = _Grid.of(mask.shape, box, spacing, rule)
    if np.allclose(spacing, grid.spacing):
        return (*_cropped(values, mask, rule.pad), spacing)
    with one_thread():
        image, region = to_itk(values, spacing), to_itk(mask.astype(np.uint8), spacing)
        found, _ = from_itk(grid.resample(image, rule.interpolator))
        inside, _ = from_itk(grid.resample(region, "sitkNearestNeighbor"))
    return found, inside > 0, grid.spacing


@dataclass(frozen=True)
class _Grid:
    """Where the new voxels lie, in array order; the first voxels' outer corners of both grids coincide."""

    spacing: tuple[float, ...]
    start: tuple[float, ...]
    """Of the first voxel, in old voxels."""
    size: tuple[int, ...]

    @classmethod
    def of(
        cls, shape: tuple[int, ...], box: tuple[slice, ...], spacing: tuple[float, ...], rule: RadiomicsSettings
    ) -> _Grid:
        asked = tuple(reversed(rule.resampled or ()))
        if len(asked) == 3 and len(shape) == 2:
            asked = asked[1:]
        if len(asked) != len(shape):
            raise UsageError(f"Expected {len(shape)} numbers for resampledPixelSpacing, one an axis, got {len(asked)}.")
        old, first = np.array(spacing), np.array([side.start for side in box], dtype=float)
        size = np.array([side.stop - side.start for side in box])
        new = np.where((np.array(asked) == 0) | (size == 1), old, asked)
        ratio = old / new
        low = np.maximum(np.floor((first - 0.5) * ratio - rule.pad), 0)
        high = np.minimum(np.ceil((first + size - 0.5) * ratio + rule.pad), np.ceil(np.array(shape) * ratio) - 1)
        start = 0.5 * (new - old) / old + low / ratio
        return cls(tuple(new.tolist()), tuple(start.tolist()), tuple((high - low + 1).astype(int).tolist()))

    def resample(self, image: Any, interpolator: str | None) -> Any:
        import SimpleITK

        tools: Any = SimpleITK
        method = getattr(tools, str(interpolator), None)
        if not isinstance(method, int) or not str(interpolator).startswith("sitk"):
            raise UsageError(f"Expected one of SimpleITK's interpolators, as sitkBSpline, got {interpolator!r}.")
        made = tools.ResampleImageFilter()
        made.SetOutputSpacing(list(reversed(self.spacing)))
        made.SetOutputDirection(image.GetDirection())
        made.SetSize(list(reversed(self.size)))
        made.SetOutputOrigin(image.TransformContinuousIndexToPhysicalPoint(list(reversed(self.start))))
        made.SetOutputPixelType(image.GetPixelID())
        made.SetInterpolator(method)
        return made.Execute(image)


def for_axes(rule: RadiomicsSettings, axes: int) -> RadiomicsSettings:
    """The settings as they hold for an image of two or three axes: 2-D images have no slices to keep apart."""
    return replace(rule, force_2d=False, flat_axis=0) if axes == 2 else rule
