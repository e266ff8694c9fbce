"""What to compute: PyRadiomics' settings, filters and feature classes, as its parameter files name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gan_audit.errors import UsageError
from gan_audit.radiomics.setting_rules import CLASSES, FILTERS, SHAPES, checked, known, named


@dataclass(frozen=True)
class RadiomicsSettings:
    """The defaults are PyRadiomics' own, with the 93 features on the unfiltered image."""

    bin_width: float = 25.0
    """`binWidth`, in the unit of the grey values."""
    bin_count: int | None = None
    """`binCount`: that many equal parts of each region's range instead of a width."""
    distances: tuple[int, ...] = (1,)
    """In voxels, of neighbours in `glcm`, `gldm` and `ngtdm`."""
    symmetrical: bool = True
    """`symmetricalGLCM`: pairs of neighbours count in both orders."""
    weighting: str | None = None
    """`weightingNorm` of `glcm` and `glrlm`: manhattan, euclidean, infinity, no_weighting, or None."""
    dependence: int = 0
    """`gldm_a`: the largest difference of dependent neighbours, in grey levels."""
    shift: float = 0
    """`voxelArrayShift`, added in Energy, TotalEnergy and RootMeanSquared."""
    force_2d: bool = False
    """`force2D`: neighbours lie in one slice. Of no effect on a 2-D image."""
    flat_axis: int = 0
    """`force2Ddimension`: the axis, in array order, across the slices."""
    minimum_axes: int = 2
    """`minimumROIDimensions`: axes along which a region must have more than one voxel."""
    minimum_size: int | None = None
    """`minimumROISize`: a region must have more voxels."""
    normalize: bool = False
    """Whole image to mean 0 and standard deviation 1, before all else."""
    normalize_scale: float = 1.0
    remove_outliers: float | None = None
    """`removeOutliers`: bound, in standard deviations, for the normalized values."""
    resampled: tuple[float, ...] | None = None
    """`resampledPixelSpacing`, in millimetres, x first; 0 keeps an axis."""
    interpolator: str | None = "sitkBSpline"
    pre_crop: bool = False
    """`preCrop`: filters see the region's box and a margin, not the whole image."""
    pad: int = 5
    """`padDistance`, in voxels, kept around the region's box by `preCrop` and by resampling."""
    resegment: tuple[float, ...] | None = None
    """`resegmentRange`: grey values beyond leave the region."""
    resegment_mode: str = "absolute"
    resegment_shape: bool = False
    """`resegmentShape`: shapes follow the narrowed region too."""
    sigma: tuple[float, ...] = ()
    """Millimetres, for the filter LoG."""
    wavelet: str = "coif1"
    start_level: int = 0
    level: int = 1
    gradient_spacing: bool = True
    """`gradientUseSpacing`: the gradient by millimetre, not by voxel."""
    most_levels: int = 1024
    """Not PyRadiomics': an image of more grey levels is refused, because time grows with their third power and memory
    with the second."""
    filters: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = (("Original", ()),)
    """`imageType`: filters in order, each with the settings of its own."""
    classes: tuple[tuple[str, tuple[str, ...]], ...] = tuple((name, ()) for name in CLASSES)
    """`featureClass`: classes in order, each with its features; none means all."""

    def of(self, own: tuple[tuple[str, Any], ...]) -> RadiomicsSettings:
        """These settings with those of one filter's own in their place."""
        return replace(self, **dict(own)) if own else self


FIELDS = {
    "binWidth": "bin_width",
    "binCount": "bin_count",
    "distances": "distances",
    "symmetricalGLCM": "symmetrical",
    "weightingNorm": "weighting",
    "gldm_a": "dependence",
    "voxelArrayShift": "shift",
    "force2D": "force_2d",
    "force2Ddimension": "flat_axis",
    "minimumROIDimensions": "minimum_axes",
    "minimumROISize": "minimum_size",
    "normalize": "normalize",
    "normalizeScale": "normalize_scale",
    "removeOutliers": "remove_outliers",
    "resampledPixelSpacing": "resampled",
    "interpolator": "interpolator",
    "preCrop": "pre_crop",
    "padDistance": "pad",
    "resegmentRange": "resegment",
    "resegmentMode": "resegment_mode",
    "resegmentShape": "resegment_shape",
    "sigma": "sigma",
    "wavelet": "wavelet",
    "start_level": "start_level",
    "level": "level",
    "gradientUseSpacing": "gradient_spacing",
}
"""PyRadiomics' name of each setting."""
WITHOUT_EFFECT = ("additionalInfo", "geometryTolerance", "correctMask", "label", "label_channel")
"""Settings that a parameter file may hold and that change nothing here: images come with one mask that fits."""
SECTIONS = ("setting", "imageType", "featureClass", "voxelSetting")


def parse(content: Mapping[str, Any]) -> RadiomicsSettings:
    """Settings from a parameter file's content, once read into mappings.

    The section `voxelSetting` is passed over: there are no feature maps here. As in PyRadiomics, a file without
    `imageType` means the unfiltered image, one without `featureClass` all classes.
    Raises UsageError, which names the key and the nearest known one.
    """
    for section in content:
        known(section, SECTIONS, "section of a parameter file")
    given = _settings(content.get("setting") or {}, "setting")
    filters = tuple(
        (known(name, FILTERS, "imageType"), tuple(_settings(own or {}, name).items()))
        for name, own in (content.get("imageType") or {"Original": {}}).items()
    )
    every = dict.fromkeys(sorted((*CLASSES, *SHAPES)))
    classes = tuple(
        (known(name, (*CLASSES, *SHAPES), "featureClass"), named(name, features))
        for name, features in (content.get("featureClass") or every).items()
    )
    return RadiomicsSettings(**given, filters=filters, classes=classes)


def content(rule: RadiomicsSettings) -> dict[str, Any]:
    """Every setting as a parameter file would hold it, in JSON's types; `parse` of it gives the settings again."""
    written = {name: _plain(getattr(rule, field)) for name, field in FIELDS.items() if getattr(rule, field) != ()}
    names = {field: name for name, field in FIELDS.items()}
    filters = {kind: {names[field]: _plain(value) for field, value in own} for kind, own in rule.filters}
    return {"setting": written, "imageType": filters, "featureClass": {n: list(x) or None for n, x in rule.classes}}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _settings(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise UsageError(f"Expected settings by name under {where}, got {given!r}.")
    for name in given:
        known(name, (*FIELDS, *WITHOUT_EFFECT), "setting of PyRadiomics")
    return {FIELDS[name]: checked(name, value) for name, value in given.items() if name in FIELDS}
