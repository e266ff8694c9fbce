"""A file is held against the schema as the reference implementation would, and what fits it can be rendered."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator

import pytest
import report_documents
from jsonschema import Draft202012Validator

from gan_audit.errors import InputError
from gan_audit.report.document.canonical import dumps, load, schema
from gan_audit.report.document.schema import KNOWN, problem
from gan_audit.report.junit import render_junit
from gan_audit.report.markdown import render_markdown
from gan_audit.report.view import build_view

SCHEMA = schema()
REFERENCE = Draft202012Validator(SCHEMA)
DOCUMENT = report_documents.document(features=3)
JUNK = [None, True, 0, -1, 1.5, 1.0, "", "x", [], [1], ["a"], {}, {"a": 1}, [[1, 2], [3]], 1e308, -1e308]


def places(value, steps=()) -> Iterator[tuple]:
    """Every place in a document, of each list the first three."""
    yield steps
    inner = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*steps, key))


def damaged(seed: int) -> dict:
    """The document with something else in one place, or without it."""
    rng = random.Random(seed)
    made = copy.deepcopy(DOCUMENT)
    *path, last = rng.choice([steps for steps in PLACES if steps])
    parent = made
    for step in path:
        parent = parent[step]
    if isinstance(parent, dict) and rng.random() < 0.2:
        del parent[last]
    else:
        parent[last] = copy.deepcopy(rng.choice(JUNK))
    return made


PLACES = list(places(DOCUMENT))


def test_the_schema_uses_known_keywords_alone():
    def keywords(value, inside_names=False) -> Iterator[str]:
        for key, item in value.items() if isinstance(value, dict) else ():
            if not inside_names:
                yield key
            yield from keywords(item, key in ("properties", "$defs") and not inside_names)
            for each in item if isinstance(item, list) else ():
                yield from keywords(each)

    assert set(keywords(SCHEMA)) <= KNOWN


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_damage_is_seen_as_the_reference_sees_it(start):
    for seed in range(start, start + 100):
        made = damaged(seed)
        assert (problem(made, SCHEMA) is None) == REFERENCE.is_valid(made), seed


@pytest.mark.parametrize("start", range(0, 100, 50))
def test_what_fits_the_schema_can_be_rendered(start):
    for seed in range(start, start + 50):
        made = damaged(seed)
        if problem(made, SCHEMA) is None:
            build_view(made)
            render_junit(made)
            render_markdown(made)


def test_a_problem_is_told_with_its_place():
    made = copy.deepcopy(DOCUMENT)
    made["checks"][2]["ci"] = [0.1]
    assert problem(made, SCHEMA) == "expected minItems 2 at /checks/2/ci, got [0.1]"
    made = copy.deepcopy(DOCUMENT)
    made["inputs"]["test"] = {}
    assert problem(made, SCHEMA) == "the key test at /inputs is not known"


def test_a_file_that_departs_from_the_schema_is_refused(tmp_path):
    made = copy.deepcopy(DOCUMENT)
    made["findings"][0]["severity"] = "dire"
    path = tmp_path / "audit.json"
    path.write_text(dumps(made))
    with pytest.raises(InputError, match="/findings/0/severity, got dire"):
        load(path)
