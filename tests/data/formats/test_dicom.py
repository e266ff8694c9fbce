"""DICOM values in their unit, white for much, with or without a file extension."""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest
import SimpleITK
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import RLELossless

from gan_audit.data.formats.dicom import is_dicom
from gan_audit.data.formats.pixels import UnreadableError
from gan_audit.data.formats.readers import decode, looks_like_image


def test_ct_is_in_hounsfield_units_and_stays_integer(write_dicom, noise):
    stored = noise(6, 7, dtype=np.uint16) // 16
    path = write_dicom(
        "a.dcm", stored, Modality="CT", BitsStored=12, HighBit=11, RescaleSlope=1, RescaleIntercept=-1024
    )
    image = decode(path)
    assert np.array_equal(image.pixels, stored.astype(int) - 1024)
    assert image.pixels.dtype == np.int16
    assert (image.unit, image.bit_depth) == ("HU", 12)


def test_type_does_not_depend_on_the_values_of_the_slice(write_dicom):
    dark, bright = np.full((4, 4), 3, np.uint16), np.full((4, 4), 60000, np.uint16)
    types = {
        decode(write_dicom("a.dcm", pixels, RescaleSlope=1, RescaleIntercept=-1024)).pixels.dtype
        for pixels in (dark, bright)
    }
    assert types == {np.dtype(np.int32)}


@pytest.mark.parametrize(
    ("elements", "unit"),
    [
        ({"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024, "RescaleType": "HU"}, "HU"),
        ({"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": 0, "RescaleType": "US"}, ""),
        ({"Modality": "CT"}, ""),
        ({"Modality": "MR", "RescaleSlope": 2, "RescaleIntercept": 0}, ""),
    ],
)
def test_only_rescaled_ct_has_a_unit(write_dicom, noise, elements, unit):
    assert decode(write_dicom("a.dcm", noise(6, 7, dtype=np.uint16), **elements)).unit == unit


def test_fractional_slope_gives_fractions(write_dicom, noise):
    stored = noise(6, 7, dtype=np.uint16)
    image = decode(write_dicom("a.dcm", stored, RescaleSlope="0.25", RescaleIntercept="1.5"))
    assert np.allclose(image.pixels, stored * 0.25 + 1.5)
    assert image.bit_depth == 16


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_monochrome1_is_turned_round_within_the_stored_bits(write_dicom, noise, bits):
    stored = (noise(6, 7, dtype=np.uint16) >> (16 - bits)).astype(np.uint8 if bits == 8 else np.uint16)
    path = write_dicom("a.dcm", stored, PhotometricInterpretation="MONOCHROME1", BitsStored=bits, HighBit=bits - 1)
    assert np.array_equal(decode(path).pixels, 2**bits - 1 - stored)


def test_monochrome1_agrees_with_simpleitk(write_dicom, noise):
    stored = noise(6, 7, dtype=np.uint16) >> 4
    path = write_dicom("a.dcm", stored, PhotometricInterpretation="MONOCHROME1", BitsStored=12, HighBit=11)
    peer = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))[0]
    assert np.array_equal(decode(path).pixels, peer)


def test_monochrome1_of_signed_values_keeps_their_range(write_dicom, noise):
    stored = noise(6, 7, dtype=np.int16)
    image = decode(write_dicom("a.dcm", stored, PhotometricInterpretation="MONOCHROME1"))
    assert np.array_equal(image.pixels, -1 - stored)


def test_a_quantity_is_not_turned_round(write_dicom, noise):
    stored = noise(6, 7, dtype=np.uint16)
    path = write_dicom("a.dcm", stored, Modality="PT", PhotometricInterpretation="MONOCHROME1")
    assert np.array_equal(decode(path).pixels, stored)


def test_bits_beyond_those_stored_are_cleared(write_dicom, noise):
    stored = noise(6, 7, dtype=np.uint16) >> 4
    path = write_dicom("a.dcm", stored | 0xF000, BitsStored=12, HighBit=11)
    assert np.array_equal(decode(path).pixels, stored)


def test_frames_are_slices_with_spacing(write_dicom, noise):
    stored = noise(4, 6, 7)
    path = write_dicom("a.dcm", stored, PixelSpacing=[0.5, 0.25], SpacingBetweenSlices=3)
    image = decode(path)
    assert np.array_equal(image.pixels, stored)
    assert image.spacing == (3.0, 0.5, 0.25)


def test_frames_without_known_distance_have_no_spacing(write_dicom, noise):
    assert decode(write_dicom("a.dcm", noise(4, 6, 7), PixelSpacing=[0.5, 0.25])).spacing is None


@pytest.mark.parametrize("tag", ["PixelSpacing", "ImagerPixelSpacing"])
def test_spacing_is_rows_then_columns(write_dicom, noise, tag):
    assert decode(write_dicom("a.dcm", noise(6, 7), **{tag: [0.5, 0.25]})).spacing == (0.5, 0.25)


def test_enhanced_files_are_rescaled_frame_by_frame(write_dicom, noise):
    stored = noise(3, 6, 7)
    frames = []
    for slope in (1, 2, 3):
        transformation, frame = Dataset(), Dataset()
        transformation.RescaleSlope, transformation.RescaleIntercept, transformation.RescaleType = slope, -5, "US"
        frame.PixelValueTransformationSequence = Sequence([transformation])
        frames.append(frame)
    shared, measures = Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.5, 0.25], 2
    shared.PixelMeasuresSequence = Sequence([measures])
    path = write_dicom(
        "a.dcm",
        stored,
        SharedFunctionalGroupsSequence=Sequence([shared]),
        PerFrameFunctionalGroupsSequence=Sequence(frames),
    )
    image = decode(path)
    assert np.array_equal(image.pixels, stored.astype(int) * np.array([1, 2, 3]).reshape(3, 1, 1) - 5)
    assert image.spacing == (2.0, 0.5, 0.25)


def test_dose_is_scaled(write_dicom, noise):
    stored = noise(6, 7, dtype=np.uint16)
    path = write_dicom("a.dcm", stored, Modality="RTDOSE", DoseGridScaling="0.001")
    assert np.allclose(decode(path).pixels, stored * 0.001)


def test_ybr_becomes_rgb(write_dicom):
    ybr = np.zeros((4, 4, 3), np.uint8)
    ybr[...] = (76, 85, 255)  # red
    ybr[0] = (29, 255, 107)  # blue
    image = decode(write_dicom("a.dcm", ybr, colour=True, PhotometricInterpretation="YBR_FULL"))
    assert np.abs(image.pixels[1, 0].astype(int) - (255, 0, 0)).max() <= 2
    assert np.abs(image.pixels[0, 0].astype(int) - (0, 0, 255)).max() <= 2


def test_palette_becomes_its_colours(write_dicom, noise):
    index = noise(6, 7) % 4
    channels = {"Red": [0, 10, 20, 30], "Green": [0, 11, 21, 31], "Blue": [0, 12, 22, 32]}
    elements = {f"{name}PaletteColorLookupTableDescriptor": [4, 0, 16] for name in channels}
    elements |= {f"{name}PaletteColorLookupTableData": np.array(v, "<u2").tobytes() for name, v in channels.items()}
    image = decode(write_dicom("a.dcm", index, PhotometricInterpretation="PALETTE COLOR", **elements))
    assert np.array_equal(image.pixels, np.stack([np.array(v)[index] for v in channels.values()], axis=-1))
    assert image.bit_depth == 16


def test_compressed_frames_are_unpacked(write_dicom, noise):
    stored = noise(6, 7, dtype=np.uint16)
    path = write_dicom("a.dcm", stored)
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    dataset.save_as(path)
    assert np.array_equal(decode(path).pixels, stored)


def test_a_modality_lut_is_applied(write_dicom, noise):
    stored = noise(6, 7) % 4
    table = Dataset()
    for keyword, values in (("LUTDescriptor", [4, 0, 16]), ("LUTData", [5, 500, 1000, 4000])):
        setattr(table, keyword, values)
        table[keyword].VR = "US"
    path = write_dicom("a.dcm", stored, ModalityLUTSequence=Sequence([table]))
    assert np.array_equal(decode(path).pixels, np.array([5, 500, 1000, 4000])[stored])


def test_content_not_name_makes_a_dicom(write_dicom, tmp_path, noise):
    stored = noise(6, 7, dtype=np.uint16)
    path = write_dicom("1.2.840.113619.78", stored)
    assert looks_like_image(path)
    assert np.array_equal(decode(path).pixels, stored)
    (tmp_path / "LICENSE").write_text("text " * 100)
    (tmp_path / "DICOMDIR").write_bytes(path.read_bytes())
    assert not looks_like_image(tmp_path / "LICENSE")
    assert not looks_like_image(tmp_path / "DICOMDIR")


@pytest.mark.parametrize("implicit", [True, False])
def test_old_files_without_preamble_are_found_and_read(write_dicom, tmp_path, noise, implicit):
    stored = noise(6, 7, dtype=np.uint16)
    dataset = pydicom.dcmread(write_dicom("a.dcm", stored))
    del dataset.file_meta
    dataset.preamble = None
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, implicit_vr=implicit, little_endian=True)
    old = tmp_path / "OLD1"
    old.write_bytes(buffer.getvalue().removeprefix(bytes(128)).removeprefix(b"DICM"))
    assert old.read_bytes()[:2] == b"\x08\x00"
    assert is_dicom(old)
    assert np.array_equal(decode(old).pixels, stored)


def test_objects_without_pixels_and_other_files_are_told_apart(write_dicom, tmp_path, noise):
    dataset = pydicom.dcmread(write_dicom("a.dcm", noise(6, 7)))
    del dataset.PixelData
    dataset.save_as(tmp_path / "b.dcm")
    with pytest.raises(UnreadableError, match="truncated"):
        decode(tmp_path / "b.dcm")
    del dataset.Rows
    dataset.save_as(tmp_path / "b.dcm")
    with pytest.raises(UnreadableError, match="without pixels"):
        decode(tmp_path / "b.dcm")
    (tmp_path / "c.dcm").write_text("this is not DICOM at all")
    with pytest.raises(UnreadableError, match="not a DICOM file"):
        decode(tmp_path / "c.dcm")


def test_a_header_that_claims_too_much_is_refused(write_dicom, noise):
    path = write_dicom("a.dcm", noise(6, 7), NumberOfFrames=2**30)
    with pytest.raises(UnreadableError, match="claims"):
        decode(path)
