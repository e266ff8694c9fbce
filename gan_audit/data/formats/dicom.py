"""DICOM images: values in the modality's unit, MONOCHROME1 inverted so that large values are bright, colours as RGB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gan_audit.data.formats.dicom_values import bits_stored, modality_values, spacing_of, unit_of
from gan_audit.data.formats.pixels import Pixels, UnreadableError, as_image, refuse_huge
from gan_audit.data.formats.volumes import itk_pixels
from gan_audit.types import Image

PREAMBLE = 128
"""Bytes before the letters DICM."""
OLD_STARTS = (b"\x08\x00", b"\x00\x08", b"\x02\x00", b"\x00\x02")
"""First tag group of a file written before there was a preamble, in either byte order."""
PIXEL_TAGS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
ITK_SYNTAXES = (
    "1.2.840.10008.1.2.4.51",  # JPEG of 12 bits
    "1.2.840.10008.1.2.4.57",  # lossless JPEG
    "1.2.840.10008.1.2.4.70",  # lossless JPEG, first order
    "1.2.840.10008.1.2.4.80",  # JPEG-LS
    "1.2.840.10008.1.2.4.81",  # JPEG-LS near-lossless
)
"""Compressions that pydicom decodes only with plug-ins and SimpleITK decodes alone.

No other file is given to SimpleITK when pydicom refuses it: it fills what a truncated file lacks with zeros."""


def is_dicom(path: Path) -> bool:
    """Whether the content is DICOM, with a preamble or, in old files, without; the name does not matter."""
    try:
        with path.open("rb") as stream:
            start = stream.read(PREAMBLE + 4)
        if start[PREAMBLE:] == b"DICM":
            return True
        return start[:2] in OLD_STARTS and "Rows" in _dataset(path, headers_only=True)
    except Exception:  # whatever a parser of foreign bytes raises, it means no
        return False


def read_dicom(path: Path) -> Image:
    """(H, W), (H, W, 3), or (D, H, W) of the frames of a multi-frame file.

    Rescale slope and intercept (or the modality LUT, or the dose scaling) are applied; windows are not.
    MONOCHROME1 is turned round within the range of the stored bits, except in CT and PET, whose values are
    quantities that the photometric interpretation only tells how to show. Raises UnreadableError or pydicom's errors.
    """
    dataset = _dataset(path)
    if not any(tag in dataset for tag in PIXEL_TAGS):
        raise UnreadableError(_why_no_pixels(path, dataset))
    refuse_huge(_claimed_shape(dataset))
    pixels = _decode(path, dataset)
    depth = bits_stored(dataset)
    colour = int(dataset.get("SamplesPerPixel", 1)) > 1 or _has_palette(dataset)
    return as_image(pixels, spacing=spacing_of(dataset), unit=unit_of(dataset), bit_depth=depth, colour=colour)


def _dataset(path: Path, headers_only: bool = False) -> Any:
    import pydicom

    dataset: Any = pydicom.dcmread(path, force=True, stop_before_pixels=headers_only)
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        known = {(True, True): "1.2.840.10008.1.2", (False, True): "1.2.840.10008.1.2.1"}
        dataset.file_meta.TransferSyntaxUID = known.get((bool(implicit), bool(little)), "1.2.840.10008.1.2.2")
    return dataset


def _why_no_pixels(path: Path, dataset: Any) -> str:
    if "Rows" in dataset:
        return "It is truncated: the pixels that its header describes are not there."
    if "SOPClassUID" in dataset:
        return "It is a DICOM object without pixels."
    return "It is damaged or truncated." if is_dicom(path) else "It is not a DICOM file."


def _claimed_shape(dataset: Any) -> tuple[int, ...]:
    frames = int(dataset.get("NumberOfFrames") or 1)
    return frames, int(dataset.Rows), int(dataset.Columns), int(dataset.get("SamplesPerPixel", 1))


def _has_palette(dataset: Any) -> bool:
    return str(dataset.PhotometricInterpretation) == "PALETTE COLOR"


def _decode(path: Path, dataset: Any) -> Pixels:
    """Final values: (H, W) or (D, H, W), with a last axis of channels for colour."""
    from pydicom.pixels.processing import apply_color_lut
    from pydicom.pixels.utils import pixel_array

    try:
        stored: Pixels = pixel_array(dataset)
    except (RuntimeError, NotImplementedError):
        if dataset.file_meta.TransferSyntaxUID not in ITK_SYNTAXES:
            raise
        return _decode_by_itk(path)
    if _has_palette(dataset):
        return apply_color_lut(stored, dataset)
    if int(dataset.get("SamplesPerPixel", 1)) > 1:
        return stored
    return modality_values(stored, dataset)


def _decode_by_itk(path: Path) -> Pixels:
    """SimpleITK rescales and turns MONOCHROME1 round by itself; it makes a volume of a single frame."""
    pixels = itk_pixels(path, "GDCMImageIO")
    return pixels[0] if len(pixels) == 1 else pixels
