"""Checks with a fixed name that this version does not evaluate: the report says so rather than leave them out."""

from __future__ import annotations

from gan_audit.checks.base import Method
from gan_audit.types import Skipped

_ROWS = {
    "utility.tstr": (
        "Train on synthetic, test on real",
        "utility",
        "Does a model trained on the synthetic images work on real ones?",
        "Esteban et al. 2017",
    ),
    "leakage.groups": (
        "Test patients behind the generator",
        "independence",
        "Did patients kept for testing reach the generator?",
        "GMLP principle 4",
    ),
    "leakage.provenance": (
        "Provenance of the synthetic images",
        "independence",
        "Do the generator's records exclude the test patients?",
        "GMLP principle 4",
    ),
}

PENDING = {
    id: Method(
        title,
        family,
        question,
        means="Nothing yet: this version does not evaluate it.",
        does_not_mean="That it is not evaluated speaks neither for nor against the synthetic images.",
        computed="Not computed by this version.",
        reference=reference,
        revision=0,
    )
    for id, (title, family, question, reference) in _ROWS.items()
}


def pending() -> list[Skipped]:
    """One `Skipped` for each."""
    remedy = "Examine this point by other means until a later version evaluates it."
    return [Skipped(id, "This version of gan-audit does not evaluate it.", remedy) for id in PENDING]
