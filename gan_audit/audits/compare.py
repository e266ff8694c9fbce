"""Two audits side by side: what changed, and what got worse by more than the intervals allow for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gan_audit.errors import InputError, UsageError
from gan_audit.report.document.canonical import digest, dumps, load
from gan_audit.report.document.schema import problem
from gan_audit.report.text import clean

Audit = Mapping[str, Any]
Movement = Literal["worse", "better", "moved", "within", "unknown", "only_a", "only_b"]
"""Beyond both intervals in the bad or the good direction, or with no limit to tell which; within them; without an
interval or an estimate to tell by; in one audit alone."""
AUDIT = "audit.json"
GATE_ORDER = ("pass", "inconclusive", "fail")
_NULLABLE = {"type": ["number", "null"]}
_ESSENTIAL = {
    "type": "object",
    "required": ["schema_version", "checks", "findings", "verdict", "inputs"],
    "properties": {
        "schema_version": {"type": "string"},
        "inputs": {"type": "object"},
        "verdict": {"type": "object", "required": ["status"], "properties": {"status": {"enum": [*GATE_ORDER]}}},
        "findings": {"type": "array", "items": {"type": "object", "required": ["id", "scope", "severity"]}},
        "checks": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "key", "status", "estimate", "ci", "threshold"],
                "properties": {
                    "key": {"type": "string"},
                    "status": {"type": "string"},
                    "estimate": _NULLABLE,
                    "ci": {"type": ["array", "null"], "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
                    "threshold": {"type": ["object", "null"], "required": ["op", "value"]},
                },
            },
        },
    },
}
"""What is read of an audit whose schema has another major version."""


@dataclass(frozen=True)
class Change:
    """One check in both audits, as their `checks` hold it; None in the audit that lacks it."""

    key: str
    a: Audit | None
    b: Audit | None

    @property
    def difference(self) -> float | None:
        """Estimate in B minus that in A, in the check's unit."""
        values = [side.get("estimate") if side else None for side in (self.a, self.b)]
        return None if values[0] is None or values[1] is None else float(values[1] - values[0])

    @property
    def judged(self) -> bool:
        """Whether either policy sets a criterion for it."""
        return any(side.get("level") in ("warn", "error") for side in (self.a, self.b) if side)

    @property
    def movement(self) -> Movement:
        """Where B lies from A; the limit of B, or else of A, says which direction is bad."""
        if self.a is None or self.b is None:
            return "only_b" if self.a is None else "only_a"
        before, after = self.a.get("ci"), self.b.get("ci")
        if self.difference is None or not before or not after:
            return "unknown"
        up, down = after[0] > before[1], after[1] < before[0]
        if not up and not down:
            return "within"
        limit = self.b.get("threshold") or self.a.get("threshold")
        if not limit:
            return "moved"
        return "worse" if up == (limit["op"] == "<=") else "better"


@dataclass(frozen=True)
class Compared:
    """Two audits, A before and B after."""

    a: Audit
    b: Audit
    notes: tuple[str, ...]
    """Why the two may not be comparable; empty where nothing speaks against it."""
    changes: tuple[Change, ...]
    """Every check of either audit, in A's order, then B's."""
    gone: tuple[Audit, ...]
    """Findings of A that B has not, by identifier and scope."""
    new: tuple[Audit, ...]

    @property
    def worse(self) -> bool:
        """Whether a judged check got worse beyond its interval, or the gate's verdict did."""
        return self.verdict_worse or any(change.judged and change.movement == "worse" for change in self.changes)

    @property
    def verdict_worse(self) -> bool:
        """Whether the gate went from met to inconclusive, or from either to not met."""
        before, after = (GATE_ORDER.index(side["verdict"]["status"]) for side in (self.a, self.b))
        return after > before


def compare(a: Path, b: Path) -> Compared:
    """Compares two audits: output folders, or audit.json files.

    A check got worse where its two confidence intervals do not touch and B's lies on the bad side of A's. That is
    stricter than a test of the difference at the same level, which two touching intervals may still pass; of many
    checks over many classes and spaces, few reach it by chance. A check in one audit only is listed and never called
    worse: what a required check's absence means is in the verdict.

    Raises UsageError where there is no such file, InputError where it is no audit.
    """
    before, after = _read(a), _read(b)
    checks = [{check["key"]: check for check in side["checks"]} for side in (before, after)]
    keys = dict.fromkeys((*checks[0], *checks[1]))
    changes = tuple(Change(key, checks[0].get(key), checks[1].get(key)) for key in keys)
    found = [{(finding["id"], finding["scope"]): finding for finding in side["findings"]} for side in (before, after)]
    gone = tuple(finding for name, finding in found[0].items() if name not in found[1])
    new = tuple(finding for name, finding in found[1].items() if name not in found[0])
    return Compared(before, after, tuple(_notes(before, after, changes)), changes, gone, new)


def name_of(document: Audit) -> str:
    """The first digits of an audit's digest."""
    return digest(dumps(document))[:12]


def _read(path: Path) -> Audit:
    file = path / AUDIT if path.is_dir() else path
    try:
        return load(file)
    except UsageError:
        if not file.is_file():
            raise
        return _other_major(file)


def _other_major(file: Path) -> Audit:
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"{file} is no audit.json: {clean(error)}.") from error
    if found := problem(document, _ESSENTIAL):
        raise InputError(f"{file} has another schema version, and cannot be compared: {found}.")
    return dict(document)


def _notes(a: Audit, b: Audit, changes: Sequence[Change]) -> Iterator[str]:
    versions = [clean(side["schema_version"], 20) for side in (a, b)]
    if versions[0].split(".")[0] != versions[1].split(".")[0]:
        yield f"The schema versions differ ({versions[0]}, {versions[1]}): keys may have changed their meaning."
    for role, words in (("real", "real images"), ("holdout", "hold-out images")):
        if _digest_of(a, role) != _digest_of(b, role):
            yield f"The {words} are not the same: a change may come from them and not from the synthetic images."
    if a.get("policy_sha256") != b.get("policy_sha256"):
        yield "The policies differ: limits, levels or waivers, and with them the verdicts, are not those of one rule."
    if _spaces(a) != _spaces(b):
        yield f"Features were not computed alike in {', '.join(_differing(a, b))}: these numbers are not comparable."
    both = [(change.a, change.b, change.key) for change in changes if change.a and change.b]
    revised = sorted({x["id"] for x, y, _ in both if _revision(a, x["id"]) != _revision(b, y["id"])})
    if revised:
        yield f"Computed by another revision of the method: {', '.join(clean(id, 60) for id in revised)}."
    resized = sum(_matched(x) != _matched(y) for x, y, _ in both)
    if resized:
        yield (
            f"{resized} checks were taken at another number of images: a Fréchet distance falls, and most others "
            "move, with the number alone."
        )


def _digest_of(document: Audit, role: str) -> Any:
    return (document["inputs"].get(role) or {}).get("sha256")


def _revision(document: Audit, id: str) -> Any:
    return ((document.get("methods") or {}).get(id) or {}).get("revision")


def _matched(check: Audit) -> Any:
    return (check.get("details") or {}).get("matched_n")


def _spaces(document: Audit) -> dict[str, Any]:
    """What the numbers of a space depend on, by its name."""
    keys = ("extractor", "revision", "parameters", "weights_sha256", "standardize")
    return {space["name"]: [space.get(key) for key in keys] for space in document.get("spaces") or ()}


def _differing(a: Audit, b: Audit) -> list[str]:
    before, after = _spaces(a), _spaces(b)
    names = dict.fromkeys((*before, *after))
    return [clean(name, 60) for name in names if before.get(name) != after.get(name)]
