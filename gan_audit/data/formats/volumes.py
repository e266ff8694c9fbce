"""NRRD and MetaImage by SimpleITK, and whatever else only SimpleITK decodes without loss."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gan_audit.data.formats.pixels import Pixels, UnreadableError, as_image, refuse_huge
from gan_audit.data.formats.suppress_stderr import quiet_stderr
from gan_audit.types import Image

HEADER_BYTES = 65536
"""How much of a file is searched for a text header."""


def read_nrrd(path: Path) -> Image:
    """A NRRD file with its pixels in it."""
    if re.search(rb"^data ?file:", _header(path), re.MULTILINE | re.IGNORECASE):
        raise UnreadableError("Its pixels are in another file; save it as one .nrrd file.")
    return itk_image(path, "NrrdImageIO")


def read_mha(path: Path) -> Image:
    """A MetaImage with its pixels in it."""
    if _data_file(path) != "LOCAL":
        raise UnreadableError("Its pixels are in another file; save it as one .mha file.")
    return itk_image(path, "MetaImageIO")


def read_mhd(path: Path) -> Image:
    """A MetaImage header with its pixels in one file beside it."""
    mhd_companion(path)
    return itk_image(path, "MetaImageIO")


def mhd_companion(path: Path) -> Path:
    """The file that holds the pixels of an .mhd header; it must lie beside it, so that nothing else is ever read."""
    name = _data_file(path)
    if not name or name.split()[0] in ("LOCAL", "LIST") or "%" in name or Path(name).name != name:
        raise UnreadableError("Its header does not name one file of pixels in the same folder; save it as .mha.")
    companion = path.parent / name
    if companion.is_symlink() or not companion.is_file():
        raise UnreadableError("The file of pixels that its header names does not exist.")
    return companion


def itk_image(path: Path, io: str, *, keep_spacing: bool = True) -> Image:
    """The image that SimpleITK's reader `io` (`NrrdImageIO`) decodes, its spacing in array order."""
    pixels, spacing, colour = _execute(path, io)
    return as_image(pixels, spacing=spacing if keep_spacing else None, colour=colour)


def itk_pixels(path: Path, io: str) -> Pixels:
    """As itk_image, the values alone: spatial axes in array order, then channels where it has several."""
    return _execute(path, io)[0]


def _execute(path: Path, io: str) -> tuple[Pixels, tuple[float, ...], bool]:
    """Values, spacing, and whether the last axis is channels."""
    itk = _itk()
    with quiet_stderr():
        reader = _open(itk, path, io)
        pixels = itk.GetArrayFromImage(reader.Execute())
    return pixels, tuple(reversed(reader.GetSpacing())), reader.GetNumberOfComponents() > 1


def _itk() -> Any:
    import SimpleITK

    itk: Any = SimpleITK
    itk.ProcessObject.SetGlobalWarningDisplay(False)
    return itk


def _open(itk: Any, path: Path, io: str) -> Any:
    """A reader that has seen the header; by a named format, so that no other parser is tried on hostile bytes."""
    reader = itk.ImageFileReader()
    reader.SetImageIO(io)
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    size = tuple(reader.GetSize())
    refuse_huge((*size, reader.GetNumberOfComponents()))
    if len(size) > 3 and size[3] > 1:
        raise UnreadableError(f"It has four axes; split it along axis 4, of length {size[3]}, one file each.")
    return reader


def _header(path: Path) -> bytes:
    """The text before the first empty line, which ends a NRRD header; binary data may follow it."""
    with path.open("rb") as stream:
        return re.split(rb"\r?\n\r?\n", stream.read(HEADER_BYTES), maxsplit=1)[0]


def _data_file(path: Path) -> str:
    with path.open("rb") as stream:
        found = re.search(rb"^ElementDataFile *= *([^\r\n]*)", stream.read(HEADER_BYTES), re.MULTILINE)
    return found.group(1).decode("utf-8", "replace").strip() if found else ""
