"""Samples come back in the format and the units of the files that were trained on."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

from gan_audit.data.formats.readers import decode
from tests.trainers.digits import train
from trainers.data.scaling import Scaling
from trainers.sampling.generate import GenerateRequest, generate
from trainers.sampling.writing import Style, folder_names, suffix_for, write_image

RNG = np.random.default_rng(0)
GREY8, GREY16 = Scaling(0, 255, "uint8", 8), Scaling(0, 4095, "uint16", 16)
HU = Scaling(-1024, 3071, "int16", 16, "HU")
CASES = {
    "png": (".png", RNG.integers(0, 256, (5, 7)).astype(np.uint8), GREY8),
    "png colour": (".png", RNG.integers(0, 256, (5, 7, 3)).astype(np.uint8), GREY8),
    "png 16 bit": (".png", RNG.integers(0, 4096, (5, 7)).astype(np.uint16), GREY16),
    "jpeg becomes png": (".jpg", RNG.integers(0, 256, (5, 7)).astype(np.uint8), GREY8),
    "tiff 16 bit": (".tiff", RNG.integers(0, 4096, (5, 7)).astype(np.uint16), GREY16),
    "tiff signed": (".tif", RNG.integers(-900, 900, (5, 7)).astype(np.int16), HU),
    "tiff float": (".tif", RNG.random((5, 7)).astype(np.float32), Scaling(0, 1, "float32", 32)),
    "tiff volume": (".tif", RNG.integers(0, 256, (4, 5, 7)).astype(np.uint8), GREY8),
    "npy": (".npz", RNG.random((5, 7)).astype(np.float32), Scaling(0, 1, "float32", 32)),
    "nifti volume": (".nii.gz", RNG.integers(-900, 900, (4, 5, 7)).astype(np.int16), HU),
    "nrrd": (".nrrd", RNG.integers(-900, 900, (5, 7)).astype(np.int16), HU),
    "mha": (".mhd", RNG.integers(-900, 900, (4, 5, 7)).astype(np.int16), HU),
    "dicom CT": (".dcm", RNG.integers(-900, 900, (5, 7)).astype(np.int16), HU),
    "dicom grey": (".dcm", RNG.integers(0, 4096, (5, 7)).astype(np.uint16), Scaling(0, 4095, "uint16", 12)),
    "dicom colour": (".ima", RNG.integers(0, 256, (5, 7, 3)).astype(np.uint8), GREY8),
    "dicom volume": (".dcm", RNG.integers(-900, 900, (4, 5, 7)).astype(np.int16), HU),
    "array": ("", RNG.integers(0, 256, (5, 7)).astype(np.uint8), GREY8),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_written_is_read_back(case, tmp_path):
    suffix, pixels, scaling = CASES[case]
    volume = pixels.ndim == 3 and pixels.shape[-1] != 3
    spacing = (2.0, 0.5, 0.25)[-(3 if volume else 2) :]
    style = Style(suffix, scaling, spacing)
    path = tmp_path / f"image{suffix_for(style, volume)}"
    write_image(path, pixels, style)
    found = decode(path)
    assert np.array_equal(found.pixels, pixels)
    assert found.channels == (3 if pixels.shape[-1] == 3 else 1)
    if path.suffix in (".dcm", ".nrrd", ".mha", ".gz"):
        assert found.spacing == pytest.approx(spacing)
    if path.suffix == ".dcm":
        assert found.unit == scaling.unit
        assert found.bit_depth == scaling.bit_depth


def test_a_run_on_hounsfield_units_gives_hounsfield_units(tmp_path):
    import pydicom

    folder = tmp_path / "ct"
    folder.mkdir()
    for number in range(8):
        pixels = RNG.integers(-1000, -200, (8, 8)).astype(np.int16)
        write_image(folder / f"{number}.dcm", pixels, Style(".dcm", HU, (0.5, 0.5)))
    train(folder, tmp_path / "run", "gan", labels=None)
    generate(GenerateRequest(tmp_path / "run", tmp_path / "set", count=2))
    found = decode(tmp_path / "set" / "000000.dcm")
    assert found.unit == "HU"
    assert found.pixels.dtype.kind == "i"
    assert -1000 <= found.pixels.min() <= found.pixels.max() <= -200
    assert found.spacing == (0.5, 0.5)
    assert pydicom.dcmread(tmp_path / "set" / "000000.dcm").PatientID == "SYNTHETIC"


def test_a_run_on_volumes_gives_volumes_of_their_type_and_spacing(tmp_path):
    folder = tmp_path / "volumes"
    folder.mkdir()
    for number in range(6):
        image = SimpleITK.GetImageFromArray(RNG.integers(0, 3000, (6, 6, 8)).astype(np.uint16))
        image.SetSpacing((0.5, 0.5, 3.0))
        SimpleITK.WriteImage(image, str(folder / f"{number}.nii.gz"))
    train(folder, tmp_path / "run", "wgan-gp", labels=None)
    generate(GenerateRequest(tmp_path / "run", tmp_path / "set", count=1))
    found = decode(tmp_path / "set" / "000000.nii.gz")
    assert found.pixels.shape == (6, 6, 8)
    assert found.pixels.dtype == np.uint16
    assert found.spacing == pytest.approx((3.0, 0.5, 0.5))


def test_folders_of_classes_are_safe_and_apart():
    found = folder_names(["../etc", "a/b", "a_b", "Ödem", "", "A_B"])
    assert len({name.lower() for name in found.values()}) == 6
    assert not any("/" in name or name.startswith(".") for name in found.values())
    assert found["Ödem"] == "Ödem"
