"""Figures made from the tables of checks: what is drawn, in which order, and what a broken table leads to."""

from __future__ import annotations

import pytest
import report_documents
from report_checks import check

from gan_audit.report.entries import entries
from gan_audit.report.sections.context import CheckGroup
from gan_audit.report.sections.pictures import pictures

COLUMNS = ["feature", "Kolmogorov-Smirnov D", "p", "p adjusted"]


def group(*checks):
    """The checks as one group of a report."""
    found = entries({**report_documents.document(), "checks": list(checks)})
    return CheckGroup(tuple(found), "check-0")


def table(rows, columns=COLUMNS):
    return {"tables": [{"title": "Every feature", "columns": columns, "rows": rows}]}


def test_the_farthest_features_come_first_and_significance_is_told():
    rows = [["original_glcm_Contrast", 0.1, 0.2, 0.4], ["original_firstorder_Mean", 0.7, 0.001, 0.01]]
    (made,), notes = pictures(group(check("marginals.ks", "radiomics", details=table(rows))))
    assert notes == []
    assert [[cell.text for cell in row.cells] for row in made.table.rows] == [
        ["firstorder_Mean", "adjusted p ≤ 0.05", "0.700"],
        ["glcm_Contrast", "adjusted p > 0.05", "0.100"],
    ]
    assert made.table.src == "/checks/marginals.ks@radiomics/details/tables/0"
    assert made.caption == "The 2 largest distances of 2 features, all images."


def test_where_no_feature_is_significant_the_caption_says_so():
    (made,), _ = pictures(group(check("marginals.ks", details=table([["a", 0.1, 0.2, 0.4]]))))
    assert "None has an adjusted p-value of 0.05 or less." in made.caption


def test_classes_stand_side_by_side_ordered_by_the_worst_of_them():
    near, far = [["a", 0.1, 1, 1], ["b", 0.2, 1, 1]], [["a", 0.9, 1, 1], ["c", 0.3, 1, 1]]
    scopes = {"class:x": near, "class:y": far}
    checks = [check("marginals.wasserstein", None, scope, details=table(rows)) for scope, rows in scopes.items()]
    (made,), _ = pictures(group(*checks))
    assert [[cell.text for cell in row.cells] for row in made.table.rows] == [
        ["a", "0.100", "0.900"],
        ["c", "–", "0.300"],
        ["b", "0.200", "–"],
    ]


def test_information_is_shown_in_pairs():
    columns = ["feature", "I(f; label) real [nats]", "synthetic", "real and synthetic together"]
    rows = [[f"f{i}", 1.0 - i / 20, 0.5, 0.6] for i in range(12)]
    (made,), _ = pictures(group(check("labels.mutual_information", details=table(rows, columns))))
    assert [column.title for column in made.table.columns] == ["feature", "real", "synthetic"]
    assert len(made.table.rows) == 10


@pytest.mark.parametrize("rows", [[["a"]], [["a", "x", 0, 0]], [3], [["a", 0.5, 0.1]]])
def test_a_table_that_cannot_be_read_is_told(rows):
    made, notes = pictures(group(check("marginals.ks", details=table(rows))))
    assert made == []
    assert len(notes) == 1


def test_other_checks_have_none():
    assert pictures(group(check("coverage", "radiomics", details=table([["a", 0.5, 0.1, 0.1]])))) == ([], [])
