"""NIfTI of both versions, byte orders and all types, equal to SimpleITK's reading where SimpleITK reads at all."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest
import SimpleITK

from gan_audit.data.formats.pixels import UnreadableError
from gan_audit.data.formats.readers import decode

VALUES = np.arange(60, dtype="<i2").reshape(3, 4, 5)


def first_version(values: np.ndarray = VALUES, code: int = 4, order: str = "<", **changes: tuple[int, bytes]) -> bytes:
    """A NIfTI-1 file of (z, y, x) values with steps 1, 2 and 3; changes: offset and bytes."""
    head = bytearray(352)
    axes = [*reversed(values.shape)]
    fields = {
        "size": (0, struct.pack(order + "i", 348)),
        "dim": (40, struct.pack(order + "8h", len(axes), *axes, *[1] * (7 - len(axes)))),
        "type": (70, struct.pack(order + "2h", code, 8 * values.itemsize)),
        "step": (76, struct.pack(order + "8f", 1, 1, 2, 3, 1, 1, 1, 1)),
        "offset": (108, struct.pack(order + "3f", 352, 1, 0)),
        "magic": (344, b"n+1\0"),
    }
    for place, content in (fields | changes).values():
        head[place : place + len(content)] = content
    return bytes(head) + values.astype(values.dtype.newbyteorder(order)).tobytes()


def second_version(order: str = "<") -> bytes:
    head = bytearray(544)
    struct.pack_into(order + "i", head, 0, 540)
    head[4:12] = b"n+2\0\r\n\x1a\n"
    struct.pack_into(order + "2h", head, 12, 4, 16)
    struct.pack_into(order + "8q", head, 16, 3, 5, 4, 3, 1, 1, 1, 1)
    struct.pack_into(order + "8d", head, 104, 1, 1, 2, 3, 1, 1, 1, 1)
    struct.pack_into(order + "q2d", head, 168, 544, 1, 0)
    return bytes(head) + VALUES.astype(VALUES.dtype.newbyteorder(order)).tobytes()


@pytest.mark.parametrize("content", [first_version(), first_version(order=">"), second_version(), second_version(">")])
@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "A.NII.GZ"])
def test_both_versions_and_byte_orders_are_read(tmp_path, name, content):
    (tmp_path / name).write_bytes(gzip.compress(content) if name.lower().endswith(".gz") else content)
    image = decode(tmp_path / name)
    assert np.array_equal(image.pixels, VALUES)
    assert image.pixels.dtype == np.int16
    assert image.spacing == (3.0, 2.0, 1.0)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.float32, np.float64])
def test_all_types_equal_simpleitk(write_itk, noise, dtype):
    path = write_itk("a.nii.gz", noise(4, 5, 6, dtype=dtype), spacing=(0.5, 1.5, 3.0))
    peer = SimpleITK.ReadImage(str(path))
    image = decode(path)
    assert np.array_equal(image.pixels, SimpleITK.GetArrayFromImage(peer))
    assert image.pixels.dtype == dtype
    assert image.spacing == pytest.approx(tuple(reversed(peer.GetSpacing())))


def test_real_files_equal_simpleitk(shared_data):
    files = [path for path in sorted((shared_data / "loader_files/nifti").iterdir()) if "example" not in path.name]
    files += sorted((shared_data / "ibsi_digital_phantom").glob("*.nii.gz"))
    assert len(files) == 6
    for path in files:
        peer = SimpleITK.ReadImage(str(path))
        image = decode(path)
        assert np.array_equal(image.pixels, SimpleITK.GetArrayFromImage(peer))
        assert image.spacing == pytest.approx(tuple(reversed(peer.GetSpacing())))


@pytest.mark.parametrize(
    ("slope", "intercept", "dtype"), [(0.5, -10, np.float64), (2, -1024, np.int32), (1, -9, np.int32), (0, 7, np.int16)]
)
def test_scaling_is_applied_and_whole_numbers_stay_whole(tmp_path, slope, intercept, dtype):
    (tmp_path / "a.nii").write_bytes(first_version(offset=(108, struct.pack("<3f", 352, slope, intercept))))
    pixels = decode(tmp_path / "a.nii").pixels
    assert np.array_equal(pixels, VALUES * slope + intercept if slope else VALUES)
    assert pixels.dtype == dtype


def test_skewed_axes_are_read_as_stored(tmp_path):
    rows = struct.pack("<12f", 1, 0.3, 0, 0, 0, 2, 0, 0, 0, 0.5, 3, 0)
    content = first_version(codes=(252, struct.pack("<2h", 0, 1)), rows=(280, rows))
    (tmp_path / "a.nii").write_bytes(content)
    assert np.array_equal(decode(tmp_path / "a.nii").pixels, VALUES)


def test_spacing_is_in_millimetres(tmp_path):
    (tmp_path / "a.nii").write_bytes(first_version(units=(123, b"\x03")))
    assert decode(tmp_path / "a.nii").spacing == pytest.approx((0.003, 0.002, 0.001))


def test_colour_slice_is_colour(tmp_path, noise):
    colours = noise(1, 6, 7, 3)
    content = first_version(colours, code=128, dim=(40, struct.pack("<8h", 3, 7, 6, 1, 1, 1, 1, 1)))
    (tmp_path / "a.nii").write_bytes(content)
    image = decode(tmp_path / "a.nii")
    assert np.array_equal(image.pixels, colours[0])
    assert image.channels == 3


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
@pytest.mark.parametrize("kept", [2, 100, 351, 352, 400, 471])
def test_a_truncated_file_is_refused_not_filled_with_zeros(tmp_path, name, kept):
    content = first_version()
    assert len(content) == 472
    (tmp_path / name).write_bytes(gzip.compress(content[:kept]) if name.endswith(".gz") else content[:kept])
    with pytest.raises(UnreadableError, match="truncated"):
        decode(tmp_path / name)


def test_a_wrong_checksum_is_refused(tmp_path):
    packed = bytearray(gzip.compress(first_version()))
    packed[-6] ^= 1
    (tmp_path / "a.nii.gz").write_bytes(packed)
    with pytest.raises(UnreadableError):
        decode(tmp_path / "a.nii.gz")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"magic": (344, b"ni1\0")}, "another file"),
        ({"type": (70, struct.pack("<2h", 32, 64))}, "complex"),
        ({"dim": (40, struct.pack("<8h", 9, 5, 4, 3, 1, 1, 1, 1))}, "number of axes"),
        ({"dim": (40, struct.pack("<8h", 3, 5, 0, 3, 1, 1, 1, 1))}, "length zero"),
        ({"dim": (40, struct.pack("<8h", 5, 5, 4, 3, 1, 2, 1, 1))}, "5 axes; split it along axis 5, of length 2"),
        ({"dim": (40, struct.pack("<8h", 3, 32000, 32000, 32000, 1, 1, 1, 1))}, "claims"),
        ({"offset": (108, struct.pack("<3f", 4, 1, 0))}, "damaged"),
        ({"size": (0, struct.pack("<i", 347))}, "not NIfTI"),
    ],
)
def test_bad_headers_are_refused_with_the_reason(tmp_path, changes, reason):
    (tmp_path / "a.nii").write_bytes(first_version(**changes))
    with pytest.raises(UnreadableError, match=reason):
        decode(tmp_path / "a.nii")


def test_a_file_named_gz_that_is_not_compressed_is_refused(tmp_path):
    (tmp_path / "a.nii.gz").write_bytes(first_version())
    with pytest.raises(UnreadableError, match="not compressed"):
        decode(tmp_path / "a.nii.gz")
