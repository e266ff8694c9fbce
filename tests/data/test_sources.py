"""Folders, lists, arrays and data sets, and what is refused of them as a whole."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from PIL import Image as Pillow

from gan_audit.data import load_inputs
from gan_audit.errors import InputError


def ids(image_set) -> list[str]:
    return [sample.id for sample in image_set.samples]


def test_nested_folders_are_walked_and_ids_are_relative_and_sorted(make_set):
    real = make_set("real", ["b.png", "a/z.PNG", "a/b/c.tif", "A.bmp"])
    inputs = load_inputs(real, make_set("synthetic", ["s.png"]), jobs=1)
    assert ids(inputs.real) == ["A.bmp", "a/b/c.tif", "a/z.PNG", "b.png"]
    assert inputs.real.paths["a/z.PNG"] == str(real.resolve() / "a/z.PNG")


def test_a_folder_may_be_given_as_text_with_a_home(make_set, monkeypatch, tmp_path):
    make_set("real", ["r.png"])
    monkeypatch.setenv("HOME", str(tmp_path))
    assert ids(load_inputs("~/real", make_set("synthetic", ["s.png"]), jobs=1).real) == ["r.png"]


def test_other_files_are_ignored_and_counted_hidden_ones_in_silence(two_sets):
    real, synthetic = two_sets
    for name in ("notes.txt", "labels.csv", "meta.json", "Thumbs.db"):
        (real / name).write_text("text")
    for name in (".DS_Store", "._r0.png", ".hidden/x.png", "__MACOSX/x.png"):
        (synthetic / name).parent.mkdir(exist_ok=True)
        (synthetic / name).write_text("text")
    inputs = load_inputs(real, synthetic, jobs=1)
    assert len(inputs.real.samples) == len(inputs.synthetic.samples) == 6
    assert inputs.real.notes == ("3 files of the real set are no images and were ignored.",)
    assert inputs.synthetic.notes == ()


@pytest.mark.parametrize("missing", ["real", "synthetic", "holdout"])
def test_a_missing_folder_is_named(two_sets, tmp_path, missing):
    given = dict(zip(("real", "synthetic"), two_sets, strict=True)) | {missing: tmp_path / "absent"}
    with pytest.raises(InputError, match=r"does not exist: .*absent"):
        load_inputs(**given, jobs=1)


def test_an_empty_folder_and_one_without_images_are_refused(two_sets, tmp_path):
    (tmp_path / "empty/sub").mkdir(parents=True)
    with pytest.raises(InputError, match=r"real set holds no images: .* has no files\. Expected PNG"):
        load_inputs(tmp_path / "empty", two_sets[1], jobs=1)
    (tmp_path / "empty/sub/labels.csv").write_text("filename,label")
    with pytest.raises(InputError, match="has 1 other file"):
        load_inputs(tmp_path / "empty", two_sets[1], jobs=1)


def test_a_file_is_no_folder(two_sets, tmp_path):
    with pytest.raises(InputError, match=r"is a file\. Give the folder"):
        load_inputs(two_sets[0] / "r0.png", two_sets[1], jobs=1)
    np.save(tmp_path / "all.npy", np.zeros((3, 8, 8)))
    with pytest.raises(InputError, match="use the Python API"):
        load_inputs(tmp_path / "all.npy", two_sets[1], jobs=1)


def test_sets_that_overlap_are_refused(make_set, two_sets, tmp_path):
    real, synthetic = two_sets
    inside = make_set("real/sub", ["x.png"])
    (tmp_path / "link").symlink_to(real)
    for other in (real, inside, tmp_path / "link", tmp_path / "real/../real"):
        with pytest.raises(InputError, match="real and the synthetic set overlap"):
            load_inputs(real, other, jobs=1)
    with pytest.raises(InputError, match="real and the hold-out set overlap"):
        load_inputs(real, synthetic, inside, jobs=1)
    with pytest.raises(InputError, match="synthetic and the hold-out set overlap"):
        load_inputs(real, synthetic, synthetic, jobs=1)
    with pytest.raises(InputError, match=r"1 file is in both, such as r0\.png"):
        load_inputs(real, [synthetic / "s0.png", real / "r0.png"], jobs=1)
    array = np.arange(32.0).reshape(2, 4, 4)
    with pytest.raises(InputError, match="the same object"):
        load_inputs(array, array, jobs=1)


def test_links_that_leave_the_folder_are_not_followed(two_sets, tmp_path, make_set):
    real, synthetic = two_sets
    outside = make_set("outside", ["o.png"])
    (real / "leaves.png").symlink_to(outside / "o.png")
    (real / "folder").symlink_to(outside)
    (real / "broken.png").symlink_to(tmp_path / "nowhere.png")
    (real / "stays.png").symlink_to(real / "r0.png")
    inputs = load_inputs(real, synthetic, jobs=1)
    assert ids(inputs.real) == [*(f"r{number}.png" for number in range(6)), "stays.png"]
    assert inputs.real.notes == ("3 files of the real set are links that were not followed.",)
    (tmp_path / "links").mkdir()
    (tmp_path / "links/a.png").symlink_to(outside / "o.png")
    with pytest.raises(InputError, match="no files and 1 link out of it"):
        load_inputs(tmp_path / "links", synthetic, jobs=1)


def test_a_list_of_paths_has_ids_below_its_common_folder(make_set, tmp_path):
    real = make_set("real", ["x/a.png", "y/a.png", "y/b.png"])
    listed = [real / "y/b.png", str(real / "x/a.png"), real / "y/../y/a.png"]
    inputs = load_inputs(listed, make_set("synthetic", ["s.png"]), jobs=1)
    assert ids(inputs.real) == ["x/a.png", "y/a.png", "y/b.png"]
    with pytest.raises(InputError, match=r"names b.png more than once"):
        load_inputs([*listed, real / "y/b.png"], make_set("synthetic", ["s.png"]), jobs=1)


def test_labels_may_name_the_end_of_a_listed_path(make_set, tmp_path):
    real, synthetic = make_set("d/real/x", ["a.png", "b.png"]), make_set("d/synthetic", ["s.png"])
    (tmp_path / "labels.csv").write_text("filename,label\nx/a.png,1\nreal/x/b.png,2\ns.png,1\n")
    inputs = load_inputs(sorted(real.iterdir()), synthetic, labels=tmp_path / "labels.csv", jobs=1)
    assert [sample.label for sample in inputs.real.samples] == ["1", "2"]


def test_labels_of_a_list_follow_its_order(make_set):
    real = make_set("real", ["a.png", "b.png", "c.png"])
    listed = [real / "c.png", real / "a.png", real / "b.png"]
    inputs = load_inputs(listed, make_set("synthetic", ["s.png"]), labels=(["C", "A", "B"], None), jobs=1)
    assert {sample.id: sample.label for sample in inputs.real.samples} == {"a.png": "A", "b.png": "B", "c.png": "C"}


def test_a_listed_file_that_is_absent_is_rejected_alone(make_set, two_sets):
    listed = [*sorted(two_sets[0].iterdir()), two_sets[0] / "absent.png"]
    inputs = load_inputs(listed, two_sets[1], max_rejected=0.2, jobs=1)
    assert [(one.id, one.reason) for one in inputs.real.rejected] == [("absent.png", "The file does not exist.")]


@pytest.mark.parametrize(
    ("shape", "sample_shape", "channels"),
    [
        ((3, 6, 7), (6, 7), 1),
        ((3, 6, 7, 1), (6, 7), 1),
        ((3, 6, 7, 3), (6, 7), 3),
        ((3, 6, 7, 4), (6, 7), 3),
        ((3, 5, 6, 7), (5, 6, 7), 1),
        ((3, 1, 6, 7), (6, 7), 1),
        ((3, 6, 3), (6, 3), 1),
    ],
)
def test_shapes_of_arrays(noise, shape, sample_shape, channels):
    inputs = load_inputs(noise(*shape), noise(*shape, seed=1))
    assert [(one.shape, one.channels) for one in inputs.real.samples] == [(sample_shape, channels)] * 3
    assert ids(inputs.real) == ["000000", "000001", "000002"]
    assert inputs.real.paths == {}


def test_values_of_arrays_are_kept_and_read_again(noise):
    real = noise(4, 6, 7, dtype=np.uint16)
    inputs = load_inputs(real, noise(4, 6, 7, dtype=np.float32, seed=1))
    read = pickle.loads(pickle.dumps(inputs.real.read))
    for sample, expected in zip(inputs.real.samples, real, strict=True):
        assert np.array_equal(read(sample).pixels, expected)
        assert (sample.low, sample.high, sample.bit_depth) == (expected.min(), expected.max(), 16)
    assert inputs.synthetic.samples[0].bit_depth == 32


def test_the_digest_of_an_array_depends_on_values_type_and_shape_not_on_layout(noise):
    real = noise(2, 6, 8)
    variants = [real, np.asfortranarray(real), real.astype(np.uint16), real.reshape(2, 8, 6), real.copy()]
    digests = [load_inputs(one, noise(2, 5, 5, seed=1)).real.sha256 for one in variants]
    assert digests[0] == digests[1] == digests[4]
    assert len(set(digests)) == 3


def test_channels_first_of_an_array_is_noted(noise):
    inputs = load_inputs(noise(3, 3, 6, 7), noise(3, 3, 6, 7, seed=1))
    assert "volumes of 3 slices" in inputs.real.notes[0]


@pytest.mark.parametrize("shape", [(6, 7), (0, 6, 7), (2, 2, 2, 2, 2)])
def test_other_arrays_are_refused(noise, shape):
    with pytest.raises(InputError, match=r"real array has the shape \("):
        load_inputs(noise(*shape), noise(3, 6, 7))


class Tensor:
    """What this package may assume of a tensor."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def detach(self):
        return self

    def cpu(self):
        return self

    def __array__(self, dtype=None, copy=None):
        return self.values


class Items:
    """A data set of given items; one that is an exception is raised."""

    def __init__(self, *items, classes=None):
        self.items = items
        if classes:
            self.classes = classes

    def __len__(self):
        return len(self.items)

    def __getitem__(self, number):
        if isinstance(self.items[number], Exception):
            raise self.items[number]
        return self.items[number]


@pytest.mark.parametrize(
    ("shape", "sample_shape", "channels"),
    [
        ((6, 7), (6, 7), 1),
        ((1, 6, 7), (6, 7), 1),
        ((3, 6, 7), (6, 7), 3),
        ((1, 5, 6, 7), (5, 6, 7), 1),
        ((3, 6, 3), (6, 3), 3),
    ],
)
def test_tensors_have_channels_first(noise, shape, sample_shape, channels):
    dataset = Items(*(Tensor(noise(*shape, seed=seed)) for seed in range(3)))
    inputs = load_inputs(dataset, noise(3, *sample_shape, seed=9))
    assert [(one.shape, one.channels) for one in inputs.real.samples] == [(sample_shape, channels)] * 3


def test_items_may_be_tuples_dictionaries_arrays_or_pillow_images(noise):
    grey, colours = noise(6, 7), noise(6, 7, 3)
    items = [
        (grey, 1),
        (Tensor(colours.transpose(2, 0, 1)), Tensor(2)),
        {"image": grey.T, "label": np.int64(1)},
        (Pillow.fromarray(colours), "name"),
        colours,
        [grey, None],
    ]
    inputs = load_inputs(Items(*items), noise(3, 6, 7, seed=1))
    assert [sample.label for sample in inputs.real.samples] == ["1", "2", "1", "name", None, None]
    assert [sample.channels for sample in inputs.real.samples] == [1, 3, 1, 3, 3, 1]
    assert np.array_equal(inputs.real.read(inputs.real.samples[1]).pixels, colours)


def test_numbers_are_looked_up_in_the_classes_of_the_data_set(noise):
    real = Items((noise(6, 7), 0), (noise(6, 7, seed=1), 1), classes=["normal", "pneumonia"])
    synthetic = Items((noise(6, 7, seed=2), 0), classes=["pneumonia"])
    inputs = load_inputs(real, synthetic)
    assert [sample.label for sample in inputs.real.samples] == ["normal", "pneumonia"]
    assert [sample.label for sample in inputs.synthetic.samples] == ["pneumonia"]


def test_labels_that_are_no_single_value_are_left_out_with_a_note(noise):
    inputs = load_inputs(Items((noise(6, 7), noise(6, 7))), noise(3, 6, 7, seed=1))
    assert inputs.real.samples[0].label is None
    assert inputs.real.notes == ("1 item has a label that is no single value; it was left out (real set).",)


def test_an_item_that_raises_is_rejected_alone(noise):
    items = [noise(6, 7, seed=seed) for seed in range(30)]
    inputs = load_inputs(
        Items(*items, ValueError("patient Jane"), "no image"), noise(3, 6, 7, seed=99), max_rejected=0.1
    )
    assert [one.id for one in inputs.real.rejected] == ["000030", "000031"]
    assert "Jane" not in inputs.real.rejected[0].reason


def test_each_item_is_taken_once_since_it_may_be_random(noise):
    taken = []

    class Random(Items):
        def __getitem__(self, number):
            taken.append(number)
            return super().__getitem__(number)

    inputs = load_inputs(Random(noise(6, 7), noise(6, 7, seed=1)), noise(2, 6, 7, seed=2))
    inputs.real.read(inputs.real.samples[0])
    assert taken == [0, 1]


def test_a_torch_data_set_works(noise):
    torch = pytest.importorskip("torch")
    images = torch.from_numpy(noise(3, 3, 6, 7)).float().requires_grad_()
    real = torch.utils.data.TensorDataset(images, torch.tensor([0, 1, 1]))
    inputs = load_inputs(real, images.detach() + 1)
    assert [(one.shape, one.channels, one.label) for one in inputs.real.samples] == [
        ((6, 7), 3, "0"),
        ((6, 7), 3, "1"),
        ((6, 7), 3, "1"),
    ]
    assert inputs.synthetic.samples[0].channels == 3


@pytest.mark.parametrize(
    "given", [None, 3, {"a": 1}, iter([1]), object(), [], (), Items()], ids=lambda given: type(given).__name__
)
def test_anything_else_is_an_input_error(two_sets, given):
    with pytest.raises(InputError, match="real set is"):
        load_inputs(given, two_sets[1])
