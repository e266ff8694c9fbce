"""audit.json as a page of ready strings: the only place that knows the order of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gan_audit.report.document.canonical import digest, dumps, require
from gan_audit.report.entries import entries
from gan_audit.report.models import Block, Cell, CheckBlock, Fact, Figure, Report, Section
from gan_audit.report.sections import (
    banner,
    cards,
    clauses,
    data,
    limitations,
    methods,
    reaudit,
    risks,
    subgroups,
    summary,
    tables,
)
from gan_audit.report.sections import trace as tracing
from gan_audit.report.sections.context import Context
from gan_audit.report.sections.declared import byline, declared, unknown
from gan_audit.report.text import clean, moment, pointer
from gan_audit.report.words import PARTS, Part

Build = Callable[[Context], Iterable[Block]]


@dataclass(frozen=True)
class Plan:
    """A section before it is built."""

    anchor: str
    title: str
    lead: str
    build: Build


def build_view(document: Mapping[str, Any]) -> Report:
    """The page for a document; equal documents give equal pages.

    Raises InputError where the document is none, UsageError where its schema is of another major version.
    """
    require(document)
    context = Context(document, digest(dumps(document)), entries(document))
    plans = _plans(context)
    titles = {plan.anchor: f"{number} {plan.title}" for number, plan in _numbered(plans)}
    index = Plan("clauses", "Clause index", CLAUSES, lambda context: clauses.clauses(context, titles))
    plans = [index if plan.anchor == index.anchor else plan for plan in plans]
    sections = tuple(
        Section(number, plan.anchor, plan.title, plan.lead, tuple(plan.build(context)))
        for number, plan in _numbered(plans)
    )
    control = {item.key: clean(text) for item, text in context.declared("document")}
    return Report(
        title=control["title"] or "Audit of synthetic medical images",
        digest=context.digest,
        digest_short=context.digest[:12],
        created=moment(document["created"]),
        tool=clean(" ".join(str(document["tool"].get(key, "")) for key in ("name", "version")), 80),
        confidence=context.confidence,
        byline=byline(context),
        control=_control(context),
        signatures=tuple((role.capitalize(), control[role]) for role in ("author", "reviewer", "approver")),
        banner=banner.banner(context),
        findings=banner.findings(context),
        sections=sections,
        figures=tuple(_figures(sections)),
    )


SUMMARY = "Measured by gan-audit from the supplied files and judged by the policy; a name leads to its details."
ATTENTION = "What keeps the gate from being met, what is undecided, and what was set aside or could not be evaluated."
DECLARED = "Declared by the sponsor; none of it was verified, and none of it changes a verdict."
CLASSES = "Every result by class in one view: what to look at first, and how much stands behind each class."
OTHERS = "Checks of families that this version of the report does not know."
RISK = (
    "In the form of ISO 14971. The indicators are measured; severity, probability, controls and acceptability are the "
    "sponsor's judgement and are left blank."
)
REAUDIT = "The values of this audit are the baseline that later ones are compared with."
LIMITS = "Printed where it is true of this audit."
METHODS = "How each statistic is computed, with its source and the revision of its definition."
TRACE = "What is needed to repeat the audit and to verify that this report belongs to it."
CLAUSES = "An aid to find the part of the report that speaks to a clause."


def _plans(context: Context) -> list[Plan]:
    other = cards.others(context)
    return [
        Plan("summary", "Summary of results", SUMMARY, _summary),
        Plan("attention", "Criteria that need attention", ATTENTION, summary.attention),
        Plan("intended_use", "Intended use of the synthetic images", DECLARED, lambda c: [declared(c, "intended_use")]),
        Plan("generator", "Generator", DECLARED, lambda c: [declared(c, "generator")]),
        Plan("data", "Data sets", "Measured from the files, then what the sponsor declared of them.", data.data),
        *_results(),
        *([Plan("others", "Other checks", OTHERS, lambda _: other)] if other else []),
        Plan("risk", "Risk analysis", RISK, risks.risks),
        Plan("reaudit", "Re-audit and monitoring", REAUDIT, reaudit.reaudit),
        Plan("limitations", "Limitations", LIMITS, limitations.limitations),
        Plan("methods", "Methods", METHODS, methods.methods),
        Plan("traceability", "Traceability", TRACE, tracing.traceability),
        Plan("clauses", "Clause index", CLAUSES, lambda _: ()),
        Plan("results", "Appendix: all results", "One row for every result.", lambda c: [summary.all_results(c)]),
        Plan("tables", "Appendix: tables", "Every table of every check, unabridged.", tables.appendix),
        Plan("policy", "Appendix: policy in force", "Word for word, as it stands in audit.json.", tracing.policy),
        Plan("declarations", "Appendix: declarations", "Word for word, as in audit.json.", tracing.declarations),
    ]


def _numbered(plans: list[Plan]) -> list[tuple[str, Plan]]:
    """Sections count from 1, appendices from A."""
    appendices = [plan for plan in plans if plan.title.startswith("Appendix")]
    body = [plan for plan in plans if plan not in appendices]
    return [(str(place), plan) for place, plan in enumerate(body, 1)] + [
        (chr(ord("A") + place), plan) for place, plan in enumerate(appendices)
    ]


def _summary(context: Context) -> list[Block]:
    return [*summary.summary(context), declared(context, "conclusion"), *unknown(context)]


def _results() -> list[Plan]:
    """The families in their order; the classes before what is asked of the sets as wholes."""
    plans = [Plan(part.anchor, part.title, part.lead, _part(part)) for part in PARTS]
    place = [plan.anchor for plan in plans].index("shortcuts")
    return [*plans[:place], Plan("subgroups", "Subgroups and classes", CLASSES, subgroups.subgroups), *plans[place:]]


def _part(part: Part) -> Build:
    return lambda context: cards.part(context, part)


def _control(context: Context) -> tuple[Fact, ...]:
    facts = [
        Fact(item.title, Cell(clean(text) or "Not provided", pointer("declarations", "document", item.key)))
        for item, text in context.declared("document")
        if item.key not in ("title", "author", "reviewer", "approver")
    ]
    document = context.document
    measured = [
        Fact("Audited", Cell(moment(document["created"]), pointer("created"))),
        Fact("Tool", Cell(clean(f"{document['tool'].get('name')} {document['tool'].get('version')}"), pointer("tool"))),
        Fact("Audit digest (SHA-256)", Cell(context.digest, code=True)),
    ]
    return (*facts, *measured)


def _figures(sections: tuple[Section, ...]) -> Iterable[Figure]:
    for section in sections:
        for block in section.blocks:
            for card in block.cards if isinstance(block, CheckBlock) else ():
                yield from (*card.plots, *card.class_plots)
