"""Small image files made on the fly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from PIL import Image as Pillow
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian


@pytest.fixture
def noise() -> Callable[..., np.ndarray]:
    """Random values of a shape and type over the whole range of the type."""

    def make(*shape: int, dtype=np.uint8, seed: int = 0) -> np.ndarray:
        top = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
        values = np.random.default_rng(seed).random(shape) * top
        return values.astype(dtype)

    return make


@pytest.fixture
def make_set(tmp_path: Path, noise) -> Callable[..., Path]:
    """A folder of different 8 by 8 grey PNG files of the names given."""

    def make(folder: str, names: Iterable[str], seed: int = 0) -> Path:
        root = tmp_path / folder
        for number, name in enumerate(names):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            # the seed depends on the folder, so that two sets hold different pictures
            Pillow.fromarray(noise(8, 8, seed=1000 * sum(folder.encode()) + seed + number)).save(root / name)
        return root

    return make


@pytest.fixture
def two_sets(make_set) -> tuple[Path, Path]:
    """Six real and six synthetic images, flat, under different names."""
    return (
        make_set("real", [f"r{number}.png" for number in range(6)]),
        make_set("synthetic", [f"s{number}.png" for number in range(6)]),
    )


@pytest.fixture
def write_itk(tmp_path: Path) -> Callable[..., Path]:
    """Writes an array by SimpleITK under any of its formats."""

    def write(name: str, pixels: np.ndarray, colour: bool = False, spacing=None) -> Path:
        image = SimpleITK.GetImageFromArray(pixels, isVector=colour)
        if spacing:
            image.SetSpacing(spacing)
        SimpleITK.WriteImage(image, str(tmp_path / name))
        return tmp_path / name

    return write


@pytest.fixture
def write_dicom(tmp_path: Path) -> Callable[..., Path]:
    """Writes a DICOM file; keywords set or replace its elements."""

    def write(name: str, pixels: np.ndarray, colour: bool = False, **elements) -> Path:
        frames = pixels.ndim - colour == 3
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = pydicom.uid.generate_uid()
        dataset.Modality = "OT"
        dataset.Rows, dataset.Columns = pixels.shape[1:3] if frames else pixels.shape[:2]
        dataset.SamplesPerPixel = 3 if colour else 1
        dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
        dataset.BitsAllocated = dataset.BitsStored = 8 * pixels.dtype.itemsize
        dataset.HighBit = dataset.BitsStored - 1
        dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
        if colour:
            dataset.PlanarConfiguration = 0
        if frames:
            dataset.NumberOfFrames = len(pixels)
        for keyword, value in elements.items():
            setattr(dataset, keyword, value)
        dataset.PixelData = pixels.tobytes()
        dataset.save_as(tmp_path / name, enforce_file_format=True)
        return tmp_path / name

    return write
