"""Sound sets with a trap in them: phantoms drawn once, their features computed once, audited as the product does."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from benchmarks.calibration.audits import default_policy, feature_tables
from benchmarks.calibration.halves import Halves, Item
from benchmarks.calibration.records import TODAY
from benchmarks.calibration.sets import SETS, Base
from benchmarks.calibration.workspace import Workspace, build
from gan_audit.audit import evaluate
from gan_audit.checks.base import CheckSettings
from gan_audit.demo.phantoms import CLASSES, phantom_patients, sound
from gan_audit.judgement.findings import diagnose
from gan_audit.judgement.types import Finding, Judged, Verdict
from gan_audit.judgement.verdict import conclude, judge
from gan_audit.runtime.progress import SILENT
from gan_audit.types import CheckResult, FeatureTable, Image, Role

PATIENTS, FRESH = 102, 300
"""Real patients of two images each, and further patients of one: what a sound generator draws."""
Tables = Mapping[str, Mapping[Role, FeatureTable]]


@dataclass(frozen=True)
class Audited:
    """What an audit by the default policy says."""

    judged: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict

    def result(self, key: str) -> CheckResult:
        """What the check of that key measured."""
        found = next(one.outcome for one in self.judged if one.key == key)
        assert isinstance(found, CheckResult)
        return found

    @property
    def results(self) -> dict[str, CheckResult]:
        """Everything that was measured, by key."""
        return {one.key: one.outcome for one in self.judged if isinstance(one.outcome, CheckResult)}

    @property
    def alarms(self) -> list[str]:
        """Failed criteria and findings: none on sound data."""
        return [*self.verdict.failed, *(finding.id for finding in self.findings)]


def audited(tables: Tables, spaces: Sequence[str] = (), seed: int = 0) -> Audited:
    """Checks, verdict and findings; of `spaces` alone where some are named."""
    chosen = {name: table for name, table in tables.items() if not spaces or name in spaces}
    policy = default_policy()
    with threadpool_limits(1):
        outcomes = evaluate(
            chosen, () if spaces else workspace().unavailable, CheckSettings(policy.confidence, seed), 1, SILENT
        )
    judged = tuple(judge(outcomes, policy, TODAY))
    return Audited(judged, diagnose(judged), conclude(judged))


def halves(n_real: int, n_synthetic: int, seed: int) -> Halves:
    """Two images of each of n_real / 2 patients, one image of each of n_synthetic nameless others; classes in turn."""
    rng = np.random.default_rng([seed, n_real, n_synthetic])
    base = workspace().base
    patients, fresh = (_by_turns(count, rng) for count in (PATIENTS, FRESH))
    real = [_item(base, row) for patient in patients[: n_real // 2] for row in (2 * patient, 2 * patient + 1)]
    synthetic = [_item(base, 2 * PATIENTS + row) for row in fresh[:n_synthetic]]
    return Halves(tuple(real), tuple(replace(item, group=None) for item in synthetic))


def tables_of(sides: Halves) -> Tables:
    """Features of both sides, in every space of an audit."""
    return feature_tables(workspace(), sides)


def altered(tables: Tables, space: str, **change: Callable[[FeatureTable], np.ndarray]) -> Tables:
    """The tables with other values in one space; `real=` and `synthetic=` give them."""
    sides = {
        role: replace(table, values=change[role](table)) if role in change else table
        for role, table in tables[space].items()
    }
    return {**tables, space: sides}


@lru_cache(maxsize=1)
def workspace() -> Workspace:
    """All phantoms and their features."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setitem(SETS, "traps", _phantoms)  # type: ignore[arg-type]
        return build("traps", Path(folder), Path(folder), 1, SILENT)


def _phantoms(name: str, data: Path) -> Base:
    rng = np.random.default_rng(11)
    real = phantom_patients(PATIENTS, rng)
    fresh = sound([CLASSES[i % len(CLASSES)] for i in range(FRESH)], rng)
    images = tuple(Image(pixels) for pixels in (*real.images, *fresh.images))
    return Base(name, images, (*real.labels, *fresh.labels), (*real.groups, *fresh.groups))


def _by_turns(count: int, rng: np.random.Generator) -> np.ndarray:
    """0 to count - 1 in random order, the classes still in turn: number i is of class i modulo their number."""
    kinds = len(CLASSES)
    order = np.stack([kinds * rng.permutation(count // kinds) + kind for kind in range(kinds)], axis=1)
    return order.ravel()


def _item(base: Base, row: int) -> Item:
    return Item(base.images[row], base.labels[row], base.groups[row], int(row))
