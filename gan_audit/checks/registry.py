"""The audit's table of contents: every check, in the order of the report."""

from __future__ import annotations

from importlib.metadata import entry_points

from gan_audit.checks import agreement, dependence, fidelity, labels, manifold, marginals, separability, spatial, spread
from gan_audit.checks.base import Check
from gan_audit.checks.memorization import data_copying_test, holdout_share, mifid, nearest_neighbour, pixel_copies
from gan_audit.types import Method, Skipped

CHECKS: tuple[Check, ...] = (
    pixel_copies.CHECK,
    nearest_neighbour.CHECK,
    holdout_share.CHECK,
    data_copying_test.CHECK,
    mifid.CHECK,
    fidelity.CHECK,
    manifold.CHECK,
    spread.CHECK,
    separability.CHECK,
    separability.SIGNAL,
    marginals.CHECK,
    dependence.CHECK,
    labels.CHECK,
    agreement.CHECK,
    spatial.CHECK,
)


def all_checks() -> tuple[Check, ...]:
    """The built-in checks, then those of other packages (entry-point group `gan_audit.checks`, each a `Check`)."""
    return CHECKS + tuple(
        point.load() for point in sorted(entry_points(group="gan_audit.checks"), key=lambda p: p.name)
    )


def all_methods() -> dict[str, Method]:
    """Identifier to description of everything that can stand in an audit, in the order of the report."""
    return {id: method for check in all_checks() for id, method in check.methods.items()} | PENDING


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
