"""Foreign text made harmless: labels, file-borne reasons and declarations come from people we do not know."""

from __future__ import annotations

import re
import unicodedata

LABEL = 40
"""Longest label in a figure, characters."""
LINE = 300
"""Longest one-line text in a table or a list, characters."""
PROSE = 20_000
"""Longest free text, characters."""

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, which HTML and XML forbid
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"  # invisible, or turning text round
    "\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # line ends of scripts, half characters, no characters
)


def clean(value: object, limit: int = LINE) -> str:
    """One line of text in Unicode's composed form; what cannot be seen is written out as `[U+202E]`.

    limit: longest result in characters; a longer text ends with an ellipsis and its length.
    """
    return " ".join(prose(value, limit).split())


def prose(value: object, limit: int = PROSE) -> str:
    """Like `clean`, but line breaks stay."""
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    text = _HIDDEN.sub(lambda found: f"[U+{ord(found.group()):04X}]", text[: limit + 1])
    text = unicodedata.normalize("NFC", text)
    return text if len(str(value)) <= limit else f"{text[:limit]}… ({len(str(value))} characters)"


def label(value: object) -> str:
    """A label short enough for a figure."""
    text = clean(value, PROSE)
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"


def words(key: str) -> str:
    """`interval_method` as a reader says it: `Interval method`."""
    text = clean(key).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def pointer(*steps: object) -> str:
    """JSON pointer (RFC 6901) to a place in audit.json."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def moment(value: object) -> str:
    """An ISO 8601 time in UTC as a reader says it: `2026-11-20 08:30:00 UTC`."""
    text = clean(value, 40)
    return f"{text[:10]} {text[11:-1]} UTC" if text[10:11] == "T" and text.endswith("Z") else text
