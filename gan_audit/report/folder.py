"""The output folder: written aside, looked over, and moved into place in one step."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gan_audit.errors import UsageError
from gan_audit.report.document.canonical import dumps
from gan_audit.report.html import render_html
from gan_audit.report.junit import render_junit
from gan_audit.report.lint import refuse_leaks
from gan_audit.report.markdown import render_markdown
from gan_audit.runtime.atomic import beside, parents, swap

AUDIT = "audit.json"
"""The file by which a folder is known to be ours."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""

Rows = Iterable[Sequence[object]]


def write_folder(
    out: Path,
    document: Mapping[str, Any],
    *,
    ids: Rows,
    nearest: Rows,
    marks: Rows = (),
    evidence_html: str | None = None,
    keep: Path | None = None,
    overwrite: bool = False,
    secrets: Iterable[str] = (),
    public: Iterable[str] = (),
) -> None:
    """Writes the shared files and `private/`; where anything fails, nothing is left behind and nothing is lost.

    ids, nearest, marks: rows of private/ids.csv, nearest.csv and marks.csv, heads first. evidence_html: the gallery.
    keep: a folder of features to move to private/features. overwrite: replace an earlier output. secrets: file names,
    paths and patient ids of the input, none of which may stand in a shared file (see report.lint). public: names that
    may.

    Raises UsageError where `out` cannot be written or holds something else, GanAuditError where a secret would leak.
    """
    check_target(out, overwrite)
    shared = {
        AUDIT: dumps(document),
        "report.html": render_html(document),
        "junit.xml": render_junit(document),
        "summary.md": render_markdown(document),
    }
    refuse_leaks(document, shared, secrets, public)
    private = {".gitignore": "*\n", "ids.csv": csv_text(ids), "nearest.csv": csv_text(nearest)}
    private["marks.csv"] = csv_text(marks)
    if evidence_html is not None:
        private["evidence.html"] = evidence_html
    target = out.resolve()
    try:
        with parents(target), beside(target) as aside:
            _write(aside, shared, private)
            with _moved(keep, aside / "private" / "features"):
                old = swap(aside, target)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}. Choose another --out.") from error
    if old:
        raise UsageError(f"{out} is written, but the output it replaces could not be removed: delete {old} yourself.")


def check_target(out: Path, overwrite: bool) -> None:
    """Raises UsageError where an output could not be put at `out`: worth asking before hours of work.

    An existing folder is replaced with `overwrite` alone, and only where it is empty or holds an audit.json.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file. Give a folder with --out.")
    if out.is_dir() and any(out.iterdir()):
        if not overwrite:
            raise UsageError(f"{out} is not empty. Give another folder with --out, or --overwrite to replace it.")
        if not (out / AUDIT).is_file():
            raise UsageError(
                f"{out} holds something else than an earlier output, and is left alone. Give another --out."
            )
    parent = next(folder for folder in out.resolve().parents if folder.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise UsageError(f"{out} cannot be written: {parent} is no folder you may write to. Choose another --out.")


def csv_text(rows: Rows) -> str:
    """Comma-separated text in which no cell can be a spreadsheet's formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _write(aside: Path, shared: Mapping[str, str], private: Mapping[str, str]) -> None:
    for name, text in shared.items():
        (aside / name).write_text(text, encoding="utf-8", newline="\n")
    folder = aside / "private"
    folder.mkdir(mode=0o700)
    for name, text in private.items():
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))


@contextmanager
def _moved(source: Path | None, place: Path) -> Iterator[None]:
    """Moves a folder in, and back where the block fails."""
    if source is None or not source.is_dir():
        yield
        return
    shutil.move(source, place)
    try:
        place.chmod(0o700)
        yield
    except BaseException:
        if place.exists():
            shutil.move(place, source)
        raise
