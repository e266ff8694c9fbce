"""Every result by class in one view, told from the document alone and never at odds with the verdict."""

from __future__ import annotations

import pytest
import report_documents
from report_page import Page
from report_trace import resolve, shown_number

from gan_audit.report.html import render_html
from gan_audit.report.models import Bullets, Declared, Figure, Prose, Table
from gan_audit.report.view import build_view
from gan_audit.report.words import STATES

FIRST, SECOND, THIRD = report_documents.CLASSES
NAMES = sorted(report_documents.CLASSES)
HEADS = ["Class", "Real images", "Real patients", "Synthetic images"]


def blocks(document, kind):
    section = next(item for item in build_view(document).sections if item.anchor == "subgroups")
    return [block for block in section.blocks if isinstance(block, kind)]


def looks(document) -> dict[str, str]:
    (found,) = blocks(document, Bullets)
    return dict(found.items)


def of_class(document, label):
    return [item for item in document["checks"] if item["scope"] == f"class:{label}"]


def skip(document, label, reason="There are 9 real images, and 16 are needed."):
    for item in of_class(document, label):
        item |= {"status": "skipped", "estimate": None, "ci": None, "threshold": None}
        item |= {"level": "error", "waiver": None, "message": reason, "remedy": "Supply more."}


def test_every_result_by_class_stands_in_the_grid_and_in_its_table(document):
    (figure,) = blocks(document, Figure)
    given = [item for item in document["checks"] if item["scope"] != "all"]
    assert figure.svg.count("<use") == len(given) + len({row.cells[-1].state for row in figure.table.rows if row.cells})
    shown = [row for row in figure.table.rows if len(row.cells) > 1]
    assert [row.heading for row in figure.table.rows if row.heading] == [f"Class {name}" for name in NAMES]
    assert len(shown) == len(given)
    for row in shown:
        item = document["checks"][int(row.cells[0].href.removeprefix("result-"))]
        assert row.cells[0].text == f"{item['id']}@{item['space']}"
        assert row.cells[4].text in STATES.values()
        assert row.cells[1].src.endswith("/estimate")


def test_the_verdict_of_a_class_has_a_shape_and_a_word(document):
    (figure,) = blocks(document, Figure)
    for state in ("waived", "met", "informative"):
        assert f'href="#icon-{state}"' in figure.svg
        assert f">{STATES[state]}</text>" in figure.svg
    assert '<symbol id="icon-waived"' in render_html(document)


def test_the_counts_of_a_class_name_their_place(document):
    document["inputs"]["real"]["class_groups"] = {FIRST: 90, SECOND: 80, THIRD: 70}
    (table,) = blocks(document, Table)
    assert [column.title for column in table.columns[:4]] == HEADS
    for row in table.rows:
        for cell in row.cells[1:4]:
            assert shown_number(cell.text) == resolve(document, {}, cell.src)


def test_the_class_with_most_unmet_criteria_comes_first(document):
    for item in of_class(document, SECOND):
        item |= {"status": "fail", "level": "error"}
    assert looks(document)["Criteria not met."].startswith(f"Class {SECOND} first: 4 of its 4 criteria not met")
    for item in of_class(document, THIRD)[-2:]:
        item |= {"status": "fail", "level": "error"}
    assert looks(document)["Criteria not met."].endswith("Fewer in 1 other class.")


def test_equally_bad_classes_are_named_together(document):
    for label in (SECOND, THIRD):
        of_class(document, label)[-1]["status"] = "fail"
    told = looks(document)["Criteria not met."]
    assert told == f"Classes {SECOND}, {THIRD} alike: 1 criterion not met in each (dependence.spearman)."


def test_no_unmet_class_does_not_soften_a_gate_that_is_not_met(document):
    told = looks(document)["Criteria not met."]
    assert told.startswith("None of the 9 criteria by class is unmet; that alone does not show that a class is sound.")
    assert told.endswith("The gate is not met for 1 result over all images.")


def test_without_criteria_by_class_nothing_is_called_met(document):
    for label in report_documents.CLASSES:
        for item in of_class(document, label):
            item |= {"status": "info", "level": "info", "waiver": None}
    assert "Criteria not met." not in looks(document)
    assert looks(document)["No criterion by class."].endswith("every result here informs only.")


def test_a_class_that_could_not_be_judged_is_named_with_the_reason(document):
    skip(document, SECOND)
    assert looks(document)["Not judged."] == (
        f"Nothing could be evaluated in class {SECOND}. There are 9 real images, and 16 are needed. Supply more."
    )
    (table,) = blocks(document, Table)
    assert [bool(row.note) for row in table.rows] == [name == SECOND for name in NAMES]
    (figure,) = blocks(document, Figure)
    assert any(row.cells and "Not evaluated (4): There are 9" in row.cells[0].text for row in figure.table.rows)


def test_a_class_judged_in_part_says_how_much_is_missing(document):
    of_class(document, SECOND)[0] |= {"status": "skipped", "estimate": None, "ci": None, "message": "Too few."}
    assert looks(document)["Judged in part."] == f"Class {SECOND}: 1 of 4 results not evaluated. Too few."


@pytest.mark.parametrize("found", [True, False])
def test_a_missing_class_is_named_and_agrees_with_the_findings(document, found):
    document["inputs"]["synthetic"]["classes"] = {SECOND: 300, THIRD: 280}
    if found:
        document["findings"].append(
            {"id": "missing_class", "severity": "high", "scope": f"class:{FIRST}", "message": "m", "evidence": []}
        )
    told = looks(document)["Missing class."]
    assert told.startswith(f"Not one synthetic image is of class {FIRST}")
    assert ("The audit has a finding on it." in told) is found
    assert ("no finding" in told) is not found


def test_a_class_of_synthetic_images_alone_has_no_counterpart(document):
    document["inputs"]["synthetic"]["classes"]["invented"] = 3
    assert "Class invented has synthetic images alone" in looks(document)["No counterpart."]
    (table,) = blocks(document, Table)
    row = next(row for row in table.rows if row.cells[0].text == "invented")
    assert [cell.text for cell in row.cells[1:4]] == ["0", "3", "no result"]


def test_images_without_a_label_are_counted(document):
    document["inputs"]["synthetic"]["n_images"] += 7
    left = document["inputs"]["synthetic"]["n_images"] - sum(document["inputs"]["synthetic"]["classes"].values())
    assert looks(document)["Without a label."] == f"{left} synthetic images belong to no class."


def test_without_labels_the_section_says_what_to_provide(document):
    document["checks"] = [item for item in document["checks"] if item["scope"] == "all"]
    document["findings"] = []
    for given in document["inputs"].values():
        given["classes"] = {}
    assert "Give --labels a CSV file with the columns filename and label" in looks(document)["Not provided."]
    assert blocks(document, Table) == blocks(document, Figure) == []
    assert [block.title for block in blocks(document, Declared)] == ["Subgroups"]


def test_labels_of_one_set_alone_compare_nothing(document):
    document["checks"] = [item for item in document["checks"] if item["scope"] == "all"]
    document["inputs"]["synthetic"]["classes"] = {}
    told = looks(document)
    assert told["Not provided."].startswith("Labels came with the real images alone")
    assert "Missing class." not in told


def test_small_counts_are_hidden_as_elsewhere_and_the_rule_is_told(document):
    real = document["inputs"]["real"]
    real |= {"classes": {FIRST: 431, SECOND: 129, THIRD: 40}, "class_groups": {FIRST: 90, SECOND: 50, THIRD: 3}}
    (table,) = blocks(document, Table)
    shown = {row.cells[0].text: [cell.text for cell in row.cells[1:3]] for row in table.rows}
    assert shown == {FIRST: ["431", "90"], SECOND: ["not shown", "not shown"], THIRD: ["< 5 patients", "< 5"]}
    rule = " ".join(text for block in blocks(document, Prose) for text in block.paragraphs)
    assert "Fewer than 5 real patients of a class" in rule
    document["policy"]["inputs"]["smallest_cell"] = 0
    rule = " ".join(text for block in blocks(document, Prose) for text in block.paragraphs)
    assert "every count printed" in rule


def test_many_classes_are_drawn_in_part_and_told_in_full():
    made = report_documents.document(classes=tuple(f"kind {number:02d}" for number in range(40)), features=3)
    of_class(made, "kind 39")[-1]["status"] = "fail"
    (figure,) = blocks(made, Figure)
    assert "The 24 of 40 classes with the most unmet criteria" in figure.caption
    assert ">kind 39</text>" in figure.svg
    assert ">kind 38</text>" not in figure.svg
    assert sum(bool(row.heading) for row in figure.table.rows) == 40


def test_the_section_is_in_the_contents_and_hostile_labels_are_text(document):
    made = report_documents.edited(document, lambda text: f"{text}<script>{{{{7*7}}}}\u202e")
    page = Page(render_html(made))
    assert any(link.attributes.get("href") == "#subgroups" for link in page.all("a"))
    section = page.by_id("subgroups")
    assert f"{FIRST}<script>{{{{7*7}}}}[U+202E]" in section.text
    assert "\u202e" not in section.text
