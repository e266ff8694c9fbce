"""NPY, NPZ, NIfTI, NRRD and MetaImage files, and the shapes they may have."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from gan_audit.data.formats import pixels as pixels_module
from gan_audit.data.formats.pixels import UnreadableError, as_image
from gan_audit.data.formats.readers import decode, stem_of, suffix_of

NUMBERS = st.sampled_from([np.uint8, np.uint16, np.int16, np.int32, np.int64, np.float32, np.float64, ">u2", ">f4"])


@settings(max_examples=60)
@given(pixels=arrays(NUMBERS, array_shapes(min_dims=2, max_dims=3, min_side=5, max_side=8)))
def test_npy_keeps_values_and_shape(pixels):
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "a.npy", pixels)
        image = decode(Path(folder) / "a.npy")
    assert np.array_equal(image.pixels, pixels, equal_nan=pixels.dtype.kind == "f")
    assert image.pixels.dtype == pixels.dtype.newbyteorder("=")
    assert image.bit_depth == min(32, 8 * pixels.dtype.itemsize)


@pytest.mark.parametrize(
    ("shape", "read_as", "channels"),
    [
        ((6, 7), (6, 7), 1),
        ((6, 7, 1), (6, 7), 1),
        ((6, 7, 3), (6, 7, 3), 3),
        ((6, 7, 4), (6, 7, 3), 3),
        ((5, 6, 7), (5, 6, 7), 1),
        ((1, 6, 7), (6, 7), 1),
        ((5, 6, 7, 1), (5, 6, 7), 1),
    ],
)
def test_shapes_of_arrays(tmp_path, noise, shape, read_as, channels):
    np.save(tmp_path / "a.npy", noise(*shape))
    image = decode(tmp_path / "a.npy")
    assert (image.pixels.shape, image.channels) == (read_as, channels)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ((9,), "1 axes"),
        ((6, 7, 8, 9), "four axes; split it along the first, of length 6"),
        ((5, 6, 7, 3), "stack of colour images"),
        ((2, 2, 6, 7, 8), "5 axes"),
        ((0, 7), "length zero"),
        ((1, 7), "one pixel"),
    ],
)
def test_other_shapes_are_refused_with_the_remedy(tmp_path, noise, shape, reason):
    np.save(tmp_path / "a.npy", noise(*shape))
    with pytest.raises(UnreadableError, match=reason):
        decode(tmp_path / "a.npy")


def test_bool_and_half_precision_become_types_that_compute(tmp_path, noise):
    np.save(tmp_path / "a.npy", noise(6, 7) > 99)
    assert decode(tmp_path / "a.npy").pixels.dtype == np.uint8
    np.save(tmp_path / "a.npy", noise(6, 7, dtype=np.float16))
    assert decode(tmp_path / "a.npy").pixels.dtype == np.float32


def test_nothing_is_unpickled(tmp_path):
    np.save(tmp_path / "a.npy", np.array([["evil", None]], dtype=object), allow_pickle=True)
    with pytest.raises(UnreadableError):
        decode(tmp_path / "a.npy")
    np.savez(tmp_path / "a.npz", np.array([["evil", None]], dtype=object))
    with pytest.raises(UnreadableError):
        decode(tmp_path / "a.npz")


def test_complex_values_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((4, 4), complex))
    with pytest.raises(UnreadableError, match="not real numbers"):
        decode(tmp_path / "a.npy")


def test_npy_that_claims_more_than_it_holds_is_refused(tmp_path, noise):
    np.save(tmp_path / "a.npy", noise(64, 64))
    whole = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(whole.replace(b"(64, 64)", b"(6400000, 6400000)"[:8].ljust(8)))
    (tmp_path / "b.npy").write_bytes(whole[:1000])
    for name in ("a.npy", "b.npy"):
        with pytest.raises(UnreadableError):
            decode(tmp_path / name)


def test_npz_of_one_array_or_a_named_one(tmp_path, noise):
    one, other = noise(6, 7), noise(6, 7, seed=1)
    np.savez_compressed(tmp_path / "a.npz", anything=one)
    assert np.array_equal(decode(tmp_path / "a.npz").pixels, one)
    np.savez(tmp_path / "a.npz", mask=other, image=one)
    assert np.array_equal(decode(tmp_path / "a.npz").pixels, one)
    np.savez(tmp_path / "a.npz", x=other, y=one)
    with pytest.raises(UnreadableError, match="2 arrays"):
        decode(tmp_path / "a.npz")


def test_npz_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("gan_audit.data.formats.numpy_files.MAX_VALUES", 1000)
    np.savez_compressed(tmp_path / "a.npz", np.zeros((400, 400)))
    with pytest.raises(UnreadableError, match="unpacks to more"):
        decode(tmp_path / "a.npz")


def test_a_lying_header_takes_no_memory(monkeypatch, noise):
    monkeypatch.setattr(pixels_module, "MAX_VALUES", 30)
    with pytest.raises(UnreadableError, match="claims 42 values"):
        as_image(noise(6, 7))


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.nrrd", "a.mha", "a.mhd"])
def test_volumes_keep_values_and_spacing_in_array_order(write_itk, noise, name):
    pixels = noise(4, 5, 6, dtype=np.int16)
    image = decode(write_itk(name, pixels, spacing=(0.5, 1.5, 3.0)))
    assert np.array_equal(image.pixels, pixels)
    assert image.spacing == pytest.approx((3.0, 1.5, 0.5))
    assert (image.channels, image.bit_depth) == (1, 16)


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nrrd", "a.mha"])
@pytest.mark.parametrize(("shape", "kept"), [((1, 5, 6), (1.5, 0.5)), ((4, 5, 1), (3.0, 1.5))])
def test_a_volume_of_one_slice_is_an_image(write_itk, noise, name, shape, kept):
    pixels = noise(*shape, dtype=np.int16)
    image = decode(write_itk(name, pixels, spacing=(0.5, 1.5, 3.0)))
    assert np.array_equal(image.pixels, pixels.squeeze())
    assert image.spacing == pytest.approx(kept)


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nrrd", "a.mha"])
def test_four_axes_are_refused_with_the_axis_to_split(write_itk, noise, name):
    with pytest.raises(UnreadableError, match="along axis 4, of length 3"):
        decode(write_itk(name, noise(3, 4, 5, 6)))


def test_vectors_at_each_voxel_are_refused(write_itk, noise):
    with pytest.raises(UnreadableError, match="6 values for each pixel"):
        decode(write_itk("a.nrrd", noise(4, 5, 6, 6), colour=True))


def test_colour_slice_of_a_volume_format_is_colour(write_itk, noise):
    pixels = noise(5, 6, 3)
    image = decode(write_itk("a.nrrd", pixels, colour=True))
    assert np.array_equal(image.pixels, pixels)
    assert image.channels == 3


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz", "a.nrrd", "a.mha", "a.npy", "a.npz", "a.dcm"])
def test_damaged_files_are_refused_in_silence(write_itk, tmp_path, noise, capfd, name):
    path = tmp_path / name
    if suffix_of(name) in (".npy", ".npz"):
        {"a.npy": np.save, "a.npz": np.savez}[name](path, noise(16, 17, 18))
    else:
        write_itk(name, noise(16, 17, 18)[: 1 if name == "a.dcm" else None])
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"text " * 100, bytes(1000)):
        path.write_bytes(content)
        with pytest.raises(UnreadableError):
            decode(path)
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.nii.gz").touch()
    with pytest.raises(UnreadableError, match="empty"):
        decode(tmp_path / "a.nii.gz")


@pytest.mark.parametrize("target", ["../secret.raw", "/etc/passwd", "LIST", "slice%03d.raw", "absent.raw"])
def test_a_header_reads_no_file_but_one_beside_it(tmp_path, target):
    (tmp_path / "secret.raw").write_bytes(bytes(range(60)))
    folder = tmp_path / "set"
    folder.mkdir()
    header = f"ObjectType = Image\nNDims = 2\nDimSize = 6 10\nElementType = MET_UCHAR\nElementDataFile = {target}\n"
    for name in ("a.mhd", "a.mha"):
        (folder / name).write_text(header)
        with pytest.raises(UnreadableError):
            decode(folder / name)
    (folder / "a.nrrd").write_text(
        f"NRRD0004\ntype: uchar\ndimension: 2\nsizes: 6 10\nencoding: raw\ndata file: {target}\n"
    )
    with pytest.raises(UnreadableError, match="another file"):
        decode(folder / "a.nrrd")


def test_unknown_kinds_are_refused_with_the_remedy(tmp_path):
    (tmp_path / "a.webp").write_bytes(b"RIFF")
    with pytest.raises(UnreadableError, match="save it as PNG"):
        decode(tmp_path / "a.webp")


def test_zip_that_is_no_npz_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("notes.txt", "no array")
    with pytest.raises(UnreadableError):
        decode(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("name", "suffix", "stem"),
    [
        ("x/a.PNG", ".png", "x/a"),
        ("a.nii.gz", ".nii.gz", "a"),
        ("a.b.nrrd", ".nrrd", "a.b"),
        ("1.2.840.78", ".78", "1.2.840.78"),
        ("17106", "", "17106"),
    ],
)
def test_suffix_and_stem(name, suffix, stem):
    assert (suffix_of(name), stem_of(name)) == (suffix, stem)
