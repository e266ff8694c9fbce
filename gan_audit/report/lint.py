"""A last look over what is to be shared: no file name, no path and no patient id of the input may stand in it.

What counts as a leak. A secret is searched as a whole token, case and all, in every string of the document and in the
text of every file made from it. Not searched are

* strings of fewer than six characters: `1`, `a.png` or `left` occur everywhere;
* class labels, and names passed as public (those of features): they are meant to be read;
* strings that gan-audit itself prints: `coverage.png` has the stem `coverage`. A string is taken for ours where it
  stands in the package's own sources or in the methods, packages and spaces that the document describes;
* numbers, in the files made from the document: there, every measured number would be one. They are searched in the
  document's strings.

A file name is searched whole, without its folders, and without its suffixes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from gan_audit.errors import GanAuditError, UsageError
from gan_audit.report.html import templates
from gan_audit.report.text import PROSE, clean, pointer

SHORTEST = 6
"""Characters of the shortest string that is searched."""
OWN = ("methods", "environment", "timings")
"""Parts of the document whose words are gan-audit's and its packages'."""
_WORD = re.compile(r"\w+")
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,5}$")

Needles = Mapping[str, frozenset[str]]
"""A string that is searched, to the words it is made of."""


def refuse_leaks(
    document: Mapping[str, Any], files: Mapping[str, str], secrets: Iterable[str], public: Iterable[str] = ()
) -> None:
    """Raises where a secret stands in the document or in one of the files made from it, without naming it.

    files: name to text. UsageError where the sponsor's own words hold it, else GanAuditError, for then gan-audit is
    at fault.
    """
    needles = _needles(document, secrets, public)
    place = _place_in_document(document, needles) or _place_in_files(files, needles)
    if place is None:
        return
    declared = place.startswith(("/declarations", "/policy"))
    remedy = "Remove it from the declarations or the policy." if declared else "Nothing was written."
    told = f"{place} would hold a file name, a path or a patient id of the input, and is meant for sharing. {remedy}"
    raise (UsageError if declared else GanAuditError)(told)


def _needles(document: Mapping[str, Any], secrets: Iterable[str], public: Iterable[str]) -> Needles:
    read = {clean(name, PROSE) for name in (*public, *_labels(document))}
    searched = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST} - read
    needles = {form: frozenset(_WORD.findall(form)) for form in sorted(searched)}
    own = _found(needles, _own_words() + "\n" + "\n".join(_strings_of_ours(document)))
    return {form: words for form, words in needles.items() if form not in own and words}


def _forms(secret: str) -> Iterator[str]:
    yield clean(secret, PROSE)
    name = PurePosixPath(secret.replace("\\", "/")).name
    while _SUFFIX.search(name):
        yield clean(name, PROSE)
        name = _SUFFIX.sub("", name)
        yield clean(name, PROSE)


def _labels(document: Mapping[str, Any]) -> Iterator[str]:
    for given in document["inputs"].values():
        yield from (given or {}).get("classes") or ()


@cache
def _own_words() -> str:
    package = Path(__file__).parents[1]
    folders = (package, templates(Path(__file__).parent))
    kinds = {".py", ".toml", ".json", ".j2", ".css", ".js"}
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in kinds)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _strings_of_ours(document: Mapping[str, Any]) -> Iterator[str]:
    for part in OWN:
        yield from (text for _, text in _strings(document.get(part) or {}, ()))
    yield from (str(space.get("name")) for space in document["spaces"])


def _strings(value: Any, steps: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], str]]:
    if isinstance(value, str):
        yield steps, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield (*steps, key), str(key)
            yield from _strings(item, (*steps, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _strings(item, (*steps, index))


def _place_in_document(document: Mapping[str, Any], needles: Needles) -> str | None:
    parts = {key: value for key, value in document.items() if key not in OWN}
    strings = [(steps, clean(text, PROSE)) for steps, text in _strings(parts, ())]
    found = _found(needles, "\n".join(text for _, text in strings))
    if not found:
        return None
    place = next(steps for steps, text in strings if _found({form: needles[form] for form in found}, text))
    return _public_pointer(place, found)


def _public_pointer(steps: tuple[object, ...], found: set[str]) -> str:
    """The place, cut before a step that is itself the secret: the message goes to logs that many read."""
    kept: list[object] = []
    for step in steps:
        if any(form in clean(step, PROSE) for form in found):
            break
        kept.append(step)
    return pointer(*kept)


def _place_in_files(files: Mapping[str, str], needles: Needles) -> str | None:
    worded = {form: words for form, words in needles.items() if not form.isdigit()}
    for name, text in files.items():
        if _found(worded, _READERS[Path(name).suffix](text)):
            return name
    return None


def _found(needles: Needles, text: str) -> set[str]:
    """The needles that stand in the text as whole tokens."""
    words = set(_WORD.findall(text))
    candidates = (form for form, parts in needles.items() if parts <= words)
    return {form for form in candidates if re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text)}


def _read_html(text: str) -> str:
    """Without the longest script, which is the library that draws the figures."""
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    return html.unescape(text.replace(max(scripts, key=len, default=""), ""))


_READERS: dict[str, Callable[[str], str]] = {
    ".json": str,
    ".html": _read_html,
    ".xml": html.unescape,
    ".md": lambda text: html.unescape(text).replace("\u200b", "").replace("\\", ""),
}
"""Suffix to what a reader of such a file sees."""
