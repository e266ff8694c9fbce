"""Which reader decodes which file: one table, and a look at the content of files without a known suffix."""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from PIL import UnidentifiedImageError
from PIL.Image import DecompressionBombError, DecompressionBombWarning

from gan_audit.data.formats.dicom import is_dicom, read_dicom
from gan_audit.data.formats.nifti import read_nifti
from gan_audit.data.formats.numpy_files import read_npy, read_npz
from gan_audit.data.formats.pixels import UnreadableError
from gan_audit.data.formats.raster import read_raster
from gan_audit.data.formats.suppress_stderr import quiet_warnings
from gan_audit.data.formats.volumes import mhd_companion, read_mha, read_mhd, read_nrrd
from gan_audit.types import Image

Reader = Callable[[Path], Image]

READERS: Mapping[str, Reader] = {
    ".png": read_raster,
    ".jpg": read_raster,
    ".jpeg": read_raster,
    ".jpe": read_raster,
    ".jfif": read_raster,
    ".tif": read_raster,
    ".tiff": read_raster,
    ".bmp": read_raster,
    ".dib": read_raster,
    ".npy": read_npy,
    ".npz": read_npz,
    ".dcm": read_dicom,
    ".dicom": read_dicom,
    ".ima": read_dicom,
    ".nii": read_nifti,
    ".nii.gz": read_nifti,
    ".nrrd": read_nrrd,
    ".mha": read_mha,
    ".mhd": read_mhd,
}
"""Suffix, in lower case, to the function that decodes such a file."""

PHOTOGRAPHS = (".gif", ".webp", ".avif", ".heic", ".heif", ".jp2", ".j2k", ".jxl", ".pgm", ".ppm", ".pnm", ".tga")
DRAWINGS = (".svg", ".psd", ".exr")
SLIDES = (".svs", ".ndpi", ".mrxs", ".czi", ".lif", ".nd2")
VOLUMES = (".nhdr", ".img", ".mgz", ".mgh", ".mnc")
UNSUPPORTED = frozenset((*PHOTOGRAPHS, *DRAWINGS, *SLIDES, *VOLUMES))
"""Suffixes of images that no reader here decodes: they are rejected and counted, never overlooked."""

NOT_IMAGES = frozenset({"dicomdir", "thumbs.db", "desktop.ini"})
"""Names, in lower case, that file systems and archives leave among images."""

COMPANIONS: Mapping[str, Callable[[Path], Path]] = {".mhd": mhd_companion}
"""Suffix of a header file to the function that finds the file of its pixels."""

REASONS: Mapping[type[BaseException], str] = {
    FileNotFoundError: "The file does not exist.",
    IsADirectoryError: "It is a folder, not a file.",
    PermissionError: "The file may not be read by this user.",
    UnidentifiedImageError: "Its content is not a PNG, JPEG, TIFF or BMP image, whatever its name says.",
    DecompressionBombError: "It unpacks to more pixels than Pillow's safety limit.",
    DecompressionBombWarning: "It unpacks to more pixels than Pillow's safety limit.",
    MemoryError: "It does not fit into memory.",
    EOFError: "It is truncated.",
    gzip.BadGzipFile: "It is named .gz and is not compressed.",
    zlib.error: "It is damaged: its compressed data cannot be unpacked.",
    zipfile.BadZipFile: "It is not a readable NPZ archive.",
    struct.error: "It is truncated.",
}
"""Exception to a reason; messages of libraries are never repeated, because they hold file names."""


def decode(path: Path) -> Image:
    """The image in a file; raises UnreadableError, and nothing else, for a file that cannot be audited."""
    try:
        if path.stat().st_size == 0:
            raise UnreadableError("The file is empty.")
        with quiet_warnings():
            return _reader_of(path)(path)
    except UnreadableError:
        raise
    except Exception as error:  # hostile bytes make parsers raise anything
        raise UnreadableError(explain(error)) from error


def explain(error: BaseException) -> str:
    """A reason for an exception, without the file names that its own message may hold."""
    for kind, reason in REASONS.items():
        if isinstance(error, kind):
            return reason
    return f"It is damaged, truncated or not what its name says: it could not be decoded ({type(error).__name__})."


def looks_like_image(path: Path) -> bool:
    """Whether a file found in a folder is to be audited: by its suffix, or as DICOM by its content."""
    if path.name.lower() in NOT_IMAGES:
        return False
    suffix = suffix_of(path.name)
    return suffix in READERS or suffix in UNSUPPORTED or is_dicom(path)


def contents(path: Path) -> tuple[Path, ...]:
    """The files whose bytes make the image: the file itself and, for a header, the file of its pixels."""
    find = COMPANIONS.get(suffix_of(path.name))
    return (path,) if find is None else (path, find(path))


def suffix_of(name: str) -> str:
    """The suffix in lower case, `.nii.gz` in one piece."""
    lower = name.lower()
    return ".nii.gz" if lower.endswith(".nii.gz") else PurePosixPath(lower).suffix


def stem_of(id: str) -> str:
    """A relative path without the suffix of an image; other dots are part of a name (`1.2.840.113`)."""
    suffix = suffix_of(id)
    return id[: -len(suffix)] if suffix in READERS or suffix in UNSUPPORTED else id


def _reader_of(path: Path) -> Reader:
    reader = READERS.get(suffix_of(path.name))
    if reader is not None:
        return reader
    if is_dicom(path):
        return read_dicom
    raise UnreadableError("Files of its kind are not read; save it as PNG, TIFF, NPY, DICOM, NIfTI, NRRD or MHA.")
