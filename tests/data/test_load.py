"""Validated sets: rejection one by one, digests, pseudonyms, notes, and no dependence on order or jobs."""

from __future__ import annotations

import dataclasses
import pickle
import random
import shutil
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from gan_audit.data import load_inputs, pseudonyms
from gan_audit.data.pseudonyms import pseudonym_key
from gan_audit.errors import InputError

BAD = {
    "text.png": b"this is a text file",
    "empty.png": b"",
    "half.png": None,
    "flat.png": np.full((8, 8), 7, np.uint8),
    "nan.npy": np.array([[1, np.nan], [2, 3]]),
    "infinite.npy": np.array([[1, np.inf], [2, 3]], np.float32),
    "movie.gif": b"GIF89a",
    "four.npy": np.ones((2, 3, 4, 5)),
    "Jane_Doe.dcm": b"no DICOM",
    "cut.nii.gz": b"\x1f\x8b\x08",
}


@pytest.fixture
def dirty(make_set):
    """A real set of 100 good and ten bad files."""
    folder = make_set("real", [f"{number:03d}.png" for number in range(100)])
    for name, content in BAD.items():
        if isinstance(content, np.ndarray):
            np.save(folder / name, content) if name.endswith(".npy") else Pillow.fromarray(content).save(folder / name)
        else:
            (folder / name).write_bytes(content if content is not None else (folder / "000.png").read_bytes()[:60])
    return folder


def test_bad_files_are_rejected_one_by_one_with_reasons(dirty, make_set):
    inputs = load_inputs(dirty, make_set("synthetic", ["s.png"]), max_rejected=0.1, jobs=1)
    reasons = {one.id: one.reason for one in inputs.real.rejected}
    assert set(reasons) == set(BAD)
    assert len(inputs.real.samples) == 100
    assert "content is not" in reasons["text.png"]
    assert "empty" in reasons["empty.png"]
    assert "truncated" in reasons["half.png"]
    assert "same value" in reasons["flat.png"]
    assert "not finite" in reasons["nan.npy"]
    assert "not finite" in reasons["infinite.npy"]
    assert "not read" in reasons["movie.gif"]
    assert "four axes" in reasons["four.npy"]
    assert "not a DICOM" in reasons["Jane_Doe.dcm"]
    assert "truncated" in reasons["cut.nii.gz"]
    assert not any("Jane" in reason or str(dirty) in reason for reason in reasons.values())
    assert len({one.pseudonym for one in inputs.real.rejected + inputs.real.samples}) == 110


def test_too_many_rejected_files_stop_the_audit_with_the_first_few(dirty, make_set):
    with pytest.raises(InputError) as caught:
        load_inputs(dirty, make_set("synthetic", ["s.png"]), jobs=1)
    message = str(caught.value)
    assert message.startswith("10 of 110 real images cannot be audited; at most 5% may be rejected:")
    assert "Jane_Doe.dcm: It is not a DICOM file." in message
    assert message.count("\n  ") == 6
    assert "and 5 more" in message
    assert "Repair or remove" in message


def test_the_share_is_counted_for_each_set_and_may_be_reached(make_set):
    real = make_set("real", [f"{number}.png" for number in range(19)])
    synthetic = make_set("synthetic", [f"{number}.png" for number in range(9)])
    (real / "bad.png").write_text("text")
    assert len(load_inputs(real, synthetic, jobs=1).real.rejected) == 1
    (synthetic / "bad.png").write_text("text")
    with pytest.raises(InputError, match="1 of 10 synthetic images"):
        load_inputs(real, synthetic, jobs=1)


def test_a_set_without_any_good_image_is_refused_whatever_the_share(make_set, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.png").write_text("text")
    with pytest.raises(InputError, match="1 of 1 real images"):
        load_inputs(tmp_path / "real", make_set("synthetic", ["s.png"]), max_rejected=1.0, jobs=1)


def described(inputs) -> list:
    """Everything but the callables and the absolute paths."""
    sets = (inputs.real, inputs.synthetic)
    return [(one.role, one.samples, one.rejected, one.sha256, one.notes, sorted(one.paths)) for one in sets]


def test_jobs_do_not_change_the_result(dirty, make_set):
    synthetic = make_set("synthetic", [f"{number}.png" for number in range(40)])
    one, two = (load_inputs(dirty, synthetic, max_rejected=0.1, jobs=jobs) for jobs in (1, 2))
    assert described(one) == described(two)


def test_the_order_of_listing_does_not_change_the_result(dirty, make_set, tmp_path):
    synthetic = make_set("synthetic", ["s.png"])
    expected = described(load_inputs(dirty, synthetic, max_rejected=0.1, jobs=1))
    names = sorted(path.name for path in dirty.iterdir())
    for seed in range(3):
        random.Random(seed).shuffle(names)
        other = tmp_path / f"copy{seed}"
        other.mkdir()
        for name in names:
            shutil.copy(dirty / name, other / name)
        assert described(load_inputs(other, synthetic, max_rejected=0.1, jobs=1)) == expected
        listed = [other / name for name in names]
        assert described(load_inputs(listed, synthetic, max_rejected=0.1, jobs=1)) == expected


def test_digests_are_of_content_alone(two_sets, make_set):
    inputs = load_inputs(*two_sets, jobs=1)
    (two_sets[0] / "r0.png").rename(two_sets[0] / "zz.png")
    renamed = load_inputs(*two_sets, jobs=1)
    assert renamed.real.sha256 == inputs.real.sha256
    assert renamed.real.samples[-1].digest == inputs.real.samples[0].digest
    Pillow.fromarray(np.eye(8, dtype=np.uint8)).save(two_sets[0] / "zz.png")
    assert load_inputs(*two_sets, jobs=1).real.sha256 != inputs.real.sha256


def test_pseudonyms_repeat_and_depend_on_the_real_images(two_sets):
    inputs, again = load_inputs(*two_sets, jobs=1), load_inputs(*two_sets, jobs=1)
    names = [sample.pseudonym for sample in inputs.real.samples + inputs.synthetic.samples]
    assert names == [sample.pseudonym for sample in again.real.samples + again.synthetic.samples]
    assert all(name[:2] == "R-" for name in names[:6])
    assert all(name[:2] == "S-" for name in names[6:])
    assert all(len(name) == 12 and set(name[2:]) <= set(string.hexdigits.lower()) for name in names)
    Pillow.fromarray(np.eye(8, dtype=np.uint8)).save(two_sets[0] / "r5.png")
    changed = load_inputs(*two_sets, jobs=1)
    assert not {sample.pseudonym for sample in changed.real.samples + changed.synthetic.samples} & set(names)


@given(st.permutations([f"image{number}" for number in range(12)]))
def test_pseudonyms_that_collide_are_told_apart_in_any_order(ids):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pseudonyms, "DIGITS", 1)
        found = pseudonyms.pseudonyms("real", ids, b"key")
        expected = pseudonyms.pseudonyms("real", sorted(ids), b"key")
    assert found == expected
    assert len(set(found.values())) == 12
    assert pseudonym_key(ids) == pseudonym_key(sorted(ids))


def test_a_set_can_be_read_again_in_another_process(two_sets):
    inputs = load_inputs(*two_sets, jobs=1)
    read = pickle.loads(pickle.dumps(inputs.real.read))
    sample = inputs.real.samples[2]
    image = read(sample)
    assert np.array_equal(image.pixels, np.asarray(Pillow.open(two_sets[0] / sample.id)))
    assert (float(image.pixels.min()), float(image.pixels.max())) == (sample.low, sample.high)
    assert image.pixels.shape == sample.shape


def test_an_image_that_changes_under_the_audit_is_an_input_error_without_its_name(two_sets):
    inputs = load_inputs(*two_sets, jobs=1)
    (two_sets[0] / "r0.png").write_text("text")
    with pytest.raises(InputError, match=inputs.real.samples[0].pseudonym) as caught:
        inputs.real.read(inputs.real.samples[0])
    assert "r0" not in str(caught.value)


def test_images_of_different_sizes_are_one_set(tmp_path, noise, make_set):
    (tmp_path / "real").mkdir()
    for number, side in enumerate((5, 9, 300)):
        Pillow.fromarray(noise(side, side + 1)).save(tmp_path / f"real/{number}.png")
    inputs = load_inputs(tmp_path / "real", make_set("synthetic", ["s.png"]), jobs=1)
    assert [sample.shape for sample in inputs.real.samples] == [(5, 6), (9, 10), (300, 301)]


def test_images_and_volumes_do_not_mix_within_or_between_sets(noise):
    flat, deep = noise(3, 6, 7), noise(3, 5, 6, 7)
    with pytest.raises(InputError, match="real: 3 images and 0 volumes; synthetic: 0 images and 3 volumes"):
        load_inputs(flat, deep)
    with pytest.raises(InputError, match="real: 1 images and 1 volumes"):
        load_inputs([flat[0], deep[0]], deep)


@pytest.mark.parametrize(
    ("real", "synthetic", "said"),
    [
        (["grey", "colour"], ["grey"], "The real set mixes 1 colour and 1 grey images."),
        (["grey"], ["colour"], "The real images are grey, the synthetic ones colour."),
        (
            ["deep"],
            ["grey"],
            "The real images hold 16 bits a value, the synthetic ones 8: intensities are not comparable.",
        ),
        (
            ["deep", "grey"],
            ["grey"],
            "The real set mixes images of 8 and 16 bits a value: their intensities are not comparable.",
        ),
        (
            ["ct"],
            ["deep"],
            "The real images are in HU, the synthetic ones in no known unit",
        ),
        (
            ["ct", "deep"],
            ["ct"],
            "The real set mixes images in no known unit and HU: their intensities are not comparable.",
        ),
    ],
)
def test_sets_that_differ_in_kind_are_noted(tmp_path, noise, write_dicom, real, synthetic, said):
    kinds = {"grey": noise(6, 7), "colour": noise(6, 7, 3), "deep": noise(6, 7, dtype=np.uint16)}
    for folder, names in (("real", real), ("synthetic", synthetic)):
        (tmp_path / folder).mkdir()
        for name in names:
            if name == "ct":
                elements = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024}
                write_dicom("ct.dcm", noise(6, 7, dtype=np.uint16), **elements).rename(tmp_path / folder / "ct.dcm")
            else:
                Pillow.fromarray(kinds[name]).save(tmp_path / folder / f"{name}.png")
    inputs = load_inputs(tmp_path / "real", tmp_path / "synthetic", jobs=1)
    assert any(note.startswith(said) for note in inputs.real.notes + inputs.synthetic.notes)


def test_a_hold_out_set_is_a_set_of_its_own(two_sets, make_set):
    inputs = load_inputs(*two_sets, make_set("holdout", ["h.png"]), jobs=1)
    assert inputs.holdout is not None
    assert inputs.holdout.role == "holdout"
    assert inputs.holdout.samples[0].pseudonym.startswith("H-")
    assert load_inputs(*two_sets, jobs=1).holdout is None


def test_progress_counts_every_image(two_sets, make_set):
    seen = {}

    class Counting:
        def stage(self, title, total):
            seen[title] = [total, 0]
            return self.Stage(seen[title])

        class Stage:
            def __init__(self, counts):
                self.counts = counts

            def __enter__(self):
                return self.add

            def add(self, units):
                self.counts[1] += units

            def __exit__(self, *_):
                return None

    load_inputs(*two_sets, make_set("holdout", ["h.png"]), jobs=1, progress=Counting())
    assert seen == {
        "Reading real images": [6, 6],
        "Reading synthetic images": [6, 6],
        "Reading hold-out images": [1, 1],
    }


def test_a_result_holds_no_pixels(two_sets):
    inputs = load_inputs(*two_sets, jobs=1)
    fields = dataclasses.asdict(dataclasses.replace(inputs.real, read=None))
    assert not any(isinstance(value, np.ndarray) for sample in fields["samples"] for value in sample.values())
