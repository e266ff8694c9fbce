"""From stored DICOM values to the quantity they stand for: rescaling, inversion, unit, spacing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_audit.data.formats.pixels import Pixels, rescaled

QUANTITIES = ("CT", "PT")
"""Modalities whose rescaled values are physical, whichever end is shown as white."""
SPACING_TAGS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
"""Where the distance between rows and columns may stand, best first."""


@dataclass(frozen=True)
class Rescale:
    """value = slope * stored + intercept; arrays of shape (frames, 1, 1) where frames differ."""

    slope: Any
    intercept: Any
    kind: str
    """What the file says the result is (`HU`, `US`), empty where it does not."""
    given: bool
    """Whether the file holds a rescaling at all."""


def modality_values(stored: Pixels, dataset: Any) -> Pixels:
    """Stored grey values, rescaled, and turned round where MONOCHROME1 means white for little."""
    values = _apply(stored, dataset)
    inverted = str(dataset.PhotometricInterpretation) == "MONOCHROME1"
    if not inverted or str(dataset.get("Modality", "")) in QUANTITIES or stored.dtype.kind == "f":
        return values
    low, high = (_apply(np.array(end, stored.dtype), dataset) for end in stored_range(dataset))
    return (low + high - values).astype(values.dtype)


def unit_of(dataset: Any) -> str:
    """`HU` for CT whose file rescales and does not say that the result is something else."""
    rescale = rescaling(dataset)
    is_hounsfield = rescale.given and str(dataset.get("Modality", "")) == "CT" and rescale.kind in ("", "HU")
    return "HU" if is_hounsfield else ""


def bits_stored(dataset: Any) -> int | None:
    """Bits of a stored value, at least 8; for a palette, those of its colours; None where pixels are floating point."""
    descriptor = dataset.get("RedPaletteColorLookupTableDescriptor")
    if str(dataset.PhotometricInterpretation) == "PALETTE COLOR" and descriptor:
        return int(descriptor[2])
    return max(8, int(dataset.BitsStored)) if "BitsStored" in dataset else None


def stored_range(dataset: Any) -> tuple[int, int]:
    """Smallest and largest value that the stored bits can hold."""
    bits = int(dataset.BitsStored)
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if dataset.get("PixelRepresentation") else (0, 2**bits - 1)


def spacing_of(dataset: Any) -> tuple[float, ...] | None:
    """Millimetres between rows and columns, preceded by slices in a multi-frame file; None where one is not known."""
    plane = next((_floats(dataset.get(tag)) for tag in SPACING_TAGS if dataset.get(tag)), ())
    plane = plane or _floats(next(iter(_grouped(dataset, "PixelMeasuresSequence", "PixelSpacing")), None))
    if len(plane) != 2:
        return None
    return plane if int(dataset.get("NumberOfFrames") or 1) == 1 else _with_slices(dataset, plane)


def rescaling(dataset: Any) -> Rescale:
    """Rescale slope and intercept, from the file's head, its frames, or the scaling of a radiotherapy dose."""
    sequence = "PixelValueTransformationSequence"
    slopes = _grouped(dataset, sequence, "RescaleSlope") or _grouped(dataset, "", "DoseGridScaling")
    intercepts = _grouped(dataset, sequence, "RescaleIntercept")
    kinds = {str(kind) for kind in _grouped(dataset, sequence, "RescaleType")}
    return Rescale(
        _by_frame(slopes, 1.0), _by_frame(intercepts, 0.0), kinds.pop() if kinds else "", bool(slopes or intercepts)
    )


def _apply(stored: Pixels, dataset: Any) -> Pixels:
    if dataset.get("ModalityLUTSequence"):
        from pydicom.pixels.processing import apply_modality_lut

        return apply_modality_lut(stored, dataset)
    rescale = rescaling(dataset)
    ends = stored_range(dataset) if "BitsStored" in dataset else None
    return rescaled(stored, rescale.slope, rescale.intercept, ends)


def _grouped(dataset: Any, sequence: str, tag: str) -> list[Any]:
    """The values of a tag: one from the head or the shared functional group, else one for each frame."""
    if dataset.get(tag) is not None:
        return [dataset.get(tag)]
    for groups in (dataset.get("SharedFunctionalGroupsSequence"), dataset.get("PerFrameFunctionalGroupsSequence")):
        items = [group.get(sequence) for group in groups or () if sequence]
        found = [item[0].get(tag) for item in items if item and item[0].get(tag) is not None]
        if found and len(found) == len(groups):
            return found
    return []


def _by_frame(values: list[Any], default: float) -> Any:
    numbers = [float(value) for value in values] or [default]
    return numbers[0] if len(set(numbers)) == 1 else np.array(numbers).reshape(-1, 1, 1)


def _with_slices(dataset: Any, plane: tuple[float, ...]) -> tuple[float, ...] | None:
    offsets = _floats(dataset.get("GridFrameOffsetVector"))
    candidates = [
        abs(offsets[1] - offsets[0]) if len(offsets) > 1 else None,
        next(iter(_grouped(dataset, "PixelMeasuresSequence", "SpacingBetweenSlices")), None),
        next(iter(_grouped(dataset, "PixelMeasuresSequence", "SliceThickness")), None),
    ]
    step = next((float(candidate) for candidate in candidates if candidate), None)
    return (step, *plane) if step else None


def _floats(values: Sequence[Any] | None) -> tuple[float, ...]:
    return tuple(float(value) for value in values or ())
