"""summary.md: what a reviewer must know, short enough for a comment on a pull request."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from gan_audit.report.document.canonical import digest, dumps, require
from gan_audit.report.entries import Entry, entries
from gan_audit.report.numbers import count
from gan_audit.report.sections.banner import CAUTION, DEFAULT_POLICY, findings, sentence
from gan_audit.report.sections.context import Context, short_digest
from gan_audit.report.small_counts import note
from gan_audit.report.text import clean, moment
from gan_audit.report.words import GATE, ROLES, SHORT, STATES

MARKER = "<!-- gan-audit -->"
"""First line, by which a pipeline finds its own comment again."""
LARGEST = 60_000
"""Bytes of the whole file; GitHub takes 65,536 characters in a comment."""
MOST_ROWS = 60
MOST_FINDINGS = 20
TEXT = 240
"""Longest foreign sentence, characters."""

_SPECIAL = re.compile(r"[&<>@#\\`*_\[\]|~$]|://|\bwww\.", re.IGNORECASE)
_WRITTEN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@&#8203;", "#": "#&#8203;", "://": ":&#8203;//"}
"""What would be HTML, and, broken by a space of no width, what would mention a person, link an issue or be a link."""
_ICONS = {"met": "✅", "not-met": "❌", "inconclusive": "❓"}


def render_markdown(document: Mapping[str, Any]) -> str:
    """The verdict, the findings and every criterion that is not met, as GitHub-flavoured Markdown.

    Always under 60 kB: rows that do not fit are counted. Raises InputError where the document is none.
    """
    require(document)
    context = Context(document, digest(dumps(document)), entries(document))
    rows = _rows(context)
    for shown in range(min(len(rows), MOST_ROWS), -1, -1):
        text = "\n".join(_lines(context, rows[:shown], len(rows) - shown)) + "\n"
        if len(text.encode()) < LARGEST:
            break
    return text


def escape(value: object, limit: int = TEXT) -> str:
    """Foreign text as plain Markdown text on one line: no mark-up, no HTML, no link, no mention survives."""
    return _SPECIAL.sub(lambda found: _neutral(found.group()), clean(value, limit))


def _neutral(special: str) -> str:
    if len(special) == 4:
        return f"{special[:3]}&#8203;."
    return _WRITTEN.get(special) or f"\\{special}"


def _lines(context: Context, rows: list[str], left_out: int) -> Iterator[str]:
    document = context.document
    state, word = GATE[document["verdict"]["status"]]
    yield MARKER
    yield f"## {_ICONS[state]} {word}"
    yield ""
    yield escape(sentence(context), 600)
    yield ""
    for finding in findings(context)[:MOST_FINDINGS]:
        place = f"{finding.severity.lower()}, {escape(finding.scope, 80)}"
        yield f"- **{escape(finding.title)}** ({place}): {escape(finding.message)}"
    if context.document["findings"]:
        yield ""
    if rows:
        yield "| check | value, interval | limit | verdict |"
        yield "| --- | --- | --- | --- |"
        yield from rows
        yield ""
    if left_out:
        yield f"{left_out} more in `report.html`."
        yield ""
    yield _counts(context)
    yield ""
    if kept_back := note(document):
        yield kept_back
        yield ""
    yield from _footer(context)


def _rows(context: Context) -> list[str]:
    """Criteria that are judged and not simply met, the worst first."""
    order = list(STATES)
    found = [entry for entry in context.entries if entry.judged and entry.state != "met"]
    return [_row(entry) for entry in sorted(found, key=lambda entry: order.index(entry.state))]


def _row(entry: Entry) -> str:
    interval = f" ({entry.interval.text})" if entry.interval.src else ""
    value = f"{entry.value.text}{interval}" if entry.value.src else escape(entry.message, 120)
    return f"| {escape(entry.key, 120)} | {value} | {escape(entry.limit.text)} | {entry.verdict} |"


def _counts(context: Context) -> str:
    states = Counter(entry.state for entry in context.entries if entry.judged)
    judged = ", ".join(f"{states[state]} {SHORT[state]}" for state in STATES if states[state])
    inputs = context.document["inputs"]
    images = ", ".join(f"{count(inputs[role]['n_images'])} {role}" for role in ROLES if inputs.get(role))
    return f"Criteria: {judged or 'none'}. Images: {images}."


def _footer(context: Context) -> Iterator[str]:
    document = context.document
    tool = escape(f"{document['tool'].get('name')} {document['tool'].get('version')}", 80)
    yield (
        f"Policy “{escape(document['policy'].get('name') or 'not named', 120)}” "
        f"(`{short_digest(document['policy_sha256'])}`). {tool}, {escape(moment(document['created']), 60)}. "
        f"Audit digest `{context.digest}`."
    )
    yield ""
    yield f"_{CAUTION}{' ' + DEFAULT_POLICY if document['policy'].get('is_default') else ''}_"
