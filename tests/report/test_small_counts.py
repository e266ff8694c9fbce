"""A count of so few patients that it may point at somebody is printed nowhere."""

from __future__ import annotations

import re

import pytest
from report_page import Page

from gan_audit.report.document.canonical import dumps
from gan_audit.report.html import render_html
from gan_audit.report.junit import render_junit
from gan_audit.report.markdown import render_markdown
from gan_audit.report.small_counts import HIDDEN, hidden_counts, note, without_counts


def with_classes(document, classes, **more):
    document["inputs"]["real"] |= {"classes": classes, **more}
    return document


@pytest.mark.parametrize(
    ("classes", "patients", "hidden"),
    [
        ({"a": 100, "b": 50}, None, {}),
        ({"a": 100, "b": 5}, None, {}),
        ({"a": 100, "b": 50, "c": 4}, None, {"c": "< 5", "b": HIDDEN}),
        ({"a": 100, "b": 3, "c": 4}, None, {"b": "< 5", "c": "< 5"}),
        ({"a": 100, "b": 1, "c": 1}, None, {"b": "< 5", "c": "< 5", "a": HIDDEN}),
        ({"a": 100, "b": 4, "c": 4, "d": 9}, None, {"b": "< 5", "c": "< 5", "d": HIDDEN}),
        ({"a": 100, "b": 0}, None, {}),
        ({"a": 4}, None, {"a": "< 5"}),
        ({"a": 100, "b": 60, "c": 40}, {"a": 50, "b": 2, "c": 20}, {"b": "< 5 patients", "c": HIDDEN}),
    ],
)
def test_few_patients_are_hidden_and_one_count_more_where_the_total_would_tell(document, classes, patients, hidden):
    assert hidden_counts(with_classes(document, classes, class_groups=patients)) == hidden


def test_the_policy_may_say_how_few_and_synthetic_images_are_nobodys(document):
    document["inputs"]["synthetic"]["classes"] = {"a": 1}
    assert hidden_counts(document, "synthetic") == {}
    made = with_classes(document, {"a": 100, "b": 8, "c": 7})
    assert hidden_counts(made) == {}
    made["policy"]["inputs"]["smallest_cell"] = 9
    assert set(hidden_counts(made)) == {"b", "c"}
    made["policy"]["inputs"]["smallest_cell"] = 0
    assert hidden_counts(with_classes(made, {"a": 100, "b": 1})) == {}


def test_sentences_lose_the_counts_of_hidden_classes_alone():
    hidden = {"rare": "< 5"}
    told = "There are 3 real images of class rare, and 16 are needed."
    assert (
        without_counts(told, "class:rare", hidden)
        == f"There are [{HIDDEN}] real images of class rare, and 16 are needed."
    )
    assert without_counts(told, "class:common", hidden) == told
    some = "A class has real images of 3 patients, and 5 are needed."
    assert without_counts(some, "all", hidden) == f"A class has real images of [{HIDDEN}] patients, and 5 are needed."
    assert without_counts(some, "all", {}) == some


def test_sizes_that_give_a_hidden_count_away_go_with_it():
    hidden = {"rare": "< 5"}
    told = "The distance is 2; two halves of the real ones, compared at the same size (12), differ by 3."
    assert without_counts(told, "class:rare", hidden) == told.replace(" (12)", "")
    assert without_counts(told, "class:common", hidden) == told
    title = "Mean nearest distances with 25 candidates each, by patient"
    assert without_counts(title, "class:rare", hidden) == title.replace("25", "as many")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("3 of 9 images; 1 patient is concerned.", "3 of 9 images; fewer than 5 patients are concerned."),
        ("3 of 9 images; 4 patients are concerned.", "3 of 9 images; fewer than 5 patients are concerned."),
        ("3 of 9 images; 5 patients are concerned.", "3 of 9 images; 5 patients are concerned."),
        ("0 of 9 images; 0 patients are concerned.", "0 of 9 images; 0 patients are concerned."),
    ],
)
def test_few_patients_of_a_class_who_are_concerned_are_not_counted(told, shown):
    assert without_counts(told, "class:a", {}) == shown
    assert without_counts(told, "all", {}) == told
    assert without_counts(told, "class:a", {}, least=0) == told


def test_a_table_of_a_hidden_class_keeps_its_number_of_images_back(document):
    name = next(iter(document["inputs"]["real"]["classes"]))
    with_classes(document, {**document["inputs"]["real"]["classes"], name: 40}, class_groups={name: 3})
    item = next(item for item in document["checks"] if item["key"] == f"coverage@radiomics/class:{name}")
    rows = [["real to real", 40, 40.0], ["synthetic to real", 193, 0.5]]
    item["n_real"] = 40
    item["details"]["tables"] = [{"title": "Sizes", "columns": ["from", "images", "mean"], "rows": rows}]
    page = Page(render_html(document))
    table = page.by_id(f"table-{document['checks'].index(item)}-0")
    assert [cell.text for row in table.children[0].children[-1].children for cell in row.children] == [
        "real to real", HIDDEN, "40.0", "synthetic to real", "193", "0.500",
    ]  # fmt: skip


def test_no_shared_file_but_the_audit_holds_the_count(document):
    names = list(document["inputs"]["real"]["classes"])
    with_classes(document, {names[0]: 431, names[1]: 165, names[2]: 4})
    for check in document["checks"]:
        if check["scope"] == f"class:{names[2]}":
            check |= {"n_real": 4, "message": "There are 4 real images, and 16 are needed."}
        if check["scope"] == f"class:{names[1]}":
            check |= {"n_real": 165, "message": "There are 165 real images."}
    for text in (render_html(document), render_junit(document), render_markdown(document)):
        page = re.sub("<svg.*?</svg>", "", text.split("<script")[0], flags=re.DOTALL)
        assert "4 real" not in page
        assert "165" not in page
    page = render_html(document)
    assert HIDDEN in page
    assert "&lt; 5" in page
    assert note(document).split(".")[0] in page
    assert note(document).split(".")[0] in render_markdown(document)
    assert "165" in dumps(document)


def test_without_small_classes_nothing_is_said(document):
    assert note(document) == ""
    assert HIDDEN not in render_markdown(document)
