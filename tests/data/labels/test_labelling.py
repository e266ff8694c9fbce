"""Which label an image gets, from rows, sequences, items or sub-folders."""

from __future__ import annotations

import itertools

import numpy as np
import pandas
import pytest

from gan_audit.data import load_inputs
from gan_audit.errors import InputError


def labels_of(image_set) -> dict[str, str | None]:
    return {sample.id: sample.label for sample in image_set.samples}


@pytest.fixture
def csv(tmp_path):
    def write(*rows: str, header: str = "filename,label"):
        path = tmp_path / "labels.csv"
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    return write


ROWS = [f"{letter}{number}.png,{'x' if number < 3 else 'y'}" for letter in "rs" for number in range(6)]


def test_rows_give_labels_to_every_set(two_sets, csv):
    inputs = load_inputs(*two_sets, labels=csv(*ROWS), jobs=1)
    assert labels_of(inputs.real) == {f"r{n}.png": "x" if n < 3 else "y" for n in range(6)}
    assert labels_of(inputs.synthetic) == {f"s{n}.png": "x" if n < 3 else "y" for n in range(6)}
    assert inputs.real.notes == inputs.synthetic.notes == ()


def test_the_order_of_rows_does_not_matter(two_sets, csv):
    expected = labels_of(load_inputs(*two_sets, labels=csv(*ROWS), jobs=1).real)
    for rows in itertools.islice(itertools.permutations(ROWS), 0, 100, 33):
        assert labels_of(load_inputs(*two_sets, labels=csv(*rows), jobs=1).real) == expected


def test_one_row_serves_the_same_name_in_both_sets(make_set, csv):
    real, synthetic = make_set("real", ["a.png", "b.png"]), make_set("synthetic", ["a.png", "b.png"])
    inputs = load_inputs(real, synthetic, labels=csv("a.png,x", "b.png,y"), jobs=1)
    assert labels_of(inputs.real) == labels_of(inputs.synthetic) == {"a.png": "x", "b.png": "y"}


def test_set_tells_apart_rows_of_the_same_name(make_set, csv):
    real, synthetic = make_set("real", ["a.png", "b.png"]), make_set("synthetic", ["a.png", "b.png"])
    rows = ["a.png,x,real", "a.png,y,synthetic", "b.png,z,", "b.png,w,synthetic"]
    inputs = load_inputs(real, synthetic, labels=csv(*rows, header="filename,label,set"), jobs=1)
    assert labels_of(inputs.real) == {"a.png": "x", "b.png": "z"}
    assert labels_of(inputs.synthetic) == {"a.png": "y", "b.png": "w"}


@pytest.mark.parametrize("rows", [["r0.png,x,p", "r0.png,y,p"], ["r0.png,x,p", "r0.png,x,q"], ["r0,x,p", "r0.png,y,p"]])
def test_contradicting_rows_stop_the_audit_by_number(two_sets, csv, rows):
    with pytest.raises(InputError, match=r"Rows 2, 3 of labels.csv contradict each other about 'r0.png'"):
        load_inputs(*two_sets, labels=csv(*rows, *ROWS[1:], header="filename,label,group"), jobs=1)


def test_agreeing_rows_are_noted(two_sets, csv):
    inputs = load_inputs(*two_sets, labels=csv(*ROWS, ROWS[0], ROWS[0]), jobs=1)
    assert inputs.real.notes == ("1 image has several rows of labels, which agree.",)


def test_a_row_without_a_file_is_counted(two_sets, csv):
    inputs = load_inputs(*two_sets, labels=csv(*ROWS, "gone.png,x", "lost.png,y"), jobs=1)
    assert inputs.real.notes == ("2 rows of the labels name files that are in no set.",)


def test_when_no_row_names_a_file_both_sides_are_shown(two_sets, csv):
    with pytest.raises(InputError) as caught:
        load_inputs(*two_sets, labels=csv("images/r0.jpg,x", "images/r1.jpg,y"), jobs=1)
    assert "'images/r0.jpg'" in str(caught.value)
    assert "real set holds 'r0.png', 'r1.png', 'r2.png' and 3 more" in str(caught.value)


def test_a_name_without_extension_matches_where_it_is_unambiguous(make_set, csv):
    real = make_set("real", ["a.png", "b.png", "c.png", "d.png", "d.bmp"])
    synthetic = make_set("synthetic", ["e.png"])
    inputs = load_inputs(real, synthetic, labels=csv("a,x", "b,x", "c.png,y", "d,y", "e,x"), jobs=1)
    assert labels_of(inputs.real) == {"a.png": "x", "b.png": "x", "c.png": "y", "d.png": None, "d.bmp": None}
    assert "1 row of the labels names a file that is in no set." in inputs.real.notes


def test_backslashes_and_nested_folders(make_set, csv):
    real, synthetic = make_set("real", ["u/a.png", "v/a.png"]), make_set("synthetic", ["u/b.png", "w.png"])
    inputs = load_inputs(real, synthetic, labels=csv("u\\a.png,x", "./v/a.png,y", "u/b,x", "w.png,y"), jobs=1)
    assert labels_of(inputs.real) == {"u/a.png": "x", "v/a.png": "y"}
    assert labels_of(inputs.synthetic) == {"u/b.png": "x", "w.png": "y"}


def test_few_images_without_label_are_kept_and_counted(two_sets, csv):
    rows = [row for row in ROWS if not row.startswith(("r0", "s1"))]
    rows.append("s1.png,")
    inputs = load_inputs(*two_sets, labels=csv(*rows), jobs=1)
    assert labels_of(inputs.real)["r0.png"] is None
    assert labels_of(inputs.synthetic)["s1.png"] is None
    assert inputs.real.notes == ("1 image of the real set has no label and is left out of the checks by class.",)
    assert inputs.synthetic.notes == (
        "1 image of the synthetic set has no label and is left out of the checks by class.",
    )


def test_more_than_half_without_label_stops_the_audit(two_sets, csv):
    half = [row for row in ROWS if not row.startswith(("s0", "s1", "s2"))]
    assert load_inputs(*two_sets, labels=csv(*half), jobs=1)
    with pytest.raises(InputError, match=r"4 of 6 synthetic images have no label in labels.csv, such as 's0.png'"):
        load_inputs(*two_sets, labels=csv(*[row for row in half if not row.startswith("s3")]), jobs=1)


def test_a_set_may_have_rows_without_any_label_on_purpose(two_sets, csv):
    rows = [row.split(",")[0] + ",,p" if row.startswith("s") else row + ",p" for row in ROWS]
    inputs = load_inputs(*two_sets, labels=csv(*rows, header="filename,label,group"), jobs=1)
    assert set(labels_of(inputs.synthetic).values()) == {None}
    assert "No synthetic image has a label: every row about them leaves it blank." in inputs.synthetic.notes


def test_groups_may_straddle_classes(two_sets, csv):
    rows = [f"{row},p{number % 2}" for number, row in enumerate(ROWS)]
    inputs = load_inputs(*two_sets, labels=csv(*rows, header="filename,label,patient_id"), jobs=1)
    assert {sample.group for sample in inputs.real.samples} == {"p0", "p1"}
    assert inputs.real.notes == ()


def test_images_without_patient_are_noted_without_naming_any(two_sets, csv):
    rows = [f"{row},{'Jane' if number % 2 else ''}" for number, row in enumerate(ROWS)]
    inputs = load_inputs(*two_sets, labels=csv(*rows, header="filename,label,patient_id"), jobs=1)
    assert inputs.real.notes == ("3 images of the real set name no patient; each counts as one of its own.",)
    assert "Jane" not in " ".join(inputs.real.notes + inputs.synthetic.notes)


def test_one_patient_for_all_is_noted(two_sets, csv):
    rows = [f"{row},p" for row in ROWS]
    inputs = load_inputs(*two_sets, labels=csv(*rows, header="filename,label,group"), jobs=1)
    assert inputs.real.notes == ("All images of the real set are of one patient, by their group.",)


def test_a_label_typo_is_noted_with_the_class_probably_meant(two_sets, csv):
    rows = [row.replace(",x", ",pneumonia" if row.startswith("r") else ",pneumona") for row in ROWS]
    inputs = load_inputs(*two_sets, labels=csv(*rows), jobs=1)
    assert "The class 'pneumonia' of the real set has no synthetic image." in inputs.synthetic.notes
    assert "The class 'pneumona' of the synthetic set has no real image." in inputs.synthetic.notes
    assert "Perhaps the class 'pneumona' is meant to be 'pneumonia'; correct the labels." in inputs.synthetic.notes


def test_a_data_frame_serves_as_labels(two_sets):
    frame = pandas.DataFrame([row.split(",") for row in ROWS], columns=["filename", "label"])
    inputs = load_inputs(*two_sets, labels=frame, jobs=1)
    assert labels_of(inputs.real)["r5.png"] == "y"


@pytest.mark.parametrize("kind", [list, np.array, pandas.Series, tuple])
def test_sequences_of_labels_follow_the_order_of_the_images(two_sets, kind):
    inputs = load_inputs(*two_sets, labels=(kind(list("abcdef")), kind([0, 1, 2, 3, 4, 5])), jobs=1)
    assert list(labels_of(inputs.real).values()) == list("abcdef")
    assert list(labels_of(inputs.synthetic).values()) == list("012345")


def test_a_sequence_may_be_left_out(two_sets):
    inputs = load_inputs(*two_sets, labels=(list("abcdef"), None), jobs=1)
    assert set(labels_of(inputs.synthetic).values()) == {None}


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ((list("abcde"), list("abcdef")), "Expected 6 real labels, one an image, got 5"),
        ((list("abcdef"),), r"as a tuple \(real, synthetic\), got one of 1"),
        ((list("abcdef"), list("abcdef"), list("abcdef")), "got one of 3"),
        (("a.csv", "b.csv"), "Expected a sequence of real labels, got str"),
        (3, "type int"),
    ],
)
def test_labels_that_do_not_fit_are_input_errors(two_sets, labels, said):
    with pytest.raises(InputError, match=said):
        load_inputs(*two_sets, labels=labels, jobs=1)


def test_sub_folders_are_classes(make_set):
    real = make_set("real", ["x/a.png", "x/deep/b.png", "y/c.png", "y/d.png"])
    synthetic = make_set("synthetic", ["x/e.png", "y/f.png"])
    inputs = load_inputs(real, synthetic, jobs=1)
    assert labels_of(inputs.real) == {"x/a.png": "x", "x/deep/b.png": "x", "y/c.png": "y", "y/d.png": "y"}
    assert labels_of(inputs.synthetic) == {"x/e.png": "x", "y/f.png": "y"}
    assert inputs.real.notes == ()


def test_rows_win_over_sub_folders(make_set, csv):
    real, synthetic = make_set("real", ["x/a.png", "y/b.png"]), make_set("synthetic", ["x/c.png"])
    inputs = load_inputs(real, synthetic, labels=csv("x/a.png,1", "y/b.png,2", "x/c.png,1"), jobs=1)
    assert labels_of(inputs.real) == {"x/a.png": "1", "y/b.png": "2"}


NESTED = ["x/a.png", "x/b.png", "y/c.png", "y/d.png"]


@pytest.mark.parametrize(
    ("real_names", "synthetic_names", "said"),
    [
        (NESTED, ["e.png", "f.png"], "Only the real set has all its images in sub-folders"),
        (["a.png", "b.png"], NESTED, "Only the synthetic set has"),
        (NESTED, ["x/e.png", "stray.png"], "Only the real set has"),
        (NESTED, ["Z/e.png"], "no class name in common"),
        (["images/a.png", "images/b.png"], ["images/c.png"], "one and the same name"),
        ([f"patient{n}/a.png" for n in range(4)], ["patient1/b.png"], "fewer than 2 images on average"),
    ],
)
def test_sub_folders_that_may_be_no_classes_are_not_read_and_a_note_says_so(
    make_set, real_names, synthetic_names, said
):
    inputs = load_inputs(make_set("real", real_names), make_set("synthetic", synthetic_names), jobs=1)
    assert set(labels_of(inputs.real).values()) | set(labels_of(inputs.synthetic).values()) == {None}
    assert said in inputs.real.notes[0]
    assert "patient1" not in " ".join(inputs.real.notes)


def test_a_flat_hold_out_beside_class_folders_has_no_labels(make_set):
    inputs = load_inputs(
        make_set("real", NESTED), make_set("synthetic", ["x/e.png", "y/f.png"]), make_set("holdout", ["h.png"]), jobs=1
    )
    assert labels_of(inputs.real)["x/a.png"] == "x"
    assert labels_of(inputs.holdout) == {"h.png": None}
    assert "hold-out set does not have all its images in sub-folders" in inputs.holdout.notes[0]


def test_flat_folders_have_no_labels_and_no_note(two_sets):
    inputs = load_inputs(*two_sets, jobs=1)
    assert set(labels_of(inputs.real).values()) == {None}
    assert inputs.real.notes == inputs.synthetic.notes == ()
