"""audit.json: its canonical text, the digest of that text, and reading it back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from gan_audit.errors import GanAuditError, InputError, UsageError
from gan_audit.report.document.schema import problem
from gan_audit.report.text import clean, pointer

Document = dict[str, Any]
SCHEMA_VERSION = "1.0"
"""Written into new documents; a reader takes every minor version of its own major one."""

STATUSES = ("pass", "fail", "inconclusive", "skipped", "info")
_NUMBER = (int, float, type(None))
Fields = Mapping[str, type | tuple[type, ...]]
_TOP: Fields = {
    "tool": dict,
    "created": str,
    "seed": int,
    "policy": dict,
    "policy_sha256": str,
    "environment": dict,
    "inputs": dict,
    "spaces": list,
    "checks": list,
    "findings": list,
    "declarations": dict,
    "verdict": dict,
    "timings": dict,
}
_CHECK: Fields = {
    "id": str,
    "key": str,
    "scope": str,
    "status": str,
    "estimate": _NUMBER,
    "unit": str,
    "ci": (list, type(None)),
    "reference": (dict, type(None)),
    "threshold": (dict, type(None)),
    "n_real": int,
    "n_synthetic": int,
    "message": str,
    "details": dict,
}


def dumps(document: Mapping[str, Any]) -> str:
    """Canonical text: keys sorted, one value a line (a list of plain values on one), ASCII, a newline at the end.

    Equal documents give equal bytes, and a small change gives a small difference.
    Raises GanAuditError where a number is NaN or infinite.
    """
    return "".join(_lines(document, "", ())) + "\n"


def digest(document_text: str) -> str:
    """SHA-256 of the canonical text, hexadecimal: the audit's digest."""
    return hashlib.sha256(document_text.encode()).hexdigest()


def schema() -> Document:
    """The JSON Schema (2020-12) of audit.json."""
    text = Path(__file__).with_name("audit.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def load(path: Path) -> Document:
    """Reads an audit.json.

    Raises UsageError where there is no such file or its schema is of another major version, InputError where it is
    no audit.json.
    """
    try:
        text = path.read_bytes().decode("utf-8")
        document = json.loads(text, parse_constant=_refuse_constant)
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}. Give the path of an audit.json.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no audit.json: expected JSON text, got an error: {clean(error)}.") from error
    found = problem(require(document, str(path)), schema())
    if found:
        raise InputError(f"{path} is no valid audit.json: {found}.")
    return dict(document)


def require(document: Any, name: str = "the document") -> Document:
    """The document itself, once it is sure to be of a version that the report reads, and to have its keys.

    What gan-audit has just made is asked no more than this; a file is held against the whole schema by `load`.
    """
    if not isinstance(document, dict) or "schema_version" not in document:
        raise InputError(f"{name} is no audit.json: expected an object with the key schema_version.")
    version = clean(document["schema_version"], 20)
    if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise UsageError(
            f"{name} has schema version {version}; this gan-audit reads {SCHEMA_VERSION.split('.')[0]}.x. "
            "Render it with the version of gan-audit that wrote it."
        )
    _require_keys(document, _TOP, name, "")
    _require_choice(document["verdict"].get("status"), ("pass", "fail", "inconclusive"), name, "/verdict/status")
    for index, check in enumerate(document["checks"]):
        _require_keys(check, _CHECK, name, f"/checks/{index}")
        _require_choice(check["status"], STATUSES, name, f"/checks/{index}/status")
    return document


def _require_keys(value: Any, keys: Mapping[str, type | tuple[type, ...]], name: str, place: str) -> None:
    for key, kind in keys.items():
        found = value.get(key, ...) if isinstance(value, dict) else ...
        if not isinstance(found, kind) or (isinstance(found, bool)):
            raise InputError(f"{name} is no valid audit.json: {place}/{key} is missing or of the wrong type.")


def _require_choice(value: Any, choices: Sequence[str], name: str, place: str) -> None:
    if value not in choices:
        raise InputError(
            f"{name} is no valid audit.json: expected {', '.join(choices)} at {place}, got {clean(value, 40)}."
        )


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _lines(value: Any, indent: str, steps: tuple[object, ...]) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        items: list[tuple[str, object, Any]] = [(json.dumps(key) + ": ", key, value[key]) for key in sorted(value)]
        yield from _block("{}", items, indent, steps)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping | list | tuple) for item in value):
        yield from _block("[]", [("", index, item) for index, item in enumerate(value)], indent, steps)
    else:
        yield _plain(value, steps)


def _block(
    brackets: str, items: Sequence[tuple[str, object, Any]], indent: str, steps: tuple[object, ...]
) -> Iterator[str]:
    yield brackets[0]
    for position, (prefix, step, item) in enumerate(items):
        yield f"{',' if position else ''}\n{indent} {prefix}"
        yield from _lines(item, indent + " ", (*steps, step))
    yield f"\n{indent}{brackets[1]}"


def _plain(value: Any, steps: tuple[object, ...]) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise GanAuditError(f"audit.json would hold NaN or infinity at {pointer(*steps)}; null is expected.") from error
