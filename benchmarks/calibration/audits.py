"""One audit of the benchmark: halves, fault, features of what changed, then the product's own checks and verdict."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks.calibration.faults import FAULTS, decorrelated, plant
from benchmarks.calibration.halves import Halves, Item, draw, generator
from benchmarks.calibration.records import Key, judged_record
from benchmarks.calibration.workspace import Reader, Workspace, sample, workspace
from gan_audit.audit import Clock, evaluate
from gan_audit.checks.base import CheckSettings
from gan_audit.judgement.policy import Policy, load_policy
from gan_audit.runtime.progress import SILENT
from gan_audit.types import FeatureTable, Role


@dataclass(frozen=True)
class Place:
    """Where the sets are, and where their features are kept."""

    data: Path
    cache: Path


def run_audit(key: Key, place: Place, policy: Policy) -> dict[str, Any]:
    """The record of one audit; the same key gives the same numbers. An audit that raises becomes a record too."""
    start = time.perf_counter()
    try:
        with threadpool_limits(1):
            found = audited(key, workspace(key.set, place.data, place.cache), policy)
    except Exception as error:
        return {**key._asdict(), "error": f"{type(error).__name__}: {error}".replace(str(place.data), "DATA")}
    found["seconds"]["all"] = round(time.perf_counter() - start, 3)
    return {**key._asdict(), **found}


def audited(key: Key, work: Workspace, policy: Policy) -> dict[str, Any]:
    """Everything of the record but the key."""
    clock, fault = Clock(), FAULTS[key.fault]
    with clock.time("plant"):
        halves = draw(work.base, key.n, key.seed)
        halves = plant(fault, halves, key.strength, generator(key.fault, key.set, key.n, key.seed))
    with clock.time("features"):
        tables = feature_tables(work, halves)
    if fault.scrambles:
        tables = _scrambled(tables, key)
    with clock.time("checks"):
        settings = CheckSettings(policy.confidence, key.seed)
        outcomes = evaluate(tables, work.unavailable, settings, 1, SILENT, readers=readers(halves))
    with clock.time("verdict"):
        judged = judged_record(outcomes, policy)
    seconds = {stage: round(spent, 3) for stage, spent in clock.seconds.items()}
    return {"n_real": len(halves.real), "n_synthetic": len(halves.synthetic), "seconds": seconds, **judged}


def feature_tables(work: Workspace, halves: Halves) -> dict[str, dict[Role, FeatureTable]]:
    """One table for each space and half."""
    sides: dict[Role, Any] = {"real": halves.real, "synthetic": halves.synthetic}
    return {space: {role: work.table(space, role, items) for role, items in sides.items()} for space in work.spaces}


def readers(halves: Halves) -> dict[Role, Reader]:
    """How the audit decodes the images of either half again."""
    sides: dict[Role, tuple[Item, ...]] = {"real": halves.real, "synthetic": halves.synthetic}
    return {
        role: Reader({sample(role, place, item).id: item.image for place, item in enumerate(items)})
        for role, items in sides.items()
    }


def _scrambled(tables: dict[str, dict[Role, FeatureTable]], key: Key) -> dict[str, dict[Role, FeatureTable]]:
    rng = generator("scramble", key.set, key.n, key.seed)
    for table in tables.values():
        if "marginals" in table["real"].space.uses:
            old = table["synthetic"]
            labels = [str(sample.label) for sample in old.samples]
            table["synthetic"] = replace(old, values=decorrelated(old.values, labels, rng))
    return tables


@lru_cache(maxsize=1)
def default_policy() -> Policy:
    """The policy in force where none is given, whatever the current folder holds."""
    import tomllib

    from gan_audit.judgement.policy import default_policy_text

    return load_policy(tomllib.loads(default_policy_text()), ids=_ids(), spaces=_spaces())


def read_policy(path: Path | None) -> Policy:
    """A policy file, or the default."""
    return load_policy(path, ids=_ids(), spaces=_spaces()) if path else default_policy()


def _ids() -> tuple[str, ...]:
    from gan_audit.checks.registry import all_methods

    return tuple(all_methods())


def _spaces() -> tuple[str, ...]:
    from gan_audit.features.registry import INTERNAL, known_spaces

    return (*known_spaces(), *INTERNAL)
