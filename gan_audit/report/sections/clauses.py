"""Which part of the report speaks to which clause, and what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gan_audit.report.models import Block, Cell, Column, Prose, Row, Table
from gan_audit.report.sections.context import Context
from gan_audit.report.sections.declared import declared
from gan_audit.report.texts import read_toml
from gan_audit.report.words import PARTS

DECLARED_IN = {
    "intended_use": ("intended_use",),
    "generator": ("generator",),
    "data": ("real_data",),
    "subgroups": ("subgroups",),
    "risk": ("risk",),
    "reaudit": ("reaudit",),
    "limitations": ("limitations",),
    "clauses": ("requirements",),
    **{part.anchor: part.declared for part in PARTS},
}
"""Section of the report to the declarations it prints."""
MEASURED_IN = ("summary", "results", "data", "risk", "reaudit", "limitations", "methods", "traceability")
"""Sections that always hold something measured."""


def clauses(context: Context, titles: Mapping[str, str]) -> Iterator[Block]:
    """The index. titles: anchor of every section to its number and title."""
    index = read_toml("clauses")
    yield Prose((
        f"Statuses of the documents as of {index['as_of']} (index version {index['version']}); look them up again "
        "before you rely on them. An entry says where the report speaks to a clause, not that the clause is fulfilled.",
    ))  # fmt: skip
    columns = (Column("Clause"), Column("Topic"), Column("Section"), Column("What stands there"))
    rows = [row for document in index["document"] for row in _document(context, document, index["clause"], titles)]
    yield Table("Clauses and where the report speaks to them.", columns, tuple(rows), stack=True)
    yield declared(context, "requirements")


def _document(
    context: Context, document: Mapping[str, Any], clauses: list[Mapping[str, Any]], titles: Mapping[str, str]
) -> Iterator[Row]:
    yield Row(heading=f"{document['title']}. Status: {document['status']}.")
    for clause in clauses:
        if clause["document"] == document["id"]:
            yield from _clause(context, clause, titles)


def _clause(context: Context, clause: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[Row]:
    """One row for each section; the clause is named in the first."""
    for place, anchor in enumerate(clause["sections"]):
        named = (Cell(""), Cell("")) if place else (Cell(clause["clause"]), Cell(clause["topic"]))
        yield Row((*named, Cell(titles[anchor], href=anchor), Cell(_held(context, anchor))), minor=bool(place))


def _held(context: Context, anchor: str) -> str:
    """`Measured; declared`, or what is missing."""
    found = [*_measured(context, anchor), *_declared(context, anchor)]
    return "; ".join(found).capitalize()


def _measured(context: Context, anchor: str) -> Iterator[str]:
    if anchor in MEASURED_IN:
        yield "measured"
    if anchor == "subgroups":
        evaluated = any(entry.value.src for entry in context.entries if not entry.overall)
        yield "measured" if evaluated else "not evaluated"
    families = next((part.families for part in PARTS if part.anchor == anchor), None)
    if families is not None:
        evaluated = any(entry.family in families and entry.value.src for entry in context.entries)
        yield "measured" if evaluated else "not evaluated"


def _declared(context: Context, anchor: str) -> Iterator[str]:
    answers = [(item, text) for section in DECLARED_IN.get(anchor, ()) for item, text in context.declared(section)]
    if not answers:
        return
    given = sum(bool(text) for _, text in answers)
    yield f"declared ({given} of {len(answers)})" if given else "declaration not provided"
