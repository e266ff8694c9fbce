"""One card for every statistic: what it asks and how it is computed."""

from __future__ import annotations

from collections.abc import Iterator

from gan_audit.report.models import Cell, Fact, MethodNote
from gan_audit.report.sections.cards import method_anchor
from gan_audit.report.sections.context import Context
from gan_audit.report.text import clean, pointer, words

NAMES = {
    "question": "Question",
    "computed": "How it is computed",
    "means": "What it means",
    "does_not_mean": "What it does not mean",
    "reference": "Source",
    "revision": "Revision",
}


def methods(context: Context) -> Iterator[MethodNote]:
    """The cards in the order in which the checks appear, then those of checks that are not in this audit."""
    seen = list(dict.fromkeys(str(entry.check["id"]) for entry in context.entries))
    for id in [*seen, *sorted(set(context.methods) - set(seen))]:
        texts = context.methods.get(id)
        if texts:
            items = tuple(
                Fact(name, Cell(clean(texts[key], 2000), pointer("methods", id, key)))
                for key, name in NAMES.items()
                if texts.get(key) is not None
            )
            name = clean(id, 120)
            yield MethodNote(method_anchor(name), name, clean(texts.get("title") or words(id)), items)
