"""Printing: a browser that is missing or fails leaves one clear sentence and no file."""

from __future__ import annotations

import pytest

from gan_audit.errors import MissingDependencyError, UsageError
from gan_audit.report import pdf

FAKE = """#!/bin/sh
for word in "$@"; do
  case "$word" in --print-to-pdf=*) {action};; esac
done
echo "said something" >&2
"""


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """Puts a browser in place that does one thing with the file it is asked to print."""

    def install(action: str) -> None:
        path = tmp_path / "chromium"
        path.write_text(FAKE.format(action=action))
        path.chmod(0o755)
        monkeypatch.setattr(pdf, "find_browser", lambda: str(path))

    return install


def test_without_a_browser_the_remedy_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "find_browser", lambda: None)
    with pytest.raises(MissingDependencyError, match="Install one"):
        pdf.print_pdf(tmp_path / "report.html", tmp_path / "report.pdf")


def test_what_the_browser_prints_is_put_in_place(tmp_path, browser):
    browser("printf %%PDF-1.7 > ${word#*=}")
    (tmp_path / "report.pdf").write_bytes(b"old")
    pdf.print_pdf(tmp_path / "report.html", tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes() == b"%PDF-1.7"


@pytest.mark.parametrize("action", ["true", "printf nonsense > ${word#*=}"])
def test_a_browser_that_prints_nothing_leaves_the_earlier_file(tmp_path, browser, action):
    browser(action)
    (tmp_path / "report.pdf").write_bytes(b"old")
    with pytest.raises(UsageError, match="printed no PDF: said something"):
        pdf.print_pdf(tmp_path / "report.html", tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes() == b"old"


def test_a_target_that_cannot_be_written_is_named(tmp_path, browser):
    browser("printf %%PDF-1.7 > ${word#*=}")
    with pytest.raises(UsageError, match="cannot be written"):
        pdf.print_pdf(tmp_path / "report.html", tmp_path / "nowhere" / "report.pdf")
