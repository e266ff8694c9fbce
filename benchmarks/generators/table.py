"""Rows as the tables of the documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

START, END = "<!-- measured: {} -->", "<!-- end: {} -->"
Column = tuple[str, Callable[[Mapping[str, Any]], str]]


def _number(key: str, form: str) -> Callable[[Mapping[str, Any]], str]:
    def shown(row: Mapping[str, Any]) -> str:
        value = row.get(key)
        return "" if value is None else format(value, form)

    return shown


AUDITED: Sequence[Column] = (
    ("model", lambda row: str(row["model"])),
    ("Fréchet ratio", _number("frechet_ratio", ".3g")),
    ("precision", _number("precision", ".2f")),
    ("recall", _number("recall", ".2f")),
    ("memorization ratio", _number("memorization_ratio", ".2f")),
    ("agreement", _number("agreement", ".2f")),
    ("findings", lambda row: ", ".join(row.get("findings", [])).replace("_", " ") or "none"),
    ("CPU s", _number("cpu_seconds", ".0f")),
    ("peak MB", _number("peak_mb", ".0f")),
)
JUDGED: Sequence[Column] = (
    ("model", lambda row: str(row["model"])),
    ("agreement", _number("agreement", ".1%")),
    ("worst class", _number("worst_class", ".1%")),
    ("Fréchet ratio", _number("frechet_ratio", ".2f")),
    ("precision", _number("precision", ".2f")),
    ("recall", _number("recall", ".2f")),
    ("memorization ratio", _number("memorization_ratio", ".2f")),
    ("CPU s", _number("cpu_seconds", ".0f")),
    ("peak MB", _number("peak_mb", ".0f")),
)


def table(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    """The Markdown table of a set, in the order of measurement."""
    columns = JUDGED if name == "digits" else AUDITED
    found = [row for row in rows if row["set"] == name]
    lines = ["| " + " | ".join(head for head, _ in columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join([*lines, *("| " + " | ".join(cell(row) for _, cell in columns) + " |" for row in found)])


def insert(path: Path, name: str, text: str) -> None:
    """Puts a text between its two marks in a file; ValueError where they are not there."""
    content = path.read_text(encoding="utf-8")
    start, end = START.format(name), END.format(name)
    if start not in content or end not in content:
        raise ValueError(f"Expected the marks {start} and {end} in {path}, found none.")
    before, rest = content.split(start, 1)
    path.write_text(f"{before}{start}\n{text}\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")
