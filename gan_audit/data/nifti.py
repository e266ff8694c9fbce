"""NIfTI-1 and NIfTI-2 in one file, read here because SimpleITK fills what a truncated file lacks with zeros.

The layout is that of nifti1.h and nifti2.h (Data Format Working Group, 2003 and 2011).
"""

from __future__ import annotations

import gzip
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from gan_audit.data.pixels import Pixels, UnreadableError, as_image, refuse_huge, rescaled
from gan_audit.types import Image

Order = Literal["<", ">"]
ORDERS: tuple[Order, ...] = ("<", ">")


class Stream(Protocol):
    """A file, compressed or not."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        ...


@dataclass(frozen=True)
class Layout:
    """Where the fields of a version lie: offset and struct format."""

    length: int
    magic: tuple[int, bytes]
    """What stands at an offset where header and pixels share a file."""
    dim: tuple[int, str]
    datatype: tuple[int, str]
    pixdim: tuple[int, str]
    offset: tuple[int, str]
    scaling: tuple[int, str]
    units: tuple[int, str]


LAYOUTS: Mapping[int, Layout] = {
    348: Layout(348, (344, b"n+1\0"), (40, "8h"), (70, "h"), (76, "8f"), (108, "f"), (112, "2f"), (123, "b")),
    540: Layout(540, (4, b"n+2\0"), (16, "8q"), (12, "h"), (104, "8d"), (168, "q"), (176, "2d"), (500, "i")),
}
"""By the length of the header, which is a file's first number."""
TYPES: Mapping[int, tuple[str, int]] = {
    2: ("u1", 1),
    4: ("i2", 1),
    8: ("i4", 1),
    16: ("f4", 1),
    64: ("f8", 1),
    128: ("u1", 3),
    256: ("i1", 1),
    512: ("u2", 1),
    768: ("u4", 1),
    1024: ("i8", 1),
    1280: ("u8", 1),
    2304: ("u1", 4),
}
"""Code of a type of values to NumPy's name for it and the number of channels."""
MILLIMETRES = {1: 1000.0, 2: 1.0, 3: 0.001}
"""Code of a unit of length to millimetres; millimetres where the file does not say."""


def read_nifti(path: Path) -> Image:
    """(D, H, W) as stored, that is z, y, x of the file: the orientation is not changed. Scaling is applied."""
    with _open(path) as stream:
        order, layout, head = _head(stream)

        def field(place: tuple[int, str]) -> tuple[float, ...]:
            return struct.unpack_from(order + place[1], head, place[0])

        shape, spacing = _geometry(field(layout.dim), field(layout.pixdim), int(field(layout.units)[0]))
        kind, channels = TYPES.get(int(field(layout.datatype)[0]), ("", 0))
        if not kind:
            raise UnreadableError("Its values are of a type that is not read (complex, or wider than 64 bits).")
        dtype = np.dtype(kind).newbyteorder(order)
        stored = _values(stream, dtype, (*shape, channels), int(field(layout.offset)[0]) - len(head))
    slope, intercept = field(layout.scaling)
    bits = 8 * dtype.itemsize if dtype.itemsize <= 2 else None
    pixels = rescaled(stored, slope, intercept) if slope and np.isfinite([slope, intercept]).all() else stored
    return as_image(pixels, spacing=spacing, bit_depth=bits, colour=True)


def _open(path: Path) -> gzip.GzipFile | BufferedReader:
    return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")


def _head(stream: Stream) -> tuple[Order, Layout, bytes]:
    """Byte order, layout and bytes of the header."""
    first = stream.read(4)
    for order in ORDERS:
        layout = LAYOUTS.get(struct.unpack(order + "i", first)[0])
        if layout is None:
            continue
        head = first + stream.read(layout.length - 4)
        place, magic = layout.magic
        if len(head) < layout.length:
            raise EOFError
        if head[place : place + len(magic)] != magic:
            raise UnreadableError("Its pixels are in another file, or it is ANALYZE; save it as one .nii file.")
        return order, layout, head
    raise UnreadableError("Its content is not NIfTI, whatever its name says.")


def _geometry(
    dim: tuple[float, ...], pixdim: tuple[float, ...], units: int
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Shape and spacing in array order, which is the reverse of the file's."""
    count = int(dim[0])
    lengths = [int(length) for length in dim[1 : count + 1]]
    if not 1 <= count <= 7:
        raise UnreadableError("Its header is damaged: it has no valid number of axes.")
    while len(lengths) > 3 and lengths[-1] == 1:
        lengths.pop()
    if len(lengths) > 3:
        beyond = max(axis for axis, length in enumerate(lengths) if length > 1)
        raise UnreadableError(
            f"It has {len(lengths)} axes; split it along axis {beyond + 1}, of length {lengths[beyond]}, one file each."
        )
    unit = MILLIMETRES.get(units & 7, 1.0)
    return tuple(reversed(lengths)), tuple(abs(step) * unit for step in reversed(pixdim[1 : len(lengths) + 1]))


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
