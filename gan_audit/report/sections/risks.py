"""The risk table after ISO 14971: indicators are filled in, every judgement of risk is left to the sponsor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from gan_audit.report.entries import Entry
from gan_audit.report.models import Block, Cell, Column, Row, Table
from gan_audit.report.sections.context import Context
from gan_audit.report.sections.declared import declared
from gan_audit.report.texts import read_toml
from gan_audit.report.words import SHORT, STATES, plural

MOST = 3
"""Results printed for one indicator, the worst first."""
COLUMNS = (
    Column("ID"),
    Column("Hazard"),
    Column("Sequence of events, hazardous situation, harm"),
    Column("Measured indicator"),
    Column("Severity, probability"),
    Column("Control, verification"),
    Column("Residual risk, acceptance"),
)


def risks(context: Context) -> Iterator[Block]:
    """The table, and where the sponsor keeps the risk management file."""
    rows = tuple(_row(context, risk) for risk in read_toml("risks")["risk"])
    title = "Hazards and their indicators in this audit. Blank columns are the sponsor's."
    yield Table(title, COLUMNS, rows, form=True, stack=True)
    yield declared(context, "risk")


def _row(context: Context, risk: Mapping[str, Any]) -> Row:
    nothing = "Not evaluated in this audit" if risk["indicators"] else "Not measured by gan-audit"
    parts = tuple(_indicators(context, risk)) or (Cell(nothing),)
    cells = (Cell(risk["id"]), Cell(risk["hazard"]), Cell(risk["sequence"]), Cell("", parts=parts))
    return Row((*cells, Cell(""), Cell(""), Cell("")))


def _indicators(context: Context, risk: Mapping[str, Any]) -> Iterator[Cell]:
    for id in risk["indicators"]:
        found = context.of_id(id)
        wanted = [entry for entry in found if entry.overall is not bool(risk.get("by_class"))]
        yield from _worst_first(wanted or found)
    for path in risk.get("declared", ()):
        yield from _declaration(context, path)
    if risk.get("counts"):
        yield from _doubts(context)


def _worst_first(found: list[Entry]) -> Iterator[Cell]:
    order = list(STATES)
    ranked = sorted(found, key=lambda entry: order.index(entry.state))
    for entry in ranked[:MOST]:
        value = f"{entry.key}: {entry.value.text}" + (f" ({entry.interval.text})" if entry.interval.src else "")
        shown = Cell(value if entry.value.src else entry.key, src=entry.value.src, href=entry.anchor)
        yield Cell("", parts=(shown, entry.badge))
    rest = Counter(entry.state for entry in ranked[MOST:])
    if rest:
        told = ", ".join(f"{rest[state]} {SHORT[state]}" for state in STATES if rest[state])
        yield Cell(f"{ranked[0].id}, further: {told}")


def _declaration(context: Context, path: str) -> Iterator[Cell]:
    section, key = path.split(".")
    for item, text in context.declared(section):
        if item.key == key:
            yield Cell(f"Declared, {item.title.lower()}: {'provided' if text else 'not provided'}")


def _doubts(context: Context) -> Iterator[Cell]:
    states = Counter(entry.state for entry in context.entries)
    undecided = states["inconclusive"]
    skipped = states["not-evaluated"] + states["required-not-evaluated"]
    yield Cell(f"{plural(undecided, 'result')} inconclusive, {plural(skipped, 'result')} not evaluated")
