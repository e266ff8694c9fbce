"""Images in the format and units of the training images."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from trainers.data.scaling import Scaling

Pixels = NDArray[Any]


@dataclass(frozen=True)
class Style:
    """How images of a run are stored."""

    suffix: str
    """Of the training files; `.npy` for arrays."""
    scaling: Scaling
    spacing: tuple[float, ...] | None = None
    """Millimetres along each axis of the array."""


def suffix_for(style: Style, volumes: bool) -> str:
    """The suffix that images get: the training files', or the nearest one that loses nothing.

    JPEG becomes PNG, since a second compression would be a fault of the file and not of the generator; DICOM volumes
    become NIfTI; values that a PNG cannot hold, TIFF.
    """
    wanted = SAME.get(style.suffix, style.suffix) if style.suffix else ".npy"
    if wanted == ".dcm" and volumes:
        return ".nii.gz"
    if wanted == ".png" and (volumes or style.scaling.dtype not in ("uint8", "uint16")):
        return ".tif"
    return wanted if wanted in WRITERS else ".npy"


def write_image(path: Path, pixels: Pixels, style: Style) -> None:
    """Writes (H, W), (H, W, 3) or (D, H, W) to a path that ends in a suffix of WRITERS."""
    name = path.name.lower()
    suffix = ".nii.gz" if name.endswith(".nii.gz") else path.suffix.lower()
    WRITERS[suffix](path, pixels, style)


def _png(path: Path, pixels: Pixels, style: Style) -> None:
    if pixels.dtype == np.uint16 and pixels.ndim == 3:
        _itk(path, pixels, style)
    else:
        Pillow.fromarray(pixels).save(path)


def _npy(path: Path, pixels: Pixels, style: Style) -> None:
    np.save(path, pixels, allow_pickle=False)


def _tiff(path: Path, pixels: Pixels, style: Style) -> None:
    pages = [Pillow.fromarray(page) for page in pixels] if pixels.ndim == 3 and pixels.shape[-1] != 3 else None
    if pixels.dtype not in (np.uint8, np.uint16, np.float32) or (pixels.ndim == 3 and pixels.dtype != np.uint8):
        _itk(path, pixels, style)
    elif pages:
        pages[0].save(path, save_all=True, append_images=pages[1:])
    else:
        Pillow.fromarray(pixels).save(path)


def _itk(path: Path, pixels: Pixels, style: Style) -> None:
    import SimpleITK

    itk: Any = SimpleITK
    image = itk.GetImageFromArray(pixels, isVector=pixels.ndim == 3 and pixels.shape[-1] == 3)
    if style.spacing and len(style.spacing) == image.GetDimension():
        image.SetSpacing([float(step) for step in reversed(style.spacing)])
    itk.WriteImage(image, str(path))


def _dicom(path: Path, pixels: Pixels, style: Style) -> None:
    """A secondary capture, or a CT image where the values are Hounsfield units, of a patient named SYNTHETIC."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    hounsfield = style.scaling.unit == "HU"
    meta: Any = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2" if hounsfield else "1.2.840.10008.5.1.4.1.1.7"
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[path.name, pixels.tobytes().hex()])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset: Any = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    dataset.PatientName, dataset.PatientID, dataset.Modality = "SYNTHETIC", "SYNTHETIC", "CT" if hounsfield else "OT"
    dataset.ImageComments = "Synthetic image: not of a patient."
    _describe(dataset, pixels, style)
    dataset.save_as(path, enforce_file_format=True)


def _describe(dataset: Any, pixels: Pixels, style: Style) -> None:
    colour = pixels.ndim == 3
    bits = 8 if pixels.dtype == np.uint8 else 16
    low = int(np.floor(style.scaling.low)) if style.scaling.low < 0 else 0
    held = pixels if bits == 8 else (pixels.astype(np.int64) - low).astype(np.uint16)
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    dataset.BitsAllocated, dataset.PixelRepresentation = bits, 0
    dataset.BitsStored = min(bits, max(style.scaling.bit_depth, 8)) if low == 0 else bits
    dataset.HighBit = dataset.BitsStored - 1
    if colour:
        dataset.PlanarConfiguration = 0
    if style.scaling.unit == "HU" or low:
        dataset.RescaleSlope, dataset.RescaleIntercept = "1", str(low)
        dataset.RescaleType = style.scaling.unit or "US"
    if style.spacing:
        dataset.PixelSpacing = [f"{step:.6g}" for step in style.spacing]
    dataset.PixelData = held.tobytes()


SAME: Mapping[str, str] = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib"), ".png"),
    **dict.fromkeys((".dicom", ".ima"), ".dcm"),
    ".tiff": ".tif",
    ".mhd": ".mha",
    ".npz": ".npy",
}
"""Suffixes of training files to that of the images made."""
WRITERS: Mapping[str, Callable[[Path, Pixels, Style], None]] = {
    ".png": _png,
    ".tif": _tiff,
    ".npy": _npy,
    ".dcm": _dicom,
    ".nii": _itk,
    ".nii.gz": _itk,
    ".nrrd": _itk,
    ".mha": _itk,
}


def folder_names(labels: Sequence[str]) -> dict[str, str]:
    """A sub-folder's name for each label: its own where a file system takes it, else as near as possible."""
    names: dict[str, str] = {}
    for label in labels:
        plain = "".join(sign if sign.isalnum() or sign in " -_." else "_" for sign in label).strip(" .") or "_"
        while plain.lower() in {name.lower() for name in names.values()}:
            plain += "_"
        names[label] = plain
    return names
