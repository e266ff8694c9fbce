"""The audit's table of contents: every check, in the order of the report."""

from __future__ import annotations

from importlib.metadata import entry_points

from gan_audit.checks import (
    agreement,
    copying,
    dependence,
    duplicates,
    fidelity,
    holdout,
    labels,
    manifold,
    marginals,
    memorization,
    mifid,
    separability,
    spatial,
    spread,
)
from gan_audit.checks.base import Check, Method
from gan_audit.checks.pending import PENDING

CHECKS: tuple[Check, ...] = (
    duplicates.CHECK,
    memorization.CHECK,
    holdout.CHECK,
    copying.CHECK,
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
