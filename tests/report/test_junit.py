"""junit.xml: what stops the gate fails, what leaves it undecided is an error, and nothing unmet looks green."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from gan_audit.errors import InputError
from gan_audit.report.document.canonical import digest, dumps
from gan_audit.report.junit import render_junit


def cases(document):
    suite = ElementTree.fromstring(render_junit(document)).find("testsuite")
    return {case.get("name"): case for case in suite.findall("testcase")}


def kind(case):
    return next((child.tag for child in case if child.tag != "properties"), "passed")


def test_one_case_for_each_criterion(document):
    judged = {item["key"] for item in document["checks"] if item["level"] in ("error", "warn")}
    assert set(cases(document)) == judged


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": "pass"}, "passed"),
        ({"status": "fail"}, "failure"),
        ({"status": "fail", "level": "warn"}, "skipped"),
        ({"status": "inconclusive", "required": True}, "error"),
        ({"status": "inconclusive", "required": False}, "skipped"),
        ({"status": "skipped", "required": True}, "error"),
        ({"status": "skipped", "required": False}, "skipped"),
    ],
)
def test_a_state_has_one_outcome(document, change, expected):
    item = document["checks"][0]
    item.update(change)
    assert kind(cases(document)[item["key"]]) == expected


def test_a_waived_criterion_is_skipped_with_its_reason(document):
    case = cases(document)["coverage@radiomics/class:homogeneous"]
    assert kind(case) == "skipped"
    assert "Waived by J. Doe until 2027-01-31" in case.find("skipped").get("message")


def test_what_is_only_informative_is_no_case(document):
    document["checks"][0].update(status="info", level="info")
    assert document["checks"][0]["key"] not in cases(document)


def test_counts_agree_with_the_cases(document):
    suite = ElementTree.fromstring(render_junit(document)).find("testsuite")
    kinds = [kind(case) for case in suite.findall("testcase")]
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(name)) == kinds.count(tag)
    assert int(suite.get("tests")) == len(kinds)


def test_a_gate_that_is_met_has_no_failure_and_no_error(clean_document):
    suite = ElementTree.fromstring(render_junit(clean_document)).find("testsuite")
    assert (suite.get("failures"), suite.get("errors")) == ("0", "0")


def test_properties_hold_value_limit_interval_and_digest(document):
    suite = ElementTree.fromstring(render_junit(document)).find("testsuite")
    run = {item.get("name"): item.get("value") for item in suite.find("properties")}
    assert run["digest"] == digest(dumps(document))
    case = cases(document)["memorization.close_fraction@radiomics"]
    held = {item.get("name"): item.get("value").replace("\N{NO-BREAK SPACE}", " ") for item in case.find("properties")}
    assert held == {"value": "21.0 %", "ci": "17.9 to 24.5 %", "limit": "≤ 5 %", "level": "error"}
    assert case.get("classname") == "memorization"


def test_what_is_no_document_is_refused():
    with pytest.raises(InputError):
        render_junit({"schema_version": "1.0"})
