"""summary.md: the verdict first, everything that is not met, and always small enough for a comment."""

from __future__ import annotations

import copy

import pytest

from gan_audit.report.document.canonical import digest, dumps
from gan_audit.report.markdown import LARGEST, MARKER, MOST_ROWS, render_markdown


def test_the_first_lines_are_the_marker_and_the_verdict(document):
    assert render_markdown(document).split("\n")[:2] == [MARKER, "## ❌ Gate not met"]


@pytest.mark.parametrize(("status", "words"), [("pass", "✅ Gate met"), ("inconclusive", "❓ Gate inconclusive")])
def test_the_verdict_has_a_sign_and_words(document, status, words):
    document["verdict"]["status"] = status
    assert render_markdown(document).split("\n")[1] == f"## {words}"


def test_everything_that_is_not_met_has_a_row_the_worst_first(document):
    rows = [line for line in render_markdown(document).split("\n") if line.startswith("| ")][2:]
    verdicts = [row.split(" | ")[-1].removesuffix(" |") for row in rows]
    assert verdicts == [
        "Criterion not met",
        "Inconclusive",
        "Not evaluated (required)",
        "Waived",
        *["Not met (warning)"] * 2,
        *["Not evaluated"] * 3,
    ]


def test_what_is_met_is_counted(document, clean_document):
    assert "12 met" in render_markdown(document)
    assert "Criterion not met" not in render_markdown(clean_document)


def test_findings_digest_and_caution_are_there(document):
    text = render_markdown(document)
    assert "- **Memorization** (high severity, All images): Real patients are shown again." in text
    assert digest(dumps(document)) in text
    assert "It is not a regulatory decision." in text
    assert "580 synthetic" in text


def test_rows_that_do_not_fit_are_counted(document):
    item = document["checks"][0]
    document["checks"] += [{**copy.deepcopy(item), "key": f"{item['key']}{i}"} for i in range(500)]
    text = render_markdown(document)
    assert text.count("Criterion not met |") == MOST_ROWS
    assert f"{509 - MOST_ROWS} more in `report.html`." in text
    assert len(text.encode()) < LARGEST


def test_the_same_document_gives_the_same_text(document):
    assert render_markdown(document) == render_markdown(copy.deepcopy(document))
