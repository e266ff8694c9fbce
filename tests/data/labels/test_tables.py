"""labels.csv as people write it, and every way in which it can be wrong."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from gan_audit.data.labels.tables import clean_name, read_csv, read_frame
from gan_audit.data.wording import some, text_of
from gan_audit.errors import InputError
from gan_audit.runtime.suggestions import nearest

PLAIN = "filename,label\na.png,normal\nb.png,pneumonia\n"


@pytest.fixture
def table(tmp_path):
    def read(content: str | bytes):
        path = tmp_path / "labels.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_csv(path)

    return read


def pairs(table) -> list[tuple[str, str | None]]:
    return [(row.filename, row.label) for row in table.rows]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", " | "),
        "sep=;\n" + PLAIN.replace(",", ";"),
        PLAIN.replace("filename,label", " Filename , LABEL "),
        PLAIN.replace("a.png", '"a.png"'),
        PLAIN.replace("a.png,normal", " a.png ,  normal "),
        PLAIN.replace("a.png", "./a.png").replace("b.png", ".\\b.png"),
        "\n\n" + PLAIN.replace("\n", "\n\n") + ",\n ,\n",
        PLAIN.rstrip("\n"),
        PLAIN.replace("normal", "normal,,"),
        "label,age,filename\nnormal,3,a.png\npneumonia,,b.png\n",
    ],
)
def test_the_same_table_in_any_dialect(table, content):
    assert pairs(table(content)) == [("a.png", "normal"), ("b.png", "pneumonia")]


def test_delimiters_inside_cells_and_file_names(table):
    read = table('filename;label\n"x;y.png";a, b\nsub\\z.png;c\n')
    assert pairs(read) == [("x;y.png", "a, b"), ("sub/z.png", "c")]


def test_rows_are_numbered_as_in_an_editor(table):
    read = table("\nfilename,label\n\na.png,x\nb.png,y\n")
    assert [row.number for row in read.rows] == [4, 5]


def test_blank_cells_are_nothing(table):
    row = table("filename,label,group,mask,set\na.png, ,,,\n").rows[0]
    assert (row.label, row.group, row.mask, row.set) == (None, None, None, None)


def test_a_row_may_be_short(table):
    assert pairs(table("filename,label\na.png\n")) == [("a.png", None)]


@pytest.mark.parametrize("column", ["group", "patient_id", "subject_id", "Patient_ID"])
def test_the_patient_column_has_three_names(table, column):
    assert table(f"filename,label,{column}\na.png,x,p7\n").rows[0].group == "p7"


def test_two_patient_columns_take_the_first_by_rank_and_say_so(table):
    read = table("filename,label,subject_id,patient_id\na.png,x,s,p\n")
    assert read.rows[0].group == "p"
    assert read.notes == ("The labels have 2 columns that name the patient; 'patient_id' was used.",)


def test_set_and_mask_are_read(table):
    row = table("filename,label,set,mask\na.png,x,Synthetic,m/a.png\n").rows[0]
    assert (row.set, row.mask) == ("synthetic", "m/a.png")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("filename,lable", ["no column 'label'", "found 'filename', 'lable'", "rename 'lable' to 'label'"]),
        ("file_name,label", ["no column 'filename'", "rename 'file_name' to 'filename'"]),
        ("Image;Class", ["'filename' and 'label'", "rename 'Image' to 'filename' and rename 'Class' to 'label'"]),
        ("filename,diagnosis", ["rename 'diagnosis' to 'label'"]),
        ("a.png,normal", ["no column 'filename' and 'label'", "first row must be a header"]),
        ("filename", ["no column 'label'"]),
    ],
)
def test_a_missing_column_is_named_with_what_was_found(table, header, said):
    with pytest.raises(InputError) as caught:
        table(f"{header}\n1.png,normal\n")
    for words in said:
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("filename,label,label\na.png,x,y\n", "two columns named 'label'"),
        ("filename,label\na,b.png,normal\n", "Row 2"),
        ("filename,label\n,normal\n", "row 2 of labels.csv, found none"),
        ("filename,label,set\na.png,x,synthetik\n", "Perhaps 'synthetic' is meant"),
        ("filename,label,set\na.png,x,train\n", "row 2 of labels.csv, found 'train'"),
        ('filename,label\n"' + "x" * 200000, "quotation marks"),
        (b"\x89PNG\r\n\x00\x00\x00", "not text"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_row(table, content, said):
    with pytest.raises(InputError, match=said):
        table(content)


def test_windows_encoding_is_read_and_noted(table):
    read = table("filename,label\na.png,Entzündung\n".encode("cp1252"))
    assert pairs(read) == [("a.png", "Entzündung")]
    assert "Windows-1252" in read.notes[0]


def test_an_absent_file_and_a_folder_are_input_errors(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_csv(path)


def test_a_data_frame_is_a_table():
    frame = pandas.DataFrame(
        {
            "filename": ["a.png", "b.png", "c.png"],
            "label": [1.0, np.nan, 3.0],
            "patient_id": [7, 8, 9],
            "age": [1, 2, 3],
        }
    )
    read = read_frame(frame)
    assert pairs(read) == [("a.png", "1"), ("b.png", None), ("c.png", "3")]
    assert [row.group for row in read.rows] == ["7", "8", "9"]
    with pytest.raises(InputError, match="no column 'label'"):
        read_frame(frame[["filename", "age"]])


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" a ", "a"),
        ("", None),
        (None, None),
        (float("nan"), None),
        (pandas.NA, None),
        (pandas.NaT, None),
        (2.0, "2"),
        (2.5, "2.5"),
        (np.int64(3), "3"),
        (np.float32(4), "4"),
        (np.array(5), "5"),
        (True, "True"),
        ("nan", "nan"),
        ("NA", "NA"),
    ],
)
def test_cells_become_text(cell, text):
    assert text_of(cell) == text


def test_names_are_compared_in_one_form():
    composed, decomposed = "M\u00fcller.png", "Mu\u0308ller.png"
    assert clean_name(composed) == clean_name(decomposed)
    assert clean_name(" .\\a\\b.png ") == "a/b.png"


def test_misspellings_find_their_word():
    assert nearest("pneumona", ["normal", "pneumonia"]) == "pneumonia"
    assert nearest("Normal", ["normal", "pneumonia"]) == "normal"
    assert nearest("virus", ["normal", "pneumonia"]) is None
    assert some(["a", "b", "c", "d"], most=2) == "'a', 'b' and 2 more"
