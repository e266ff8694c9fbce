"""Records to rates: how often an audit failed, was left open, named the right fault, and why sound data failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, TypeVar

from benchmarks.calibration.faults import FAULTS
from gan_audit.stats.resampling import wilson
from gan_audit.types import ALL, Interval

Record = Mapping[str, Any]
Group = TypeVar("Group", bound=Hashable)
LEVEL = 0.95


@dataclass(frozen=True)
class Rate:
    """So many of so many."""

    count: int
    total: int

    @property
    def share(self) -> float:
        """0 to 1; 0 of nothing."""
        return self.count / self.total if self.total else 0.0

    @property
    def interval(self) -> Interval:
        """Wilson's, at 95 %."""
        return wilson(self.count, self.total, LEVEL)


@dataclass(frozen=True)
class Row:
    """What became of a group of audits."""

    fail: Rate
    inconclusive: Rate
    right: Rate
    """Audits with a finding that names the fault."""
    findings: Mapping[str, int]
    """Finding to the number of audits that had it."""
    high: Rate
    """Audits with a finding of severity high."""


@dataclass(frozen=True)
class Offender:
    """A check that failed on sound data."""

    failed: Rate
    sets: Mapping[str, int]
    """Set and n to the number of audits in which it failed."""
    excess: tuple[float, float]
    """Median and worst, over its failures, of the estimate over the limit (of limit over estimate for a lower one)."""


def grouped(records: Iterable[Record], by: Callable[[Record], Group]) -> dict[Group, Row]:
    """One row for each value of `by`, in the order of first appearance."""
    parts: dict[Group, list[Record]] = defaultdict(list)
    for record in records:
        parts[by(record)].append(record)
    return {name: row(part) for name, part in parts.items()}


def row(records: Sequence[Record]) -> Row:
    """The rates over some audits."""
    total = len(records)
    ids = [{finding["id"] for finding in record["findings"]} for record in records]
    return Row(
        Rate(sum(record["exit_code"] == 1 for record in records), total),
        Rate(sum(record["exit_code"] == 3 for record in records), total),
        Rate(sum(bool(found & right(record)) for found, record in zip(ids, records, strict=True)), total),
        {name: sum(name in found for found in ids) for name in sorted({name for found in ids for name in found})},
        Rate(sum(any(x["severity"] == "high" for x in record["findings"]) for record in records), total),
    )


def right(record: Record) -> frozenset[str]:
    """The findings that would name the record's fault."""
    return FAULTS[record["fault"]].right


def is_sound(record: Record) -> bool:
    """Whether nothing is wrong with the synthetic half."""
    return not right(record) and not FAULTS[record["fault"]].scrambles


def offenders(records: Sequence[Record]) -> dict[str, Offender]:
    """Checks that failed at least once, by `id@space, scope`, the most frequent first; the rate is per audit."""
    failures: dict[str, list[tuple[Record, Mapping[str, Any]]]] = defaultdict(list)
    evaluated: dict[str, set[int]] = defaultdict(set)
    for place, record in enumerate(records):
        for check in record["checks"]:
            if check["status"] in ("pass", "fail", "inconclusive"):
                evaluated[_family(check)].add(place)
            if check["key"] in record["failed"]:
                failures[_family(check)].append((record, check))
    found = {name: _offender(hits, len(evaluated[name])) for name, hits in failures.items()}
    return dict(sorted(found.items(), key=lambda item: (-item[1].failed.count, item[0])))


def undecided(records: Sequence[Record]) -> dict[str, Rate]:
    """Required checks that were inconclusive or skipped in audits that ended in exit 3, the most frequent first."""
    stopped = [record for record in records if record["exit_code"] == 3]
    counts: dict[str, int] = defaultdict(int)
    for record in stopped:
        open_ = (c for c in record["checks"] if c.get("required") and c["status"] in ("inconclusive", "skipped"))
        for name in {f"{_family(check)}, {check['status']}" for check in open_}:
            counts[name] += 1
    found = {name: Rate(count, len(stopped)) for name, count in counts.items()}
    return dict(sorted(found.items(), key=lambda item: (-item[1].count, item[0])))


def _family(check: Mapping[str, Any]) -> str:
    space = f"@{check['space']}" if check["space"] else ""
    return f"{check['id']}{space}, {'all' if check['scope'] == ALL else 'class'}"


def _offender(hits: Sequence[tuple[Record, Mapping[str, Any]]], evaluated: int) -> Offender:
    audits = {id(record): f"{record['set']} {record['n']}" for record, _ in hits}
    places = sorted(audits.values())
    excess = sorted(_excess(check) for _, check in hits)
    return Offender(Rate(len(audits), evaluated), {x: places.count(x) for x in places}, (median(excess), excess[-1]))


def _excess(check: Mapping[str, Any]) -> float:
    """How far the estimate lies beyond the limit, as a ratio of 1 or more where both are positive."""
    top, bottom = check["estimate"], check["limit"]
    if check["op"] == ">=":
        top, bottom = bottom, top
    return float(top / bottom) if bottom else float("inf")
