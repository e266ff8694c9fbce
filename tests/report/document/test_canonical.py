"""audit.json: canonical, refused where it is none, and true to its schema."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gan_audit.errors import GanAuditError, InputError, UsageError
from gan_audit.report.document.canonical import digest, dumps, load, require, schema

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    LEAVES, lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(), x, max_size=4), max_leaves=20
)
VALIDATOR = Draft202012Validator(schema())


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_text_and_value_are_the_same_thing(value):
    text = dumps(value)
    assert json.loads(text) == value
    assert dumps(json.loads(text)) == text
    assert text.endswith("\n")
    assert text.isascii()


def test_the_order_of_keys_does_not_matter():
    assert dumps({"b": 1, "a": {"d": 0.1, "c": 2}}) == dumps({"a": {"c": 2, "d": 0.1}, "b": 1})


def test_a_list_of_numbers_is_one_line_and_an_object_one_line_a_key():
    assert (
        dumps({"x": [1, 2.5, None], "y": [{"z": 1}]})
        == '{\n "x": [1, 2.5, null],\n "y": [\n  {\n   "z": 1\n  }\n ]\n}\n'
    )


def test_what_is_not_a_number_is_refused_with_its_place():
    with pytest.raises(GanAuditError, match="/checks/0/a~1b"):
        dumps({"checks": [{"a/b": float("nan")}]})


def test_the_digest_is_that_of_the_file(tmp_path):
    path = tmp_path / "audit.json"
    path.write_text("{}\n")
    assert digest("{}\n") == "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"


def test_a_written_document_is_read_back(document, tmp_path):
    path = tmp_path / "audit.json"
    path.write_text(dumps(document))
    assert load(path) == document


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "nonsense", '{"schema_version": "1.0"}', '{"schema_version": NaN}', "[" * 100_000]
)
def test_what_is_no_audit_is_refused_in_one_sentence(tmp_path, text):
    path = tmp_path / "audit.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"no (valid )?audit\.json"):
        load(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "audit.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"no audit\.json"):
        load(path)


def test_a_missing_file_is_a_wrong_argument(tmp_path):
    with pytest.raises(UsageError, match="Cannot read"):
        load(tmp_path / "audit.json")


def test_another_major_version_is_refused_and_a_later_minor_one_read(document):
    assert require({**document, "schema_version": "1.7"})
    with pytest.raises(UsageError, match=r"schema version 2\.0"):
        require({**document, "schema_version": "2.0"})


@pytest.mark.parametrize(
    ("place", "value"),
    [("status", "perfect"), ("estimate", "0.5"), ("message", None), ("details", []), ("n_real", True)],
)
def test_a_check_of_the_wrong_shape_is_named(document, place, value):
    document["checks"][3][place] = value
    with pytest.raises(InputError, match=f"/checks/3/{place}"):
        require(document)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(schema())


def test_fixtures_follow_the_schema(document, clean_document):
    assert [error.json_path for made in (document, clean_document) for error in VALIDATOR.iter_errors(made)] == []


@pytest.mark.parametrize("key", schema()["required"])
def test_every_promised_key_is_required(document, key):
    del document[key]
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("key", schema()["$defs"]["check"]["required"])
def test_every_promised_key_of_a_check_is_required(document, key):
    del document["checks"][0][key]
    assert not VALIDATOR.is_valid(document)


def test_the_schema_refuses_contradictions(document):
    for place, change in {
        "a skipped check with a number": lambda d: d["checks"][0].update(status="skipped"),
        "a pass without a limit": lambda d: d["checks"][0].update(status="pass", threshold=None),
        "a verdict with another exit code": lambda d: d["verdict"].update(status="pass", exit_code=1),
        "an unknown finding": lambda d: d["findings"][0].update(id="bad_luck"),
        "an unknown set": lambda d: d["inputs"].update(test=d["inputs"]["real"]),
    }.items():
        changed = copy.deepcopy(document)
        change(changed)
        assert not VALIDATOR.is_valid(changed), place


def test_a_later_minor_version_may_add_keys(document):
    document["schema_version"] = "1.3"
    document["new"] = 1
    document["checks"][0]["new"] = 2
    assert VALIDATOR.is_valid(document)
