"""Regions of interest: found by name or by column, and never silently wrong."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from gan_audit.data import load_inputs
from gan_audit.errors import InputError


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, pixels) if path.suffix == ".npy" else Pillow.fromarray(pixels).save(path)


@pytest.fixture
def square():
    inside = np.zeros((8, 8), np.uint8)
    inside[2:5, 3:6] = 255
    return inside


@pytest.fixture
def masks(tmp_path, two_sets, square):
    """Masks of all twelve images, of several types."""
    folder = tmp_path / "masks"
    for number in range(6):
        save(folder / f"r{number}.npy", square > 0)
        save(folder / f"s{number}.bmp", square)
    return folder


def test_masks_mirror_the_names_and_nonzero_is_inside(two_sets, masks, square):
    inputs = load_inputs(*two_sets, masks=masks, jobs=1)
    for image_set in (inputs.real, inputs.synthetic):
        assert image_set.notes == ()
        for sample in image_set.samples:
            assert sample.has_mask
            assert np.array_equal(image_set.read(sample).mask, square > 0)


def test_the_bytes_of_the_mask_enter_the_digest_and_leave_the_pseudonym(two_sets, masks):
    plain, masked = load_inputs(*two_sets, jobs=1), load_inputs(*two_sets, masks=masks, jobs=1)
    save(masks / "r0.npy", np.ones((8, 8), bool))
    changed = load_inputs(*two_sets, masks=masks, jobs=1)
    digests = [inputs.real.samples[0].digest for inputs in (plain, masked, changed)]
    assert len(set(digests)) == 3
    assert len({inputs.real.sha256 for inputs in (plain, masked, changed)}) == 3
    assert len({inputs.real.samples[0].pseudonym for inputs in (plain, masked, changed)}) == 1


def test_images_without_mask_are_used_whole_with_a_note(two_sets, masks):
    (masks / "s0.bmp").unlink()
    inputs = load_inputs(*two_sets, masks=masks, jobs=1)
    assert not inputs.synthetic.samples[0].has_mask
    assert inputs.synthetic.read(inputs.synthetic.samples[0]).mask is None
    assert inputs.synthetic.notes == ("1 image of the synthetic set has no mask; the whole image is used.",)


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (np.zeros((8, 8), np.uint8), "Its mask is empty: no pixel lies inside."),
        (np.ones((8, 9), np.uint8), "Its mask has the shape (8, 9), the image (8, 8)."),
    ],
)
def test_an_image_with_an_empty_or_ill_fitting_mask_is_rejected(two_sets, masks, pixels, reason):
    save(masks / "s0.bmp", pixels)
    inputs = load_inputs(*two_sets, masks=masks, max_rejected=0.2, jobs=1)
    assert [(one.id, one.reason) for one in inputs.synthetic.rejected] == [("s0.png", reason)]


def test_an_image_with_an_unreadable_mask_is_rejected(two_sets, masks):
    (masks / "s0.bmp").write_text("Jane Doe")
    inputs = load_inputs(*two_sets, masks=masks, max_rejected=0.2, jobs=1)
    assert inputs.synthetic.rejected[0].reason.startswith("Its mask cannot be used. Its content is not")


def test_sets_with_the_same_names_keep_masks_apart_by_sub_folder(make_set, tmp_path, square):
    real, synthetic = make_set("real", ["a.png", "b.png"]), make_set("synthetic", ["a.png", "b.png"])
    folder = tmp_path / "masks"
    save(folder / "real/a.png", square)
    save(folder / "synthetic/a.png", square.T)
    save(folder / "b.png", square)
    inputs = load_inputs(real, synthetic, masks=folder, jobs=1)
    assert np.array_equal(inputs.real.read(inputs.real.samples[0]).mask, square > 0)
    assert np.array_equal(inputs.synthetic.read(inputs.synthetic.samples[0]).mask, square.T > 0)
    assert all(sample.has_mask for sample in inputs.real.samples + inputs.synthetic.samples)


def test_colour_images_and_colour_masks(tmp_path, noise, square):
    for number, name in enumerate(("real/a.png", "synthetic/b.png")):
        save(tmp_path / name, noise(8, 8, 3, seed=number))
    save(tmp_path / "masks/a.png", np.dstack([square, square * 0, square * 0]))
    inputs = load_inputs(tmp_path / "real", tmp_path / "synthetic", masks=tmp_path / "masks", jobs=1)
    assert np.array_equal(inputs.real.read(inputs.real.samples[0]).mask, square > 0)


def test_volumes_have_masks_of_their_shape(tmp_path, noise):
    for number, name in enumerate(("real/a.npy", "synthetic/b.npy")):
        save(tmp_path / name, noise(5, 8, 8, seed=number))
    inside = noise(5, 8, 8) > 200
    save(tmp_path / "masks/a.npy", inside)
    inputs = load_inputs(tmp_path / "real", tmp_path / "synthetic", masks=tmp_path / "masks", jobs=1)
    assert np.array_equal(inputs.real.read(inputs.real.samples[0]).mask, inside)


def test_the_mask_column_is_relative_to_the_labels_or_to_the_masks(two_sets, tmp_path, square, masks):
    save(tmp_path / "elsewhere/m.png", square.T)
    rows = [f"r{number}.png,x," for number in range(1, 6)] + [f"s{number}.png,x," for number in range(6)]
    (tmp_path / "labels.csv").write_text("\n".join(["filename,label,mask", "r0.png,x,elsewhere\\m.png", *rows]))
    inputs = load_inputs(*two_sets, labels=tmp_path / "labels.csv", jobs=1)
    assert np.array_equal(inputs.real.read(inputs.real.samples[0]).mask, square.T > 0)
    assert [sample.has_mask for sample in inputs.real.samples] == [True] + [False] * 5
    (tmp_path / "labels.csv").write_text("\n".join(["filename,label,mask", "r0.png,x,s1.bmp", *rows]))
    inputs = load_inputs(*two_sets, labels=tmp_path / "labels.csv", masks=masks, jobs=1)
    assert all(sample.has_mask for sample in inputs.real.samples)


def test_a_mask_that_is_named_and_absent_rejects_its_image(two_sets, tmp_path):
    rows = [
        f"{letter}{number}.png,x,{'gone.png' if letter + str(number) == 'r0' else ''}"
        for letter in "rs"
        for number in range(6)
    ]
    (tmp_path / "labels.csv").write_text("\n".join(["filename,label,mask", *rows]))
    inputs = load_inputs(*two_sets, labels=tmp_path / "labels.csv", max_rejected=0.2, jobs=1)
    assert [one.reason for one in inputs.real.rejected] == ["Its mask cannot be used. The file does not exist."]


def test_masks_that_fit_no_image_or_two_or_lie_in_a_set_are_input_errors(two_sets, tmp_path, square, masks):
    save(tmp_path / "other/q.png", square)
    with pytest.raises(InputError, match=r"No mask has the name of an image: the folder of masks holds 'q.png'"):
        load_inputs(*two_sets, masks=tmp_path / "other", jobs=1)
    with pytest.raises(InputError, match="does not exist"):
        load_inputs(*two_sets, masks=tmp_path / "absent", jobs=1)
    save(two_sets[0] / "masks/r0.png", square)
    with pytest.raises(InputError, match="lies in the real set"):
        load_inputs(*two_sets, masks=two_sets[0] / "masks", jobs=1)
    save(masks / "r1.png", square)
    with pytest.raises(InputError, match=r"Two masks have the name of the image 'r1.png'"):
        load_inputs(tmp_path / "synthetic", tmp_path / "real", masks=masks, jobs=1)


def test_a_mask_that_vanishes_later_is_an_input_error(two_sets, masks):
    inputs = load_inputs(*two_sets, masks=masks, jobs=1)
    (masks / "r0.npy").unlink()
    with pytest.raises(InputError, match=inputs.real.samples[0].pseudonym) as caught:
        inputs.real.read(inputs.real.samples[0])
    assert "r0" not in str(caught.value)
