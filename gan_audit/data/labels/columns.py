"""Which column of a table of labels means what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gan_audit.data.wording import ALIKE, some
from gan_audit.errors import InputError
from gan_audit.runtime.suggestions import nearest

REQUIRED = ("filename", "label")
GROUP_NAMES = ("group", "patient_id", "subject_id")
"""Names of the column that tells the patient, best first."""
OPTIONAL = ("mask", "set")
OTHER_WORDS: Mapping[str, tuple[str, ...]] = {
    "filename": ("file", "path", "filepath", "image", "img", "image_id", "name", "id"),
    "label": ("class", "target", "diagnosis", "category", "finding", "y"),
}
"""Headings that often stand for a required one: not accepted, but named in the message."""


@dataclass(frozen=True)
class Columns:
    """Meaning to the heading as written."""

    names: Mapping[str, str]
    """`filename` and `label`; `group`, `mask` and `set` where there."""
    notes: tuple[str, ...] = ()


def find_columns(header: Sequence[str], where: str) -> Columns:
    """The columns of a table; case and blanks do not matter, and others are ignored.

    Raises InputError where a required one is missing, with the headings found and the one probably meant.
    where: how messages call the table.
    """
    written: dict[str, str] = {}
    for heading in header:
        plain = heading.strip().lower()
        if plain in written and plain in (*REQUIRED, *GROUP_NAMES, *OPTIONAL):
            raise InputError(f"{where} has two columns named {plain!r}; keep one.")
        written.setdefault(plain, heading)
    missing = [name for name in REQUIRED if name not in written]
    if missing:
        raise InputError(_message(missing, header, where))
    groups = [name for name in GROUP_NAMES if name in written]
    names = {name: written[name] for name in (*REQUIRED, *OPTIONAL) if name in written}
    names |= {"group": written[groups[0]]} if groups else {}
    if len(groups) < 2:
        return Columns(names)
    return Columns(names, (f"The labels have {len(groups)} columns that name the patient; {groups[0]!r} was used.",))


def _message(missing: Sequence[str], header: Sequence[str], where: str) -> str:
    wanted = " and ".join(repr(name) for name in missing)
    found = some([heading.strip() for heading in header], most=12) or "none"
    hints = [f"rename {guess!r} to {name!r}" for name in missing if (guess := _guess(name, header))]
    remedy = f"Perhaps {' and '.join(hints)}." if hints else "The first row must be a header such as filename,label."
    return f"{where} has no column {wanted}; expected filename,label, found {found}. {remedy}"


def _guess(name: str, header: Sequence[str]) -> str | None:
    plain = {heading.strip().lower(): heading.strip() for heading in header if heading.strip().lower() not in REQUIRED}
    near = nearest(name, list(plain), ALIKE) or next((word for word in OTHER_WORDS[name] if word in plain), None)
    return plain[near] if near else None
