"""What the report may not say of itself, and what its tables of text must hold."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import report_documents
from report_page import Page

import gan_audit.report
from gan_audit.judgement.declarations import declarations_template
from gan_audit.report.html import render_html
from gan_audit.report.junit import render_junit
from gan_audit.report.markdown import render_markdown
from gan_audit.report.pair_pictures import EvidenceView, render_evidence
from gan_audit.report.sections.clauses import DECLARED_IN, MEASURED_IN
from gan_audit.report.texts import read_toml
from gan_audit.report.view import build_view
from gan_audit.report.words import FAMILY_OF, PARTS, STATES, worst

CLAIMS = re.compile(
    r"\b(compliant|approved|certified|safe|anonymous|guarantee[sd]?|proven?|proves|endorsed)\b", re.IGNORECASE
)
TEMPLATES = Path(__file__).parents[2] / "reports" / "templates"
SOURCES = [
    *sorted(TEMPLATES.rglob("*.j2")),
    *sorted(Path(gan_audit.report.__file__).parent.rglob("*.py")),
    *sorted(Path(gan_audit.report.__file__).parent.rglob("*.toml")),
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_sentence_of_ours_claims_what_no_audit_can(path):
    assert CLAIMS.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("clean", [False, True])
def test_no_output_claims_what_no_audit_can(clean):
    document = report_documents.document(clean=clean)
    grey = np.zeros((4, 4), np.uint8)
    gallery = render_evidence([EvidenceView(grey, grey, "S-1", "R-1", "pixels", 0.1, 0.2)], restricted=True)
    texts = [
        Page(render_html(document)).visible,
        render_junit(document),
        render_markdown(document),
        Page(gallery).visible,
    ]
    assert [CLAIMS.findall(text) for text in (*texts, declarations_template())] == [[], [], [], [], []]


def test_every_clause_has_a_document_with_a_status_and_sections_that_exist():
    index = read_toml("clauses")
    anchors = {section.anchor for section in build_view(report_documents.document()).sections}
    documents = {document["id"]: document for document in index["document"]}
    assert re.fullmatch(r"\d{4}-\d{2}", index["as_of"])
    assert all(document["title"] and document["status"] for document in documents.values())
    for clause in index["clause"]:
        assert clause["document"] in documents
        assert set(clause["sections"]) <= anchors
    assert {clause["document"] for clause in index["clause"]} == set(documents)
    assert {*DECLARED_IN, *MEASURED_IN} <= anchors


def test_a_clause_is_never_said_to_be_fulfilled():
    shown = {row.cells[3].text for block in clause_blocks() for row in block.rows if row.cells}
    assert all(
        re.fullmatch(r"(measured|declared|not evaluated|declaration not provided|[; ]|\(\d+ of \d+\))+", x.lower())
        for x in shown
    )


def clause_blocks():
    view = build_view(report_documents.document())
    return [
        block
        for section in view.sections
        if section.anchor == "clauses"
        for block in section.blocks
        if block.kind == "table"
    ]


def test_every_indicator_of_a_risk_is_a_check():
    named = {id for risk in read_toml("risks")["risk"] for id in risk["indicators"]}
    assert {id.split(".")[0] for id in named} <= set(FAMILY_OF)


def test_every_family_has_one_section():
    families = [family for part in PARTS for family in part.families]
    assert len(families) == len(set(families))
    assert set(FAMILY_OF.values()) <= set(families)


def test_not_met_is_worse_than_anything():
    assert worst(list(STATES)) == "not-met"
    assert worst(["met", "waived"]) == "waived"
    assert worst(["informative", "met"]) == "met"
