"""report.pdf: the page as a browser prints it, tagged, with bookmarks, page numbers and the digest on every sheet."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from gan_audit.errors import MissingDependencyError, UsageError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
"""Names a Chromium goes by, in the order they are tried."""
FLAGS = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-pdf-header-footer", "--generate-pdf-document-outline",
)  # fmt: skip
PATIENCE = 180
"""Seconds a browser may take."""


def find_browser() -> str | None:
    """Path of a Chromium or Chrome, None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def print_pdf(page: Path, target: Path) -> None:
    """Prints a report.html; `target` is replaced at the end, or left alone where anything fails.

    Raises MissingDependencyError where there is no browser, UsageError where it prints nothing or `target` cannot be
    written.
    """
    browser = find_browser()
    if browser is None:
        raise MissingDependencyError(
            "No Chromium or Chrome is installed to print with. Install one (Debian: apt install chromium), or open "
            f"{page} in any browser and print it from there."
        )
    with tempfile.TemporaryDirectory(prefix="gan-audit-") as folder:
        printed = Path(folder) / "report.pdf"
        told = _run(browser, page, printed, Path(folder) / "profile")
        if not printed.is_file() or not printed.read_bytes().startswith(b"%PDF"):
            raise UsageError(f"{browser} printed no PDF: {told}. Open {page} in a browser and print it from there.")
        _replace(printed, target)


def _run(browser: str, page: Path, printed: Path, profile: Path) -> str:
    """Runs the browser and returns the last thing it said."""
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [
        browser,
        *FLAGS,
        *sandbox,
        f"--user-data-dir={profile}",
        f"--print-to-pdf={printed}",
        page.resolve().as_uri(),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]


def _replace(printed: Path, target: Path) -> None:
    """Copied beside the target first: a rename cannot cross file systems."""
    aside = target.with_name(f".{target.name}.new")
    try:
        shutil.copyfile(printed, aside)
        aside.replace(target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UsageError(f"{target} cannot be written: {error.strerror}. Choose a folder you may write to.") from error
