"""What this audit measured, as the baseline of the next one."""

from __future__ import annotations

from collections.abc import Iterator

from gan_audit.report.models import Block, Column, Prose, Row, Table
from gan_audit.report.sections.context import Context
from gan_audit.report.sections.declared import declared

TRIGGERS = (
    "Repeat the audit at the least with a new checkpoint, new training data, another selection of outputs, a new "
    "site or scanner, and after a complaint that points to the images. “gan-audit compare” shows what changed."
)


def reaudit(context: Context) -> Iterator[Block]:
    """Baseline table of everything judged over all images, then the sponsor's plan."""
    rows = tuple(
        Row((entry.link, entry.measured, entry.limit))
        for entry in context.entries
        if entry.judged and entry.overall and entry.value.src
    )
    columns = (Column("Indicator"), Column("Baseline, interval", True), Column("Proposed alert", True))
    if rows:
        title = "Baseline: values of this audit and the policy's limits as proposed alerts."
        yield Table(title, columns, rows, stack=True)
    yield Prose((TRIGGERS,))
    yield declared(context, "reaudit")
