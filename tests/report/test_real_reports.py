"""Reports on real images: of a sound, a memorizing, a collapsed and a label-noise generator, as a reader meets them."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import page_scripts
import pytest
import real_generators
import tasks
from report_page import Page
from report_trace import resolve, shown_number, unit_of

from gan_audit.report.document.canonical import digest, dumps, load
from gan_audit.report.entries import entries
from gan_audit.report.html import render_html
from gan_audit.report.markdown import LARGEST
from gan_audit.report.pdf import find_browser, print_pdf
from gan_audit.report.words import FINDINGS, GATE

BROWSER = find_browser()
needs_browser = pytest.mark.skipif(
    BROWSER is None and not os.environ.get("CI"), reason="no Chromium or Chrome is installed"
)
SHARED = ("audit.json", "report.html", "junit.xml", "summary.md")
WORDS = {status: word for status, (_, word) in GATE.items()}
LARGEST_PAGE = 8_000_000
SOON = 2000
"""Milliseconds within which the first figure has to be drawn."""


@pytest.fixture(scope="module")
def made(shared_data, tmp_path_factory):
    """made(name) -> the output folder of an audit, audited once."""
    out, known = tmp_path_factory.mktemp("real"), {}

    def folder(name: str) -> Path:
        if name not in known:
            known[name] = real_generators.write_audit(shared_data, out, name)
        return known[name]

    return folder


@pytest.fixture(params=real_generators.GENERATORS, scope="module")
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def folder(made, name) -> Path:
    return made(name)


@pytest.fixture(scope="module")
def document(folder):
    return load(folder / "audit.json")


@pytest.fixture(scope="module")
def page(folder) -> Page:
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def test_the_verdict_and_the_finding_are_those_of_the_fault(document, page, name):
    planted, verdict = real_generators.GENERATORS[name], document["verdict"]
    assert page.by_id("verdict-title").text == WORDS[verdict["status"]]
    found = [child.children[0].text for child in page.by_id("findings").children if child.tag == "article"]
    if planted.finding is None:
        assert verdict["status"] in ("pass", "inconclusive")
        assert found == document["findings"] == []
        assert "No finding" in page.by_id("findings").text
    else:
        assert verdict["status"] == planted.status
        assert found[0].startswith(FINDINGS[planted.finding])
        assert any(key.startswith(planted.leads) for key in verdict["failed"]), verdict["failed"]


def test_the_counts_of_the_banner_are_those_of_the_results(document, page):
    states = Counter(entry.verdict for entry in entries(document) if entry.gated)
    tally = next(child for child in page.by_id("verdict").children if child.attributes.get("class") == "tally")
    shown = dict(re.fullmatch(r"\s*(.*?)\s*(\d+)\s*", item.text).groups() for item in tally.children)
    assert {word: int(count) for word, count in shown.items() if count != "0"} == dict(states)


def test_every_problem_is_listed_where_attention_is_asked_for(document, page):
    attention = page.by_id("attention").text
    troubled = [entry for entry in entries(document) if entry.state in ("not-met", "inconclusive", "warning")]
    assert all(entry.key in attention for entry in troubled)


@needs_browser
def test_nothing_sticks_out_at_any_width(tab, folder):
    tab.open(folder / "report.html", 1280, 900)
    assert tab.run(page_scripts.OUT_OF_PLACE) == []
    for width in (1120, 820, 768, 700, 390):
        tab.resize(width, 900)
        assert tab.run(page_scripts.OUT_OF_PLACE) == [], width


@needs_browser
def test_figures_are_drawn_with_a_table_each_and_without_a_complaint(tab, folder):
    tab.open(folder / "report.html", 1280, 900)
    assert tab.run(page_scripts.FIRST_CHART) < SOON
    tab.resize(1280, 8000)
    assert tab.run(page_scripts.DRAW) == []
    assert tab.run(page_scripts.TABLES) == []
    assert tab.run("document.querySelectorAll('.plot.drawn').length") > 30
    assert tab.complaints() == []
    assert {url.partition(":")[0] for url in tab.requests()} <= {"file", "data", "blob"}
    assert len([url for url in tab.requests() if url.startswith("file:")]) == 1


@needs_browser
def test_scrolling_a_drawn_report_has_no_long_task(tab, made):
    tab.open(made("label-noise") / "report.html", 1280, 900)
    assert tab.run(page_scripts.DRAW) == []
    assert tasks.longest_while_scrolling(tab) < tasks.LONG


@needs_browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_complete_without_scripts(tab, folder, document, width):
    tab.open(folder / "report.html", width, 900, scripts=False)
    assert tab.run("document.querySelectorAll('.live').length") == 0
    assert tab.run(page_scripts.STILL) == []
    assert tab.run(page_scripts.OUT_OF_PLACE) == []
    text = tab.run("document.body.innerText")
    assert WORDS[document["verdict"]["status"]] in text
    assert all(item["key"] in text for item in document["checks"])


@needs_browser
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize("printed", ["memorizing", "label-noise"])
def test_the_print_is_complete(made, printed, tmp_path):
    folder = made(printed)
    document = load(folder / "audit.json")
    print_pdf(folder / "report.html", tmp_path / "report.pdf")
    text = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = text.rstrip("\f").split("\f")
    closely = re.sub(r"\s", "", text)
    assert all(item["key"] in closely for item in document["checks"])
    tables = [table for item in document["checks"] for table in item["details"].get("tables", ())]
    assert all(re.sub(r"\s", "", str(row[0])) in closely for table in tables for row in table["rows"])
    footer = f"Audit digest {digest(dumps(document))[:12]}"
    assert [i for i, page in enumerate(pages, 1) if footer not in page or f"Page {i} of {len(pages)}" not in page] == []


def test_the_same_audit_renders_the_same_bytes(folder, document):
    assert render_html(document) == (folder / "report.html").read_text(encoding="utf-8")


def test_every_number_of_a_result_names_its_place(document, page):
    checks = {item["key"]: item for item in document["checks"]}
    numbers = 0
    for element in page.elements:
        if "data-src" in element.attributes:
            source = element.attributes["data-src"]
            value = resolve(document, checks, source)
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers += 1
                value = value / 100 if unit_of(checks, source) == "%" and "%" in element.text else value
                assert shown_number(element.text) == pytest.approx(value, rel=0.006, abs=5e-5), element
    assert numbers > 1000


def test_no_number_of_a_table_is_without_a_place(page):
    tables = [table for table in page.all("table") if "data-src" not in table.attributes]
    cells = [cell for table in tables for row in table.children[-1].children for cell in row.children]
    numbers = [cell for cell in cells if cell.attributes.get("class") == "n" and re.search(r"\d", cell.text)]
    assert len(numbers) > 500
    assert [cell.text for cell in numbers if not _has_source(cell)] == []


def _has_source(element) -> bool:
    return "data-src" in element.attributes or any(map(_has_source, element.children))


def test_the_digest_is_the_same_everywhere(folder, document, page):
    whole = digest((folder / "audit.json").read_text(encoding="utf-8"))
    assert whole in page.visible
    assert whole in (folder / "summary.md").read_text(encoding="utf-8")
    properties = ElementTree.parse(folder / "junit.xml").findall("testsuite/properties/property")
    assert whole in {item.get("value") for item in properties}


def test_junit_and_summary_say_what_the_report_says(folder, document):
    suite = ElementTree.parse(folder / "junit.xml").find("testsuite")
    assert suite is not None
    failed = {case.get("name") for case in suite.findall("testcase") if case.find("failure") is not None}
    assert failed == set(document["verdict"]["failed"])
    summary = (folder / "summary.md").read_bytes()
    assert len(summary) < LARGEST
    assert WORDS[document["verdict"]["status"]] in summary.decode()


def test_nothing_to_share_names_a_file_a_patient_or_what_is_private(folder):
    for shared in SHARED:
        text = (folder / shared).read_text(encoding="utf-8")
        assert not re.search(r"doe-(real|synthetic)|patient-BloodImage|BloodImage_\d", text), shared
        assert not re.search(r"evidence\.html|nearest\.csv|ids\.csv|marks\.csv|private/", text), shared


def test_what_is_private_is_for_its_owner_alone(folder):
    private = folder / "private"
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in private.iterdir() if path.is_file()}
    assert {"evidence.html", "ids.csv", "nearest.csv", "marks.csv"} <= set(files)
    assert set(files.values()) == {0o600}
    assert sorted(path.name for path in folder.iterdir()) == sorted((*SHARED, "private"))


def test_ten_classes_stay_under_eight_megabytes(made):
    grown = _grown(json.loads((made("label-noise") / "audit.json").read_text(encoding="utf-8")), 10)
    assert len(grown["inputs"]["real"]["classes"]) == 10
    assert len(render_html(grown).encode()) < LARGEST_PAGE


def _grown(document, classes):
    """The same audit with one class again and again under other names, of ten thousand images a side."""
    label = sorted(document["inputs"]["real"]["classes"])[-1]
    names = [f"class {number}" for number in range(classes - len(document["inputs"]["real"]["classes"]))]
    of_class = [item for item in document["checks"] if item["scope"] == f"class:{label}"]
    document["checks"] += [json.loads(json.dumps(item).replace(label, name)) for name in names for item in of_class]
    for given in (document["inputs"]["real"], document["inputs"]["synthetic"]):
        given["n_images"] = 10_000
        given["classes"] = dict.fromkeys((*given["classes"], *names), 10_000 // classes)
    return document
