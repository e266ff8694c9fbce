"""A comparison of two audits written down: as rows for a terminal, as Markdown, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gan_audit.audits.compare import Audit, Change, Compared, Movement, name_of
from gan_audit.report.markdown import LARGEST, escape
from gan_audit.report.numbers import interval, quantity, suffix
from gan_audit.report.text import clean, moment
from gan_audit.report.words import FINDINGS, GATE

HEADS = ("check", "A", "B", "change", "status", "intervals")
MOVEMENTS: Mapping[Movement, str] = {
    "worse": "WORSE",
    "only_a": "only in A",
    "only_b": "only in B",
    "unknown": "none",
    "moved": "apart",
    "better": "better",
    "within": "overlap",
}
"""Words of a movement, those to be read first before."""
STATUSES = {
    "pass": "met",
    "fail": "not met",
    "inconclusive": "inconclusive",
    "skipped": "not evaluated",
    "info": "shown",
}
MARKER = "<!-- gan-audit compare -->"
"""First line of the Markdown, by which a pipeline finds its own comment again."""
MOST_ROWS = 100


def rows(compared: Compared) -> list[tuple[str, ...]]:
    """A row under HEADS for each judged check, and for each other one that moved beyond its interval."""
    return [_row(change) for change in _shown(compared)]


def left_out(compared: Compared) -> int:
    """Checks that `rows` leaves out."""
    return len(compared.changes) - len(_shown(compared))


def sentences(compared: Compared) -> Iterator[str]:
    """What a reader must know besides the rows: both audits, findings that came and went, the conclusion."""
    for letter, side in (("A", compared.a), ("B", compared.b)):
        yield f"{letter}: {_gate(side)}; audit {name_of(side)} of {moment(side.get('created') or 'an unknown time')}."
    for word, findings in (("New finding", compared.new), ("Gone", compared.gone)):
        for finding in findings:
            title = FINDINGS.get(finding["id"]) or clean(finding["id"], 60)
            yield f"{word}: {title} ({clean(finding['severity'], 20)}, {clean(finding['scope'], 80)})."
    yield conclusion(compared)


def conclusion(compared: Compared) -> str:
    """One sentence that the exit code follows."""
    count = sum(change.judged and change.movement == "worse" for change in compared.changes)
    checks = f"{count} judged check{'' if count == 1 else 's'} got worse beyond the intervals"
    verdict = "the gate's verdict got worse" if compared.verdict_worse else "the gate's verdict did not get worse"
    return f"{'WORSE' if compared.worse else 'NOT WORSE'}: {checks}; {verdict}."


def markdown(compared: Compared) -> str:
    """GitHub-flavoured Markdown, always under 60 kB: rows that do not fit are counted."""
    found = sorted(rows(compared), key=lambda row: [*MOVEMENTS.values()].index(row[-1]))
    for shown in range(min(len(found), MOST_ROWS), -1, -1):
        text = "\n".join(_lines(compared, found[:shown], len(found) - shown)) + "\n"
        if len(text.encode()) < LARGEST:
            break
    return text


def document(compared: Compared) -> dict[str, Any]:
    """The comparison as JSON values; `checks` holds every check of either audit."""
    return {
        "schema_version": "1.0",
        "a": _side(compared.a),
        "b": _side(compared.b),
        "worse": compared.worse,
        "verdict_worse": compared.verdict_worse,
        "notes": list(compared.notes),
        "checks": [_check(change) for change in compared.changes],
        "findings": {"new": [dict(x) for x in compared.new], "gone": [dict(x) for x in compared.gone]},
    }


def _shown(compared: Compared) -> list[Change]:
    return [x for x in compared.changes if x.judged or x.movement in ("worse", "better", "moved")]


def _row(change: Change) -> tuple[str, ...]:
    unit = str((change.b or change.a or {}).get("unit") or "")
    difference = change.difference
    sign = "+" if difference and difference > 0 else ""
    return (
        clean(change.key, 120),
        _value(change.a),
        _value(change.b),
        "" if difference is None else sign + quantity(difference, _short(unit)).replace("%", "points"),
        _statuses(change),
        MOVEMENTS[change.movement],
    )


def _value(side: Audit | None) -> str:
    if side is None or side["estimate"] is None:
        return ""
    unit = _short(str(side.get("unit") or ""))
    return quantity(side["estimate"], unit) + (f" ({interval(side['ci'], unit)})" if side["ci"] else "")


def _short(unit: str) -> str:
    """A percent sign or nothing: other units are said in the report."""
    return unit if suffix(unit).endswith("%") else ""


def _statuses(change: Change) -> str:
    names = [STATUSES.get(side["status"], clean(side["status"], 20)) if side else "" for side in (change.a, change.b)]
    return names[0] if names[0] == names[1] else f"{names[0] or 'absent'} → {names[1] or 'absent'}"


def _gate(side: Audit) -> str:
    return GATE[side["verdict"]["status"]][1].lower()


def _lines(compared: Compared, found: Iterable[tuple[str, ...]], more: int) -> Iterator[str]:
    yield MARKER
    yield f"## {'❌' if compared.worse else '✅'} {escape(conclusion(compared), 400)}"
    yield ""
    for note in compared.notes:
        yield f"> ⚠️ **Not comparable as it stands.** {escape(note, 600)}"
        yield ">"
    yield ""
    for sentence in [*sentences(compared)][:-1]:
        yield f"- {escape(sentence, 300)}"
    yield ""
    yield f"| {' | '.join(HEADS)} |"
    yield f"|{' --- |' * len(HEADS)}"
    for row in found:
        yield f"| {' | '.join(escape(cell) for cell in row)} |"
    yield ""
    if more:
        yield f"{more} more; the audits hold all."


def _side(side: Audit) -> dict[str, Any]:
    return {
        "digest": name_of(side),
        "created": side.get("created"),
        "tool": side.get("tool"),
        "verdict": side["verdict"]["status"],
    }


def _check(change: Change) -> dict[str, Any]:
    return {
        "key": change.key,
        "movement": change.movement,
        "judged": change.judged,
        "change": change.difference,
        "a": _half(change.a),
        "b": _half(change.b),
    }


def _half(side: Audit | None) -> dict[str, Any] | None:
    keys = ("status", "level", "estimate", "ci", "unit", "threshold", "n_real", "n_synthetic")
    return None if side is None else {key: side.get(key) for key in keys}
