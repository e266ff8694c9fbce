"""One audit as one line of JSON, with all that is needed to judge it again by another policy."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gan_audit.judgement.findings import diagnose
from gan_audit.judgement.policy import Policy
from gan_audit.judgement.types import Judged
from gan_audit.judgement.verdict import conclude, judge
from gan_audit.types import CheckResult, Estimate, Interval, Outcome, Skipped

TODAY = datetime.date(2000, 1, 1)
"""No policy of a benchmark has waivers, so that the day does not matter."""


class Key(NamedTuple):
    """What tells one audit from the others in a file of results."""

    set: str
    fault: str
    strength: float | None
    n: int
    """Images asked for in each half."""
    seed: int


def key(record: Mapping[str, Any]) -> Key:
    """The key of a line."""
    return Key(*(record[name] for name in Key._fields))


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file; a last line that was cut off in writing is left out."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield json.loads(line)


def append(path: Path, record: Mapping[str, Any]) -> None:
    """One line more, in one write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record, separators=(",", ":")) + "\n")


def mend(path: Path) -> None:
    """Removes a last line that was cut off in writing, so that the next one does not join it."""
    content = path.read_bytes() if path.is_file() else b""
    if content and not content.endswith(b"\n"):
        path.write_bytes(content[: content.rfind(b"\n") + 1])


def judged_record(outcomes: Sequence[Outcome], policy: Policy) -> dict[str, Any]:
    """Exit code, failed and inconclusive keys, findings and every check, as `policy` has it."""
    judged = judge(outcomes, policy, TODAY)
    findings, verdict = diagnose(judged), conclude(judged)
    return {
        "exit_code": verdict.exit_code,
        "failed": list(verdict.failed),
        "inconclusive": list(verdict.inconclusive),
        "findings": [{"id": x.id, "severity": x.severity, "scope": x.scope} for x in findings],
        "policy": policy.name,
        "confidence": policy.confidence,
        "checks": [_encoded(one) for one in judged],
    }


def outcomes(record: Mapping[str, Any]) -> list[Outcome]:
    """What the checks measured, without messages, tables and figures."""
    return [_decoded(check) for check in record["checks"]]


def rejudged(record: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """The record with statuses, exit code and findings by another policy of the same confidence level."""
    return {**record, **judged_record(outcomes(record), policy)}


def _encoded(judged: Judged) -> dict[str, Any]:
    outcome = judged.outcome
    common = {
        "key": judged.key, "id": outcome.id, "space": outcome.space, "scope": outcome.scope, "status": judged.status,
        "required": judged.required, "n": [outcome.n_real, outcome.n_synthetic],
    }  # fmt: skip
    if isinstance(outcome, Skipped):
        return common
    reference = outcome.reference
    return {
        **common,
        "estimate": _number(outcome.estimate),
        "ci": _interval(outcome.ci),
        "reference": [_number(reference.value), _interval(reference.ci)] if reference else None,
        "limit": _number(judged.threshold.value) if judged.threshold else None,
        "op": judged.threshold.op if judged.threshold else None,
        "p": [_number(outcome.p_value), _number(outcome.p_adjusted)],
        "details": _numbers(outcome.details),
    }


def _decoded(check: Mapping[str, Any]) -> Outcome:
    where = {"id": check["id"], "space": check["space"], "scope": check["scope"]}
    sizes = {"n_real": check["n"][0], "n_synthetic": check["n"][1]}
    if "estimate" not in check:
        return Skipped(reason="", remedy="", **where, **sizes)
    reference = check["reference"]
    return CheckResult(
        estimate=check["estimate"],
        ci=_pair(check["ci"]),
        unit="",
        message="",
        reference=Estimate(reference[0], _pair(reference[1])) if reference else None,
        p_value=check["p"][0],
        p_adjusted=check["p"][1],
        details=check["details"],
        **where,
        **sizes,
    )


def _numbers(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details that a finding may ask for: numbers, and mappings or short lists of numbers."""
    kept: dict[str, Any] = {}
    for name, value in details.items():
        if isinstance(value, Mapping):
            inner = _numbers(value)
            kept |= {name: inner} if inner else {}
        elif value is None or isinstance(value, bool | int | float | np.number | np.bool_):
            kept[name] = _number(value)
        elif isinstance(value, list | tuple) and len(value) <= 8 and all(isinstance(x, int | float) for x in value):
            kept[name] = [_number(x) for x in value]
    return kept


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _interval(ci: Interval | None) -> list[float] | None:
    return None if ci is None else [float(end) for end in ci]


def _pair(ci: Sequence[float] | None) -> Interval | None:
    return None if ci is None else (ci[0], ci[1])
