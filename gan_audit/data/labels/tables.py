"""A table of labels, from a CSV file or a data frame, as rows."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from gan_audit.data.labels.columns import REQUIRED, find_columns
from gan_audit.data.wording import ALIKE, text_of
from gan_audit.errors import InputError
from gan_audit.runtime.suggestions import nearest
from gan_audit.types import Role

DELIMITERS = ",;\t|"
"""Tried on the header in this order."""
SETS: Mapping[str, Role] = {"real": "real", "synthetic": "synthetic", "holdout": "holdout"}


@dataclass(frozen=True)
class LabelRow:
    """What one row says of one file name."""

    number: int
    """As an editor counts lines: the header of a CSV file is 1."""
    filename: str
    label: str | None
    group: str | None
    mask: str | None
    set: Role | None
    """The one set the row is about; None for every set that holds such a file."""


@dataclass(frozen=True)
class LabelTable:
    """All rows of a table of labels."""

    rows: tuple[LabelRow, ...]
    name: str
    """How messages call it."""
    folder: Path | None
    """The folder that masks are relative to; None for a data frame."""
    notes: tuple[str, ...]


Numbered = tuple[int, Mapping[str, Any]]


def read_csv(path: Path) -> LabelTable:
    """Rows of a CSV file: UTF-8 or UTF-16 with or without mark, or Windows-1252; comma, semicolon, tab or bar.

    Raises InputError with the row and the remedy.
    """
    text, notes = _text(path)
    lines = list(io.StringIO(text, newline=""))
    start = next((number for number, line in enumerate(lines) if line.strip() and not _is_hint(line)), None)
    if start is None:
        raise InputError(f"The labels file {path} is empty; expected a header filename,label and one row an image.")
    delimiter = _delimiter(lines[start])
    header, *records = _records(lines, start, delimiter, path)
    columns = find_columns(header[1], f"The labels file {path}")
    named = (_named(record, header[1], path) for record in records)
    rows = _rows(named, columns.names, f"row {{number}} of {path.name}")
    return LabelTable(tuple(rows), path.name, path.parent, (*notes, *columns.notes))


def read_frame(frame: Any) -> LabelTable:
    """Rows of a data frame with the same columns; its first row counts as 1."""
    header = [str(name) for name in frame.columns]
    columns = find_columns(header, "The table of labels")
    records = ((number, {str(key): cell for key, cell in record.items()}) for number, record in _frame_records(frame))
    rows = _rows(records, columns.names, "row {number} of the table of labels")
    return LabelTable(tuple(rows), "the table of labels", None, columns.notes)


def clean_name(name: str) -> str:
    """A file name as both sides are compared: `/`, no leading `./`, one form of accented letters."""
    return unicodedata.normalize("NFC", PurePosixPath(name.strip().replace("\\", "/")).as_posix())


def _text(path: Path) -> tuple[str, tuple[str, ...]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"The labels file {path} cannot be read: {error.strerror or 'unknown reason'}.") from error
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace"), ()
    if b"\0" in data:
        raise InputError(f"The labels file {path} is not text; export it as CSV (UTF-8).")
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), ("The labels file is not UTF-8; it was read as Windows-1252.",)


def _is_hint(line: str) -> bool:
    """Whether a line only tells a spreadsheet the delimiter (`sep=;`)."""
    return line.strip().lower()[:-1] == "sep="


def _delimiter(header: str) -> str:
    """The one that yields the required columns; else the one that yields most columns, for the message."""

    def quality(delimiter: str) -> tuple[int, int]:
        names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter))]
        return len(set(REQUIRED) & set(names)), len(names)

    return max(DELIMITERS, key=quality)


def _records(lines: Sequence[str], start: int, delimiter: str, path: Path) -> list[tuple[int, list[str]]]:
    """Number and cells of each row that is not blank, the header first."""
    reader = csv.reader(lines[start:], delimiter=delimiter, skipinitialspace=True)
    try:
        return [(start + reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise InputError(
            f"Row {start + reader.line_num} of {path} cannot be read ({error}); check its quotation marks."
        ) from None


def _named(record: tuple[int, list[str]], header: Sequence[str], path: Path) -> Numbered:
    number, cells = record
    if any(cell.strip() for cell in cells[len(header) :]):
        raise InputError(
            f"Row {number} of {path} has {len(cells)} cells, the header {len(header)}; "
            "put a file name that holds the delimiter in quotation marks."
        )
    return number, dict(zip(header, cells, strict=False))


def _frame_records(frame: Any) -> Iterator[Numbered]:
    yield from enumerate(frame.to_dict("records"), start=1)


def _rows(records: Iterable[Numbered], names: Mapping[str, str], where: str) -> Iterator[LabelRow]:
    for number, record in records:
        place = where.format(number=number)
        cells = {meaning: text_of(record.get(heading)) for meaning, heading in names.items()}
        if not cells["filename"]:
            if any(cells.values()):
                raise InputError(f"Expected a file name in {place}, found none; fill it in or remove the row.")
            continue
        filename = clean_name(cells["filename"])
        set_named = _set(cells.get("set"), place)
        yield LabelRow(number, filename, cells["label"], cells.get("group"), cells.get("mask"), set_named)


def _set(written: str | None, place: str) -> Role | None:
    if written is None or written.lower() in SETS:
        return SETS[written.lower()] if written else None
    guess = nearest(written, list(SETS), ALIKE)
    hint = f" Perhaps {guess!r} is meant." if guess else " Leave it blank for a row about every set."
    raise InputError(f"Expected real, synthetic or holdout as `set` in {place}, found {written!r}.{hint}")
