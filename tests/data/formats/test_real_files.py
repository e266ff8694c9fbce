"""Files from scanners, hostile ones among them, and the real 2-D sets."""

from __future__ import annotations

import csv
import shutil

import numpy as np
import pytest

from gan_audit.data import load_inputs
from gan_audit.data.formats.pixels import UnreadableError
from gan_audit.data.formats.readers import decode, looks_like_image

REFUSED = {
    "dicom/MR_truncated.dcm": "truncated",
    "dicom/SC_rgb_rle_2frame.dcm": "stack of colour images",
    "dicom/rtplan.dcm": "without pixels",
    "nifti/example4d.nii.gz": "split it along axis 4, of length 2",
    "nifti/example_nifti2.nii.gz": "split it along axis 4, of length 2",
}
HOUNSFIELD = -1024
"""Intercept of the CT files; their slope is 1."""


@pytest.fixture(scope="module")
def expected(shared_data):
    with (shared_data / "loader_files/expected.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 38
    return rows


def test_every_scanner_file_is_read_right_or_refused_with_its_reason(shared_data, expected, capfd):
    for row in expected:
        path = shared_data / "loader_files" / row["path"]
        assert looks_like_image(path)
        if row["path"] in REFUSED:
            with pytest.raises(UnreadableError, match=REFUSED[row["path"]]):
                decode(path)
            continue
        image = decode(path)
        if row["min"] and row["photometric"] != "PALETTE COLOR" and row["modality"] != "RTDOSE":
            offset = HOUNSFIELD if row["modality"] == "CT" else 0
            shape = [int(length) for length in row["shape"].split("x")]
            assert image.pixels.shape in (tuple(shape), tuple(reversed(shape)))
            assert float(image.pixels.min()) == float(row["min"]) + offset
            assert float(image.pixels.max()) == float(row["max"]) + offset
            assert image.pixels.mean() == pytest.approx(float(row["mean"]) + offset, abs=1e-6)
            assert image.unit == ("HU" if row["modality"] == "CT" else "")
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_12_bit_jpeg_dose_and_palette_are_read_right(shared_data):
    folder = shared_data / "loader_files/dicom"
    jpeg = decode(folder / "JPGExtended.dcm")
    assert (jpeg.pixels[420, 140], jpeg.pixels[230, 120]) == (244, 95)  # as pydicom's own tests have them
    assert (jpeg.bit_depth, jpeg.spacing) == (12, (2.26, 2.26))
    dose = decode(folder / "rtdose_1frame.dcm")
    assert dose.pixels.max() == pytest.approx(1254000 * 1e-6)
    palette = decode(folder / "examples_palette.dcm")
    assert (palette.pixels.shape, palette.channels) == ((350, 800, 3), 3)


@pytest.mark.filterwarnings("error")
def test_bytes_changed_at_random_never_crash_a_reader(shared_data, expected, tmp_path):
    rng = np.random.default_rng(0)
    for row in expected:
        source = shared_data / "loader_files" / row["path"]
        if source.stat().st_size > 100_000 or row["path"] in REFUSED:
            continue
        for trial in range(4):
            content = bytearray(source.read_bytes())
            for place in rng.integers(0, min(len(content), 2000), 8):
                content[place] = int(rng.integers(0, 256))
            path = tmp_path / f"{trial}{''.join(source.suffixes) or '.dcm'}"
            path.write_bytes(content if trial % 2 else content[: int(rng.integers(1, len(content)))])
            try:
                decode(path)
            except UnreadableError as error:
                assert str(tmp_path) not in error.reason  # noqa: PT017 - either outcome is right


def test_ct_slices_without_extension_make_a_set(shared_data, tmp_path):
    slices = shared_data / "loader_files/dicom_noext"
    inputs = load_inputs(slices / "77654033_CT2", slices / "98892001_CT5N", jobs=1)
    assert len(inputs.real.samples) == 4
    assert {sample.unit for sample in inputs.real.samples + inputs.synthetic.samples} == {"HU"}
    assert inputs.real.samples[0].spacing == pytest.approx((0.488281, 0.488281))


@pytest.mark.parametrize(
    ("name", "channels", "classes", "groups"),
    [("mednist6", 1, 6, 0), ("cxr_pediatric", 1, 3, 20), ("bccd_cells", 3, 3, 0), ("hannover_cxr", 1, 2, 10)],
)
def test_the_real_sets_load_from_the_same_labels(shared_data, tmp_path, name, channels, classes, groups):
    files = sorted((shared_data / name / "images").iterdir())
    for number, file in enumerate(files[:: max(1, len(files) // 60)]):
        target = tmp_path / ("real" if number % 2 else "synthetic") / file.name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(file, target)
    inputs = load_inputs(
        tmp_path / "real", tmp_path / "synthetic", labels=shared_data / name / "labels.csv", max_rejected=0.1, jobs=1
    )
    samples = inputs.real.samples + inputs.synthetic.samples
    assert {sample.channels for sample in samples} == {channels}
    assert {sample.bit_depth for sample in samples} == {8}
    assert len({sample.label for sample in samples}) == classes
    assert len({sample.group for sample in samples} - {None}) >= groups
    assert "rows of the labels name files that are in no set" in inputs.real.notes[0]
    assert len(list((tmp_path / "real").iterdir())) == len(inputs.real.samples) + len(inputs.real.rejected)
