"""Outcomes and a policy in, statuses and the gate's verdict out: the only place that compares with a limit."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence

from gan_audit.judgement.policy import Criterion, Policy
from gan_audit.judgement.types import Judged, Threshold, Verdict, Waiver
from gan_audit.types import ALL, CheckResult, Interval, Outcome, Skipped, Status, check_key

MOST_IMAGES = 1_000_000
"""Number of images beyond which a verdict does not advise to supply more: nobody could."""


def judge(outcomes: Iterable[Outcome], policy: Policy, today: datetime.date) -> list[Judged]:
    """Each outcome with its status, level, limit and waiver; waivers that have expired by `today` are ignored."""
    outcomes = list(outcomes)
    evaluated = {outcome.id for outcome in outcomes if isinstance(outcome, CheckResult)}
    return [_judge(outcome, policy, today, evaluated) for outcome in outcomes]


def conclude(judged: Sequence[Judged]) -> Verdict:
    """The gate: exit code 1 for a failed criterion of level error that is not waived, else 3 for a required one
    that is inconclusive or skipped, else 0.
    """
    failed = [j for j in judged if j.level == "error" and j.status == "fail"]
    open_failures = tuple(j.key for j in failed if j.waiver is None)
    undecided = tuple(j.key for j in judged if j.level == "error" and j.status == "inconclusive" and j.waiver is None)
    skipped = tuple(j.key for j in judged if j.status == "skipped")
    waived = tuple(j.key for j in judged if j.waiver is not None and j.status in ("fail", "inconclusive", "skipped"))
    code = 1 if open_failures else 3 if _unmet(judged) else 0
    status = {0: "pass", 1: "fail", 3: "inconclusive"}
    return Verdict(status[code], code, open_failures, undecided, skipped, waived)  # type: ignore[arg-type]


def expired(policy: Policy, today: datetime.date) -> list[str]:
    """Checks whose waiver has run out."""
    return [waiver.check for waiver in policy.waivers if waiver.expires < today]


def _judge(outcome: Outcome, policy: Policy, today: datetime.date, evaluated: set[str]) -> Judged:
    named = policy.criterion(outcome.id, outcome.space, outcome.scope)
    waiver = _waiver(outcome, policy, today)
    if named is None:
        status: Status = "skipped" if isinstance(outcome, Skipped) else "info"
        return Judged(outcome, status, "info", False, None, None)
    name, criterion = named
    required = criterion.required and criterion.level == "error" and _binds(name, outcome, evaluated)
    if isinstance(outcome, Skipped):
        return Judged(outcome, "skipped", criterion.level, required, None, waiver)
    threshold = _threshold(criterion, outcome)
    if criterion.level in ("off", "info"):
        return Judged(outcome, "info", criterion.level, False, threshold, None)
    status = _status(outcome.ci, threshold)
    enough = _images_to_decide(outcome, threshold) if status == "inconclusive" else None
    return Judged(outcome, status, criterion.level, required, threshold, waiver, enough)


def _binds(name: str, outcome: Outcome, evaluated: set[str]) -> bool:
    """A criterion that names no space does not require a space that could not be computed, if another one could."""
    absent = isinstance(outcome, Skipped) and outcome.space is not None and outcome.scope == ALL and not outcome.n_real
    return "@" in name or not absent or outcome.id not in evaluated


def _threshold(criterion: Criterion, result: CheckResult) -> Threshold | None:
    """The limit in the unit of the estimate, or None where it needs a reference that could not be taken."""
    if criterion.max is not None:
        return Threshold("<=", criterion.max)
    if criterion.min is not None:
        return Threshold(">=", criterion.min)
    reference = result.reference.ci if result.reference else None
    if criterion.max_ratio is not None and reference:
        value = criterion.max_ratio * reference[1]
        return Threshold("<=", value if criterion.tolerance is None else max(value, criterion.tolerance))
    if criterion.min_ratio is not None and reference:
        value = criterion.min_ratio * reference[0]
        return Threshold(">=", value if criterion.tolerance is None else min(value, criterion.tolerance))
    return None


def _status(ci: Interval | None, threshold: Threshold | None) -> Status:
    if ci is None or threshold is None:
        return "inconclusive"
    low, high = ci if threshold.op == "<=" else (-ci[1], -ci[0])
    limit = threshold.value if threshold.op == "<=" else -threshold.value
    return "pass" if high <= limit else "fail" if low > limit else "inconclusive"


def _images_to_decide(result: CheckResult, threshold: Threshold | None) -> int | None:
    """The interval shrinks with the root of n: how many images until its end no longer reaches the limit.

    None where that is more than `MOST_IMAGES`, or there is no interval.
    """
    if result.ci is None or result.estimate is None or threshold is None:
        return None
    gap = abs(result.estimate - threshold.value)
    half = result.ci[1] - result.estimate if threshold.value > result.estimate else result.estimate - result.ci[0]
    if gap == 0 or min(result.n_real, result.n_synthetic) * (half / gap) ** 2 > MOST_IMAGES:
        return None
    return math.ceil(min(result.n_real, result.n_synthetic) * (half / gap) ** 2 / 10) * 10


def _waiver(outcome: Outcome, policy: Policy, today: datetime.date) -> Waiver | None:
    names = (
        check_key(outcome.id, outcome.space, outcome.scope),
        check_key(outcome.id, outcome.space),
        check_key(outcome.id, None, outcome.scope),
        outcome.id,
    )
    for entry in policy.waivers:
        if entry.check in names and entry.expires >= today:
            return Waiver(entry.check, entry.reason, entry.approved_by, entry.expires.isoformat())
    return None


def _unmet(judged: Sequence[Judged]) -> bool:
    """Whether a required criterion is undecided: one inconclusive or skipped check, or a check evaluated nowhere."""
    wanted = [j for j in judged if j.required and j.waiver is None]
    return any(j.status in ("inconclusive", "skipped") for j in wanted)
