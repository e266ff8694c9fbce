"""The tables that checks bring along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gan_audit.report.entries import Entry
from gan_audit.report.models import Block, Cell, Column, Prose, Row, Table
from gan_audit.report.numbers import DASH
from gan_audit.report.sections.context import Context
from gan_audit.report.sections.details import plain
from gan_audit.report.small_counts import HIDDEN
from gan_audit.report.text import clean


def check_tables(entry: Entry) -> list[Table]:
    """Every table of one result; one without a row has nothing to show."""
    sources = [source if isinstance(source, Mapping) else {} for source in entry.check["details"].get("tables") or ()]
    return [_table(entry, index, source) for index, source in enumerate(sources) if source.get("rows")]


def appendix(context: Context) -> Iterator[Block]:
    """Every table of every result, in full."""
    tables = [
        replace(table, caption=f"{entry.key}: {table.caption.removeprefix(f'{entry.scope}: ')}")
        for entry in context.entries
        for table in check_tables(entry)
    ]
    if not tables:
        yield Prose(("No check brought a table along.",))
    yield from tables


def _table(entry: Entry, index: int, source: Mapping[str, Any]) -> Table:
    rows = [list(row) for row in source.get("rows") or ()]
    titles = [clean(title, 80) for title in source.get("columns") or ()]
    columns = tuple(Column(title, _is_numeric(rows, place)) for place, title in enumerate(titles))
    body = tuple(Row(tuple(_cell(entry, value) for value in row[: len(titles)])) for row in rows)
    title = clean(entry.shareable(str(source.get("title") or "Table")))
    caption = title if entry.overall or entry.scope in title else f"{entry.scope}: {title}"
    src = entry.src("details", "tables", index)
    return Table(caption, columns, body, anchor=f"table-{entry.index}-{index}", src=src)


def _cell(entry: Entry, value: Any) -> Cell:
    """A value; where the class is too small to be counted, not the number of its real images."""
    counted = isinstance(value, int) and not isinstance(value, bool) and value == entry.check["n_real"]
    return Cell(HIDDEN if counted and entry.is_hidden else plain(value) or DASH)


def _is_numeric(rows: list[list[Any]], place: int) -> bool:
    values = [row[place] for row in rows if place < len(row) and row[place] is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
