"""What judging gives: limits, waivers, judged results, findings and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gan_audit.types import Level, Outcome, Status, check_key


@dataclass(frozen=True)
class Threshold:
    """The limit a criterion was judged by, in the unit of the estimate."""

    op: Literal["<=", ">="]
    value: float


@dataclass(frozen=True)
class Waiver:
    """A named person's decision to set a criterion aside until a day."""

    check: str
    reason: str
    approved_by: str
    expires: str
    """ISO 8601 date."""


@dataclass(frozen=True)
class Judged:
    """An outcome with the verdict the policy gives it."""

    outcome: Outcome
    status: Status
    level: Level
    required: bool
    threshold: Threshold | None = None
    waiver: Waiver | None = None
    images_to_decide: int | None = None
    """Synthetic images, and as many real ones, that would probably decide an inconclusive criterion."""

    @property
    def key(self) -> str:
        """`id[@space][/class:LABEL]`, unique in an audit."""
        return check_key(self.outcome.id, self.outcome.space, self.outcome.scope)


@dataclass(frozen=True)
class Finding:
    """A diagnosis drawn from several checks."""

    id: str
    severity: Literal["high", "medium", "low"]
    scope: str
    evidence: tuple[str, ...]
    """Keys of the checks that show it."""
    message: str


@dataclass(frozen=True)
class Verdict:
    """What the gate says of the whole audit."""

    status: Literal["pass", "fail", "inconclusive"]
    exit_code: int
    failed: tuple[str, ...] = ()
    inconclusive: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
