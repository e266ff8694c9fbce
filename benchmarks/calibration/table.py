"""Results to Markdown: false alarms first, then what is found of each fault, pooled and set by set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from benchmarks.calibration.faults import FAULTS
from benchmarks.calibration.rates import Rate, Record, Row, grouped, is_sound, offenders, right, row, undecided

ORDER = {name: place for place, name in enumerate(FAULTS)}
HEAD = (
    "Halves of real sets, one in the role of the synthetic images, are audited as they are and with planted faults. "
    "Every rate counts whole audits; brackets hold Wilson's 95 % interval. Exit 1: the gate is not met. Exit 3: a "
    "required check could not decide. Feature extractors are fitted once to each whole set. Byte-identical images stay "
    "on one side. Synthetic halves carry no patient, but for `sound`."
)


def markdown(results: Iterable[Record]) -> str:
    """The whole document."""
    records = [record for record in results if "error" not in record]
    errors = [record for record in results if "error" in record]
    records.sort(key=lambda r: (ORDER[r["fault"]], -1.0 if r["strength"] is None else r["strength"], r["n"], r["set"]))
    sound, faulty = [r for r in records if is_sound(r)], [r for r in records if not is_sound(r)]
    sections = [
        ["# How often a verdict is wrong", "", HEAD, "", *_origin(records, len(errors))],
        ["## False alarms", "", *_false_alarms(sound)] if sound else [],
        ["## Faults, all sets together", "", *_power(faulty)] if faulty else [],
        *(["### " + name, "", *_power(part)] for name, part in _by_set(faulty)),
    ]
    return "\n".join("\n".join(lines).rstrip() + "\n" for lines in sections if lines)


def _origin(records: Sequence[Record], errors: int) -> Iterator[str]:
    def values(name: str) -> list[Any]:
        return sorted({str(record["made"][name]) for record in records if "made" in record})

    versions = {f"{k} {v}" for record in records if "made" in record for k, v in record["made"]["versions"].items()}
    seeds = sorted({record["seed"] for record in records})
    yield f"- Audits: {len(records)}" + (f"; {errors} more ended in an error and are not counted" if errors else "")
    yield f"- Dates: {', '.join(values('date'))}; versions: {', '.join(sorted(versions))}"
    yield f"- Code that measures (digest): {', '.join(values('code'))}"
    yield f"- Policy: {', '.join(sorted({record['policy'] for record in records}))}"
    yield f"- Seeds: {seeds[0]} to {seeds[-1]}" if seeds else "- Seeds: none"
    yield from (f"- `python -m benchmarks.calibration run --data DATA --out RESULTS {x}`" for x in values("options"))
    yield "- `python -m benchmarks.calibration table RESULTS`"
    yield ""


def _false_alarms(sound: Sequence[Record]) -> Iterator[str]:
    halves = [record for record in sound if record["fault"].startswith("sound")]
    if halves:
        whole = row(halves)
        yield (
            f"Of {whole.fail.total} audits of a real half against a real half, {whole.fail.count} ended in exit 1: "
            f"{_interval(whole.fail)}. {whole.high.count} had a finding of severity high: {_interval(whole.high)}."
        )
        yield ""
    yield from _lines(("fault", "exit 1", "exit 3", "high finding", "findings"), (
        (name, *_alarm(found)) for name, found in grouped(sound, lambda r: r["fault"]).items()
    ))  # fmt: skip
    yield from _lines(("fault", "n", "set", "exit 1", "exit 3", "high finding", "findings"), (
        (*name, *_alarm(found)) for name, found in grouped(sound, lambda r: (r["fault"], r["n"], r["set"])).items()
    ))  # fmt: skip
    yield "### Checks that failed on sound data"
    yield ""
    yield "Excess: estimate over limit, or limit over estimate for a lower one; median and worst over the failures."
    yield ""
    yield from _lines(("check", "audits", "excess", "where"), (
        (
            name,
            _interval(found.failed),
            f"{found.excess[0]:.2f}, {found.excess[1]:.2f}",
            ", ".join(f"{place}: {count}" for place, count in found.sets.items()),
        )
        for name, found in offenders(sound).items()
    ))  # fmt: skip
    yield "### Required checks that left sound data undecided"
    yield ""
    yield from _lines(("check", "of the audits with exit 3"), (
        (name, _plain(rate)) for name, rate in undecided(sound).items()
    ))  # fmt: skip


def _alarm(found: Row) -> tuple[str, ...]:
    return _interval(found.fail), _plain(found.inconclusive), _plain(found.high), _named(found)


def _power(records: Sequence[Record]) -> Iterator[str]:
    rows = grouped(records, lambda r: (r["fault"], _strength(r), r["n"]))
    wanted = {record["fault"]: " or ".join(sorted(right(record))) for record in records}
    head = ("fault", "strength", "n", "exit 1", "exit 3", "right finding", "which", "findings")
    yield from _lines(head, (
        (*name, _interval(x.fail), _plain(x.inconclusive), _interval(x.right), wanted[name[0]], _named(x))
        for name, x in rows.items()
    ))  # fmt: skip


def _by_set(records: Sequence[Record]) -> Iterator[tuple[str, list[Record]]]:
    for name in sorted({record["set"] for record in records}):
        yield name, [record for record in records if record["set"] == name]


def _strength(record: Record) -> str:
    return "" if record["strength"] is None else f"{record['strength']:g}"


def _lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    yield from ("| " + " | ".join(map(str, cells)) + " |" for cells in rows)
    yield ""


def _named(found: Row) -> str:
    return ", ".join(f"{name} {count}" for name, count in found.findings.items()) or "none"


def _plain(rate: Rate) -> str:
    return f"{rate.count}/{rate.total}"


def _interval(rate: Rate) -> str:
    low, high = rate.interval
    return f"{_plain(rate)} = {_percent(rate.share)} % [{_percent(low)}, {_percent(high)}]"


def _percent(share: float) -> str:
    """Whole where 0 or 100, one decimal below 10 and above 90: a rare event is never shown as none."""
    percent = 100 * share
    return f"{percent:.1f}" if 0 < percent < 10 or 90 < percent < 100 else f"{percent:.0f}"
