"""Settings of the radiomic features that suit a kind of image, each with its reason: the option `--modality`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gan_audit.errors import UsageError
from gan_audit.runtime.suggestions import did_you_mean
from gan_audit.types import ImageSet


@dataclass(frozen=True)
class ModalityPreset:
    """One row of the table."""

    grey_levels: str
    """How grey values are cut into levels."""
    normalization: str
    unit: str
    """Of the grey values that the features start from."""
    why: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    """PyRadiomics' settings; empty where `levels` rules."""
    levels: int | None = None
    """Grey levels that the median real image is cut into, where the width is learnt from the real set."""
    fits: Callable[[ImageSet], bool] = lambda real: True
    expects: str = ""
    """What `fits` looks for, and what to do where it fails."""

    def sentence(self, name: str) -> str:
        """The preset in words, for the terminal and the report."""
        return (
            f"Modality {name}: {self.grey_levels}; normalization: {self.normalization}; unit: {self.unit}. {self.why}"
        )

    def check(self, name: str, real: ImageSet) -> None:
        """UsageError where the real images are none of the modality's kind."""
        if not self.fits(real):
            raise UsageError(f"--modality {name} expects {self.expects} Or leave --modality out.")


def modality(name: str) -> ModalityPreset:
    """The preset; UsageError names the nearest known one."""
    if name in MODALITIES:
        return MODALITIES[name]
    hint = did_you_mean(name, MODALITIES)
    raise UsageError(f"Expected a modality among {', '.join(MODALITIES)}, got {name!r}.{hint}")


def _hounsfield(real: ImageSet) -> bool:
    """The file says so, or there are negative values: exported pictures have none."""
    return any(sample.unit == "HU" or sample.low < 0 for sample in real.samples)


def _eight_bit(real: ImageSet) -> bool:
    return all(sample.bit_depth <= 8 and sample.low >= 0 and sample.high <= 255 for sample in real.samples)


EIGHT_BIT = "images of 8 bit, because its grey levels are 8 values wide. Convert them as you would for display."
MODALITIES = {
    "ct": ModalityPreset(
        "levels 25 HU wide, the same for every image",
        "none",
        "Hounsfield units",
        "The scale is calibrated: a level means one tissue in every image, and a shift is a fault of the generator.",
        {"binWidth": 25},
        fits=_hounsfield,
        expects="Hounsfield units, got real images without negative values. Export them with their rescaling applied.",
    ),
    "mri": ModalityPreset(
        "levels of a tenth of a standard deviation, the same for every image",
        "each image to mean 0 and standard deviation 100, values beyond 3 standard deviations clipped",
        "hundredths of an image's standard deviation",
        "The scale is arbitrary and differs by scanner and coil. A shift of brightness or contrast of whole images is "
        "invisible to these features; the space `levels` still sees it. Energies are taken 300 above the mean.",
        {"normalize": True, "normalizeScale": 100, "removeOutliers": 3, "binWidth": 10, "voxelArrayShift": 300},
    ),
    "xray": ModalityPreset(
        "64 levels in the median real image, one width for all images",
        "none",
        "stored values",
        "Radiographs span many shades between air and metal, so that 32 levels would blur lung and soft tissue; "
        "exposure belongs to what a generator has to reproduce.",
        levels=64,
    ),
    "ultrasound": ModalityPreset(
        "levels 8 values wide, 32 over the whole range of 8 bit",
        "none",
        "stored values, 0 to 255",
        "Echoes are compressed by a logarithm for display: equal steps are equal ratios. Give masks where a black "
        "border surrounds the sector, else it dominates.",
        {"binWidth": 8},
        fits=_eight_bit,
        expects=EIGHT_BIT,
    ),
    "histology": ModalityPreset(
        "levels 8 values wide, 32 over the whole range of 8 bit",
        "none",
        "luminance, 0 to 255",
        "Stains absorb: dark is dense. Only luminance is seen, so that a wrong hue of equal brightness escapes; all "
        "images should have one magnification.",
        {"binWidth": 8},
        fits=_eight_bit,
        expects=EIGHT_BIT,
    ),
    "cells": ModalityPreset(
        "32 equal parts of each image's own range",
        "of the levels, by their number; first-order features keep their unit",
        "stored values",
        "Exposure, stain and gain vary from well to well: texture is compared whatever the brightness, while the "
        "first-order features still show it.",
        {"binCount": 32},
    ),
}
"""Name to preset. Bin widths after PyRadiomics' documentation ("Customizing the Extraction" and its example settings:
16 to 128 levels; fixed width for calibrated scales) and the IBSI manual's chapter on discretization."""
