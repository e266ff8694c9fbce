"""Labels, reasons, messages and declarations come from people we do not know. None of them may do anything."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import report_documents
from report_page import Page
from report_payloads import PAYLOADS, UNSEEN

from gan_audit.report.document.canonical import dumps
from gan_audit.report.folder import csv_text
from gan_audit.report.html import render_html
from gan_audit.report.junit import render_junit
from gan_audit.report.markdown import LARGEST, escape, render_markdown
from gan_audit.report.pair_pictures import EvidenceView, render_evidence

TAGS = {"script": 3, "style": 1, "img": 0, "iframe": 0}
"""How many elements of a kind a page has, whatever its document says."""


@pytest.fixture(
    scope="module", params=range(len(PAYLOADS)), ids=lambda i: PAYLOADS[i][:12].encode("unicode_escape").decode()
)
def hostile(request):
    """An audit in which every foreign string ends with one payload."""
    payload = PAYLOADS[request.param]
    return report_documents.edited(report_documents.document(features=4), lambda text: f"{text} {payload}")


@pytest.fixture(scope="module")
def text(hostile):
    return render_html(hostile)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_a_page_keeps_its_elements_and_its_policy(page):
    assert {tag: len(page.all(tag)) for tag in TAGS} == TAGS
    assert not [name for element in page.elements for name in element.attributes if name.startswith("on")]
    assert all(element.attributes.get("href", "#").startswith("#") for element in page.elements)
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))


def test_a_page_shows_what_cannot_be_seen(text):
    assert not set(text) & set(UNSEEN)
    text.encode()


def test_labels_of_figures_stay_short_and_plain(page):
    figures = json.loads(next(s.text for s in page.all("script") if s.attributes.get("id") == "figures"))["figures"]
    labels = [trace["name"] for figure in figures.values() for trace in figure["data"] if trace.get("name")]
    labels += [
        x for figure in figures.values() for trace in figure["data"] for x in trace.get("x", []) if isinstance(x, str)
    ]
    assert labels
    assert not [name for name in labels if len(name) > 40 * len("&amp;") or re.search(r"[<>]", name)]


def test_the_xml_is_well_formed_and_holds_its_criteria(hostile):
    root = ElementTree.fromstring(render_junit(hostile))
    cases = root.findall("testsuite/testcase")
    assert len(cases) == int(root.find("testsuite").get("tests"))
    assert {child.tag for case in cases for child in case} <= {"properties", "failure", "error", "skipped"}
    assert not set(render_junit(hostile)) & set(UNSEEN)


def test_the_summary_stays_small_and_its_table_keeps_its_columns(hostile):
    text = render_markdown(hostile)
    assert len(text.encode()) < LARGEST
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    assert not set(text) & set(UNSEEN)
    foreign = text.replace("<!-- gan-audit -->", "")
    assert not re.search(r"[<>]|(?<!\\)\]\(|://|@\w|(?<!&)#\d", foreign)


def test_the_document_itself_is_ascii(hostile):
    assert dumps(hostile).isascii()
    assert json.loads(dumps(hostile)) == hostile


def test_the_gallery_keeps_its_elements(hostile):
    payload = hostile["policy"]["name"]
    grey = np.zeros((4, 4), np.uint8)
    pair = EvidenceView(grey, grey, payload, payload, payload, 0.1, 0.2, payload, grey, payload, 0.3)
    page = Page(render_evidence([pair], restricted=True))
    assert (len(page.all("script")), len(page.all("img")), len(page.all("style"))) == (0, 4, 1)
    assert not [name for element in page.elements for name in element.attributes if name.startswith("on")]


@pytest.mark.parametrize("payload", [*PAYLOADS, "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_table_is_a_formula(payload):
    assert not re.search(r"(?m)^\"?[=+\-@\t\r]", csv_text([(payload, "x")]).replace("\n# head", ""))


def test_a_number_stays_one_in_a_table():
    assert csv_text([(-0.5, 3)]) == "-0.5,3\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", "a\\|b"),
        ("<b>", "&lt;b&gt;"),
        ("&lt;", "&amp;lt;"),
        ("@team", "@&#8203;team"),
        ("#12", "#&#8203;12"),
        ("https://x.example", "https:&#8203;//x.example"),
        ("WWW.x.example", "WWW&#8203;.x.example"),
        ("[x](y)", "\\[x\\](y)"),
        ("a\n\n# b", "a #&#8203; b"),
        ("*_`~$\\", "\\*\\_\\`\\~\\$\\\\"),
    ],
)
def test_markdown_is_written_out(text, written):
    assert escape(text) == written
