"""Documents that the tests of the report render, and a browser to look at them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import report_documents
from devtools import browser

from gan_audit.report.html import render_html
from gan_audit.report.pdf import find_browser


@pytest.fixture
def document():
    """An audit with every state and every kind of figure."""
    return report_documents.document()


@pytest.fixture
def clean_document():
    """The same audit with every criterion met."""
    return report_documents.document(clean=True)


@pytest.fixture(scope="session")
def page() -> str:
    """report.html of `document`."""
    return render_html(report_documents.document())


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    """A page of a headless browser, for the tests of one file."""
    found = find_browser()
    assert found, "CI needs a Chromium"
    with browser(found, tmp_path_factory.mktemp("profile")) as opened:
        yield opened
