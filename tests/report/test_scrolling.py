"""Scrolling stays smooth: no task of the page holds the main thread for long, before figures are drawn and after."""

from __future__ import annotations

import os

import page_scripts
import pytest
import report_documents
import tasks

from gan_audit.report.html import render_html
from gan_audit.report.pdf import find_browser

BROWSER = find_browser()
CLASSES = tuple(f"class {number}" for number in range(6))
pytestmark = pytest.mark.skipif(
    BROWSER is None and not os.environ.get("CI"), reason="no Chromium or Chrome is installed"
)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A page of six classes and 93 features."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render_html(report_documents.document(classes=CLASSES, features=93)), encoding="utf-8")
    return path


def test_scrolling_has_no_long_task_before_figures_are_drawn_and_after(tab, large):
    tab.open(large, 1280, 900)
    tab.run(page_scripts.FRAMES)
    assert tasks.longest_while_scrolling(tab) < tasks.LONG
    assert tab.run(page_scripts.DRAW) == []
    assert tasks.longest_while_scrolling(tab) < tasks.LONG


def test_a_busy_handler_would_be_seen(tab, large):
    tab.open(large, 1280, 900)
    tab.run(tasks.SLOW)
    assert tasks.longest_while_scrolling(tab) > tasks.LONG


def test_an_empty_page_is_not_taken_for_a_busy_one(tab, tmp_path):
    path = tmp_path / "empty.html"
    path.write_text("<!doctype html><title>x</title><body style='height: 30000px'>", encoding="utf-8")
    tab.open(path, 1280, 900)
    assert tasks.longest_while_scrolling(tab) < tasks.LONG
