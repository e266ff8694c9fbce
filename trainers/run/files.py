"""Files that are whole or not there: written aside and moved into place."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any

from gan_audit.errors import InputError


def write_text(path: Path, text: str) -> None:
    """Replaces a file in one step."""
    aside = path.with_name(f".{path.name}.{token_hex(4)}.new")
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        os.replace(aside, path)  # noqa: PTH105 - Path.replace follows a link
    finally:
        aside.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Indented JSON with sorted keys; ValueError for a value that is not finite."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: Path, what: str) -> Any:
    """The content of a JSON file; InputError, saying what was looked for, where there is none or it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"Expected {what} at {path}, found none. Give the folder that `gan-audit train` wrote."
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"{what} at {path} cannot be read: {type(error).__name__}. Train again.") from error


def append_line(path: Path, row: Mapping[str, Any]) -> None:
    """Adds a row to a file of JSON lines."""
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row, sort_keys=True, allow_nan=False) + "\n")


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """The whole rows of a file of JSON lines; one that a kill cut off is left out."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Replaces a file of JSON lines."""
    write_text(path, "".join(json.dumps(row, sort_keys=True, allow_nan=False) + "\n" for row in rows))
