"""What the sponsor declared, marked as declared."""

from __future__ import annotations

from gan_audit.judgement.declarations import DECLARED_SECTIONS
from gan_audit.report.models import Answer, Declared
from gan_audit.report.sections.context import Context
from gan_audit.report.text import clean, pointer, prose, words


def declared(context: Context, section: str) -> Declared:
    """The questions of one section with their answers; a blank one is shown as not provided, never left out."""
    answers = tuple(
        Answer(item.title, item.question, prose(text), item.required, pointer("declarations", section, clean(item.key)))
        for item, text in context.declared(section)
    )
    blank = not any(answer.text for answer in answers)
    return Declared(DECLARED_SECTIONS.get(section) or words(section), byline(context), answers, blank)


def unknown(context: Context) -> list[Declared]:
    """Sections of the declarations that this version does not know."""
    known = set(DECLARED_SECTIONS)
    return [declared(context, section) for section in sorted(context.document["declarations"]) if section not in known]


def byline(context: Context) -> str:
    """Who declared, and that nobody verified it."""
    if not any(text for section in context.document["declarations"] for _, text in context.declared(section)):
        return "Nothing was declared."
    given = {item.key: clean(text) for item, text in context.declared("document")}
    who, when = given.get("declared_by"), given.get("declared_on")
    return f"Declared by {who or 'a person not named'}, {when or 'date not stated'}. Not verified by gan-audit."
