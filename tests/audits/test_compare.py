"""Two audits side by side: what counts as worse, what is said with care, what leaves the process."""

from __future__ import annotations

import copy
import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audit.__main__ import main
from gan_audit.audits.compare import Change, compare
from gan_audit.audits.comparison_report import MOVEMENTS, markdown
from gan_audit.report.document.canonical import dumps

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))

from report_documents import document


def written(folder, name, made):
    path = folder / f"{name}.json"
    path.write_text(dumps(made), encoding="utf-8")
    return path


@pytest.fixture
def pair(tmp_path):
    """compare(A, B) for two documents."""

    def run(a, b):
        return compare(written(tmp_path, "a", a), written(tmp_path, "b", b))

    return run


def shifted(made, key, estimate, ci, **more):
    made = copy.deepcopy(made)
    check = next(x for x in made["checks"] if x["key"] == key)
    check |= {"estimate": estimate, "ci": ci, **more}
    return made


def side(low, high, op="<=", level="error"):
    threshold = {"op": op, "value": 1.0} if op else None
    return {"estimate": (low + high) / 2, "ci": [low, high], "threshold": threshold, "level": level, "status": "pass"}


@pytest.mark.parametrize(
    ("after", "op", "movement"),
    [
        ((0.3, 0.4), "<=", "worse"),
        ((0.3, 0.4), ">=", "better"),
        ((0.3, 0.4), None, "moved"),
        ((0.2, 0.4), "<=", "within"),
        ((0.0, 0.05), "<=", "better"),
        ((0.0, 0.05), ">=", "worse"),
    ],
)
def test_worse_is_an_interval_wholly_on_the_bad_side(after, op, movement):
    assert Change("x", side(0.1, 0.2, op), side(*after, op)).movement == movement


def test_the_limit_of_b_decides_the_direction_and_that_of_a_where_b_has_none():
    assert Change("x", side(0.1, 0.2, ">="), side(0.3, 0.4, "<=")).movement == "worse"
    assert Change("x", side(0.1, 0.2, "<="), side(0.3, 0.4, None)).movement == "worse"


def test_without_an_interval_nothing_is_claimed():
    assert Change("x", side(0.1, 0.2), {**side(0.3, 0.4), "ci": None}).movement == "unknown"
    assert Change("x", None, side(0.3, 0.4)).movement == "only_b"
    assert Change("x", side(0.3, 0.4), None).movement == "only_a"


NUMBERS = st.floats(-100, 100)


@given(st.tuples(NUMBERS, NUMBERS).map(sorted), st.tuples(NUMBERS, NUMBERS).map(sorted), st.sampled_from(["<=", ">="]))
def test_what_got_worse_one_way_got_better_the_other(a, b, op):
    one, other = Change("x", side(*a, op), side(*b, op)), Change("x", side(*b, op), side(*a, op))
    opposite = {"worse": "better", "better": "worse", "within": "within"}
    assert other.movement == opposite[one.movement]


def test_an_audit_is_not_worse_than_itself(pair):
    made = document()
    found = pair(made, made)
    assert not found.worse
    assert not found.notes
    assert not found.gone
    assert not found.new
    assert {x.movement for x in found.changes} <= {"within", "unknown"}


def test_a_check_that_is_only_shown_never_makes_an_audit_worse(pair):
    made = document()
    key = next(x["key"] for x in made["checks"] if x["ci"] and x["threshold"] and x["level"] == "error")
    before = shifted(made, key, 0.2, [0.1, 0.3], threshold={"op": "<=", "value": 1.0})
    after = shifted(before, key, 0.6, [0.5, 0.7])
    assert pair(before, after).worse
    assert not pair(after, before).worse
    quiet = [shifted(x, key, e, ci, level="info") for x, e, ci in ((before, 0.2, [0.1, 0.3]), (after, 0.6, [0.5, 0.7]))]
    assert not pair(*quiet).worse


def test_a_worse_verdict_is_worse_and_a_better_one_is_not(pair):
    failing, clean = document(), document(clean=True)
    for x in (failing, clean):
        x["checks"] = []
    assert pair(clean, failing).verdict_worse
    assert pair(clean, failing).worse
    assert not pair(failing, clean).worse


def test_findings_come_and_go(pair):
    failing, clean = document(), document(clean=True)
    assert {x["id"] for x in pair(clean, failing).new} == {"memorization", "mode_collapse"}
    assert {x["id"] for x in pair(failing, clean).gone} == {"memorization", "mode_collapse"}


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (("inputs", "real", "sha256"), "cd" * 32, "real images are not the same"),
        (("policy_sha256",), "cd" * 32, "policies differ"),
        (("spaces", 0, "revision"), 7, "not computed alike in radiomics"),
        (("methods", "coverage", "revision"), 7, "another revision of the method: coverage"),
        (("schema_version",), "2.0", "schema versions differ"),
    ],
)
def test_what_makes_two_audits_hard_to_compare_is_said(pair, place, value, words):
    made = document()
    other = copy.deepcopy(made)
    *path, last = place
    inner = other
    for step in path:
        inner = inner[step]
    inner[last] = value
    (note,) = pair(made, other).notes
    assert words in note


def test_the_command_says_writes_and_answers(tmp_path, capsys):
    a, b = written(tmp_path, "a", document(clean=True)), written(tmp_path, "b", document())
    arguments = ["compare", str(a), str(b), "--json", str(tmp_path / "c.json"), "--markdown", str(tmp_path / "c.md")]
    assert main(arguments) == 1
    said = capsys.readouterr().out
    assert "the gate's verdict got worse" in said
    assert "New finding: Memorization" in said
    assert "\x1b" not in said
    made = json.loads((tmp_path / "c.json").read_text())
    assert made["worse"] is True
    assert {x["key"] for x in made["checks"]} == {x["key"] for x in document()["checks"]}
    assert (tmp_path / "c.md").read_text().startswith("<!-- gan-audit compare -->\n## ❌ WORSE")
    assert main(["compare", str(b), str(a), "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_folders_are_taken_and_bad_ones_refused(tmp_path, capsys):
    folder = tmp_path / "out"
    folder.mkdir()
    made = document()
    (folder / "audit.json").write_text(dumps(made))
    assert main(["compare", str(folder), str(folder / "audit.json"), "--quiet"]) == 0
    assert main(["compare", str(folder), str(tmp_path)]) == 2
    (tmp_path / "bad.json").write_text('{"schema_version": "2.0", "checks": 1}')
    assert main(["compare", str(folder), str(tmp_path / "bad.json")]) == 4
    assert "cannot be compared" in capsys.readouterr().err
    assert main(["compare", str(folder), str(folder), "--json", str(tmp_path / "no" / "c.json"), "--quiet"]) == 2


def test_markdown_holds_no_foreign_markup_and_stays_small(pair):
    made = document()
    payload = "<script>alert(1)</script> | @someone [x](http://evil) `"
    other = copy.deepcopy(made)
    for check in other["checks"]:
        check["key"] += f"/class:{payload}"
    other["checks"] = [{**x, "key": f"{x['key']}{i}"} for i in range(20) for x in other["checks"]]
    other["findings"][0]["scope"] = f"class:{payload}"
    text = markdown(pair(made, other))
    assert len(text.encode()) < 60_000
    assert "<script" not in text
    assert "@someone" not in text
    assert "[x](" not in re.sub(r"\\.", "", text)
    assert " more; the audits hold all." in text


def test_every_movement_has_a_word():
    assert len(set(MOVEMENTS.values())) == len(MOVEMENTS)
