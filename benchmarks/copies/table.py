"""Results to Markdown: kinds of copies by set, traps by set, and sound halves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.calibration.rates import Rate
from benchmarks.calibration.traps import TRAPS
from benchmarks.copies.check import IDENTICAL
from benchmarks.copies.kinds import ALL_KINDS, KINDS, PARTS
from benchmarks.copies.plan import SOUND, TOGETHER, key

Record = Mapping[str, Any]
Cell = Callable[[Sequence[Record]], str]
EVERY = "all sets"


class Row(NamedTuple):
    """One line of a table whose columns are sets."""

    title: str
    records: Sequence[Record]
    cell: Cell
    """The column of one set."""
    last: Cell
    """The column of all sets."""


def markdown(lines: Iterable[Record]) -> str:
    """The whole document; of two lines with one key the later one counts."""
    records = list({key(record): record for record in lines}.values())
    records.sort(key=lambda r: (r["together"], r["patients"], r["n"], [*TRAPS].index(r["trap"]), r["share"]))
    copies = [record for record in records if record["kind"] != SOUND]
    sections = [
        ["# Planted copies", "", *_origin(records)],
        ["## Copies found, by kind", "", *_grids([r for r in copies if r["trap"] == "none"], _by_kind)],
        ["## Copies found, by trap", "", *_grids(copies, _by_trap)],
        ["## Sound halves", "", *_sound([record for record in records if record["kind"] == SOUND])],
    ]
    return "\n".join("\n".join(section).rstrip() + "\n" for section in sections)


def _origin(records: Sequence[Record]) -> Iterator[str]:
    for title, name in (("Dates", "date"), ("Code that measures (digest)", "code"), ("Seeds", "seed")):
        yield f"- {title}: {', '.join(map(str, sorted({record[name] for record in records if name in record})))}"
    yield "- Found: accused of showing the picture that it was made of. Brackets: Wilson's 95 % interval."


def _grids(records: Sequence[Record], rows: Callable[[Sequence[Record]], Iterator[Row]]) -> Iterator[str]:
    """One table for each way of planting, each number of images and each knowledge of the patients."""
    for place in dict.fromkeys(_place(record) for record in records):
        together, patients, n = place
        part = [record for record in records if _place(record) == place]
        how = "all kinds together" if together else "each kind alone"
        yield from (f"### {n} + {n} images, patients {patients}, {how}", "")
        names = sorted({record["set"] for record in part})
        lines = [_line(row, names) for row in rows(part)]
        yield from _lines(("", *(f"{name} ({_sizes(part, name)})" for name in names), EVERY), lines)


def _place(record: Record) -> tuple[bool, str, int]:
    return record["together"], record["patients"], record["n"]


def _sizes(records: Sequence[Record], name: str) -> str:
    return ", ".join(map(str, sorted({record["size"] for record in records if record["set"] == name})))


def _by_kind(records: Sequence[Record]) -> Iterator[Row]:
    for kind in ALL_KINDS:
        if found := [record for record in records if record["kind"] == kind]:
            yield Row(kind, found, _plain, _interval)
    yield from _sums(records)


def _by_trap(records: Sequence[Record]) -> Iterator[Row]:
    for trap, share in dict.fromkeys((record["trap"], record["share"]) for record in records):
        found = [record for record in records if (record["trap"], record["share"]) == (trap, share)]
        name = trap if trap == "none" else f"{trap} {100 * share:g} %"
        yield from (row._replace(title=f"{name}: {row.title}") for row in _sums(found))


def _sums(records: Sequence[Record]) -> Iterator[Row]:
    for title, kinds in (("whole copies", KINDS), ("parts", PARTS)):
        if found := [record for record in records if record["kind"] in kinds]:
            yield Row(title, found, _plain, _interval)
    yield Row("accused, of them no copies", records, _others, _others)
    yield Row("gate failed", records, _failed, _failed)


def _line(row: Row, names: Sequence[str]) -> list[str]:
    cells = (row.cell([record for record in row.records if record["set"] == name]) for name in names)
    return [row.title, *cells, row.last(row.records)]


def _rate(records: Sequence[Record]) -> Rate:
    return Rate(sum(record["found"] for record in records), sum(record["planted"] for record in records))


def _plain(records: Sequence[Record]) -> str:
    rate = _rate(records)
    return f"{rate.count}/{rate.total}" if rate.total else ""


def _interval(records: Sequence[Record]) -> str:
    rate = _rate(records)
    low, high = rate.interval
    return f"{_plain(records)} = {100 * rate.share:.1f} % [{100 * low:.1f}, {100 * high:.1f}]" if rate.total else ""


def _others(records: Sequence[Record]) -> str:
    """Images accused, and those of them that are no copies."""
    copies = sum(record["found"] + record["misnamed"] for record in records if record["kind"] != TOGETHER)
    others = sum(sum(record["others"].values()) for record in records if "others" in record)
    return f"{copies + others}, {others}"


def _failed(records: Sequence[Record]) -> str:
    """Audits that fail, and all audits."""
    audits = [record["failed"] for record in records if "failed" in record]
    return f"{sum(audits)}/{len(audits)}"


def _sound(records: Sequence[Record]) -> Iterator[str]:
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        where = (record["trap"], f"{record['share']:g}", record["patients"], record["n"])
        groups.setdefault((*where, EVERY), []).append(record)
        groups.setdefault((*where, record["set"]), []).append(record)
    head = ("trap", "share", "patients", "n", "set", "halves", "accused identical", "accused otherwise", "gate failed")
    yield from _lines(head, ([*map(str, where), *_alarms(found)] for where, found in groups.items()))


def _alarms(records: Sequence[Record]) -> list[str]:
    words = [(word, count) for record in records for word, count in record["others"].items()]
    same = sum(count for word, count in words if word.split(", ")[0] == IDENTICAL)
    failed = sum(record["failed"] for record in records)
    return [str(len(records)), str(same), str(sum(count for _, count in words) - same), str(failed)]


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    yield from ("| " + " | ".join(cells) + " |" for cells in rows)
    yield ""
