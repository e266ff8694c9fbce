"""NIfTI-1 and NIfTI-2 in one file: the header by nibabel, the values read here.

nibabel and SimpleITK read as much of a compressed file as its header asks for: they never meet the checksum at its end.
"""

from __future__ import annotations

import gzip
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from gan_audit.data.formats.pixels import Pixels, UnreadableError, as_image, refuse_huge, rescaled
from gan_audit.types import Image

MILLIMETRES = {"meter": 1000.0, "mm": 1.0, "micron": 0.001, "unknown": 1.0}
"""nibabel's name for a unit of length to millimetres, which are taken for granted where the file does not say."""
WHOLE = (b"n+1", b"n+2")
"""What the header says where pixels follow in the same file."""


class Stream(Protocol):
    """A file, compressed or not."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...


def read_nifti(path: Path) -> Image:
    """(D, H, W) as stored, that is z, y, x of the file: the orientation is not changed. Scaling is applied."""
    with _open(path) as stream:
        head = _header(stream)
        shape, spacing = _geometry(head)
        dtype, channels = _type(head)
        stored = _values(stream, dtype, (*shape, channels), int(head["vox_offset"]) - head.sizeof_hdr)
    slope, intercept = float(head["scl_slope"]), float(head["scl_inter"])
    bits = 8 * dtype.itemsize if dtype.itemsize <= 2 else None
    pixels = rescaled(stored, slope, intercept) if slope and np.isfinite([slope, intercept]).all() else stored
    return as_image(pixels, spacing=spacing, bit_depth=bits, colour=True)


def _open(path: Path) -> gzip.GzipFile | BufferedReader:
    return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")


def _header(stream: Stream) -> Any:
    """Nibabel's header of the version that the first number names, in either byte order."""
    from nibabel.nifti1 import Nifti1Header
    from nibabel.nifti2 import Nifti2Header

    first = stream.read(4)
    lengths = {int.from_bytes(first, "little"), int.from_bytes(first, "big")}
    kind = next((kind for kind in (Nifti1Header, Nifti2Header) if kind.sizeof_hdr in lengths), None)
    if kind is None:
        raise UnreadableError("Its content is not NIfTI, whatever its name says.")
    block = first + stream.read(kind.sizeof_hdr - 4)
    if len(block) < kind.sizeof_hdr:
        raise EOFError
    head: Any = kind(block, check=False)  # type: ignore[no-untyped-call]
    if bytes(head["magic"])[:3] not in WHOLE:
        raise UnreadableError("Its pixels are in another file, or it is ANALYZE; save it as one .nii file.")
    return head


def _geometry(head: Any) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Shape and spacing in array order, which is the reverse of the file's."""
    count = int(head["dim"][0])
    if not 1 <= count <= 7:
        raise UnreadableError("Its header is damaged: it has no valid number of axes.")
    lengths = [int(length) for length in head["dim"][1 : count + 1]]
    while len(lengths) > 3 and lengths[-1] == 1:
        lengths.pop()
    if len(lengths) > 3:
        beyond = max(axis for axis, length in enumerate(lengths) if length > 1)
        raise UnreadableError(
            f"It has {len(lengths)} axes; split it along axis {beyond + 1}, of length {lengths[beyond]}, one file each."
        )
    try:
        unit = MILLIMETRES[head.get_xyzt_units()[0]]
    except KeyError:  # a code that the standard does not know
        unit = 1.0
    steps = [float(step) for step in head["pixdim"][1 : len(lengths) + 1]]
    return tuple(reversed(lengths)), tuple(abs(step) * unit for step in reversed(steps))


def _type(head: Any) -> tuple[np.dtype[Any], int]:
    """Type of one value, and values in a voxel."""
    from nibabel.spatialimages import HeaderDataError

    try:
        dtype = head.get_data_dtype()
    except HeaderDataError:
        dtype = np.dtype(complex)
    if dtype.fields:
        return np.dtype(np.uint8), len(dtype.fields)
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise UnreadableError("Its values are of a type that is not read (complex, or wider than 64 bits).")
    return dtype, 1


def _values(stream: Stream, dtype: np.dtype[np.generic], shape: tuple[int, ...], skip: int) -> Pixels:
    refuse_huge(shape)
    if skip < 0:
        raise UnreadableError("Its header is damaged: the pixels would begin inside it.")
    stream.read(skip)
    needed = int(np.prod(shape)) * dtype.itemsize
    content = stream.read(needed)
    if len(content) < needed:
        raise EOFError
    while stream.read(2**20):  # to the end, where gzip holds the checksum
        pass
    return np.frombuffer(content, dtype).reshape(shape)
