"""junit.xml: one test case for each criterion, so that a pipeline shows the gate where it shows its tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from gan_audit.report.document.canonical import digest, dumps, require
from gan_audit.report.entries import Entry, entries
from gan_audit.report.text import clean

OUTCOMES = {
    "not-met": "failure",
    "inconclusive": "skipped",
    "required-not-evaluated": "error",
    "not-evaluated": "skipped",
    "waived": "skipped",
    "warning": "skipped",
}
"""State to the element that says so; a criterion that is met has none. A warning does not stop the gate, so it is no
failure, and it is not met, so it is no success either."""


def render_junit(document: Mapping[str, Any]) -> str:
    """The document's criteria as JUnit XML: failures are what stops the gate, errors what leaves it undecided.

    Raises InputError where the document is none.
    """
    require(document)
    judged = [entry for entry in entries(document) if entry.judged]
    kinds = [_outcome(entry) for entry in judged]
    suites = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(
        suites,
        "testsuite",
        name="gan-audit",
        tests=str(len(judged)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        timestamp=clean(document["created"], 40).removesuffix("Z"),
        time=f"{sum(document['timings'].values()):.3f}",
    )
    _properties(suite, _run(document))
    for entry, kind in zip(judged, kinds, strict=True):
        _case(suite, entry, kind)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _outcome(entry: Entry) -> str:
    if entry.state == "inconclusive" and entry.check.get("required"):
        return "error"
    return OUTCOMES.get(entry.state, "")


def _run(document: Mapping[str, Any]) -> dict[str, str]:
    return {
        "digest": digest(dumps(document)),
        "policy": clean(document["policy"].get("name") or "not named"),
        "policy_sha256": clean(document["policy_sha256"], 80),
        "verdict": document["verdict"]["status"],
        "tool": clean(f"{document['tool'].get('name')} {document['tool'].get('version')}", 80),
    }


def _case(suite: ElementTree.Element, entry: Entry, kind: str) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname=clean(entry.family, 80), name=entry.key)
    given = {
        "value": entry.value.text if entry.value.src else "",
        "ci": entry.interval.text if entry.interval.src else "",
        "limit": entry.limit.text if entry.limit.src else "",
        "unit": entry.unit,
        "level": str(entry.check.get("level", "error")),
    }
    _properties(case, {name: text for name, text in given.items() if text})
    if kind:
        told = f"{entry.verdict}: {entry.message} {entry.remedy} {entry.waiver}"
        outcome = ElementTree.SubElement(case, kind, message=" ".join(told.split()))
        if kind != "skipped":
            outcome.set("type", entry.state)


def _properties(parent: ElementTree.Element, given: Mapping[str, str]) -> None:
    properties = ElementTree.SubElement(parent, "properties")
    for name, value in given.items():
        ElementTree.SubElement(properties, "property", name=name, value=value)
