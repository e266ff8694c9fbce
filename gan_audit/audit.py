"""The audit: the only file that knows data, features, checks and verdict."""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gan_audit.checks.base import CheckSettings
from gan_audit.checks.evaluate import evaluate, remarks
from gan_audit.checks.registry import all_methods
from gan_audit.data import Inputs, load_inputs
from gan_audit.features import DEFAULT_SPACES, build_extractors, extract, known_spaces
from gan_audit.features.registry import INTERNAL
from gan_audit.judgement.findings import diagnose
from gan_audit.judgement.policy import Policy, load_declarations, load_policy, require_classes
from gan_audit.judgement.verdict import conclude, expired, judge
from gan_audit.report.document import build as documents
from gan_audit.result import AuditResult
from gan_audit.runtime.progress import SILENT, Progress
from gan_audit.runtime.versions import version_of
from gan_audit.types import FeatureTable, ImageSet, Outcome, Role, Space

PACKAGES = (
    "gan-audit", "faiss-cpu", "faiss-gpu", "numpy", "plotly", "pydicom", "pyradiomics", "pywavelets", "pyyaml",
    "scikit-learn", "scipy", "simpleitk", "torch", "torch-fidelity", "torchvision", "pillow",
)  # fmt: skip


def audit(
    real: Any,
    synthetic: Any,
    labels: Any = None,
    holdout: Any = None,
    policy: str | Path | Mapping[str, Any] | Policy | None = None,
    seed: int = 0,
    device: str = "auto",
    jobs: int | None = None,
    *,
    masks: str | Path | None = None,
    embeddings: Sequence[str] | None = None,
    weights: Mapping[str, str | Path] | None = None,
    radiomics_params: str | Path | None = None,
    radiomics_engine: str = "batched",
    modality: str | None = None,
    cache: str | Path | None = None,
    declarations: str | Path | None = None,
    offline: bool = False,
    infer_groups: bool = True,
    progress: Progress = SILENT,
) -> AuditResult:
    """Audits synthetic images against the real ones they stand for.

    real, synthetic, holdout: a folder, a list of paths, an array (N, H, W), (N, H, W, C) or (N, D, H, W), or a
    torch Dataset. labels: the CSV's path, a DataFrame, or (real_labels, synthetic_labels). policy: a TOML file, a
    mapping, or None for the default policy. seed: of every random choice; equal seeds give equal numbers. jobs: worker
    processes, None for as many as pay; the numbers do not depend on it. radiomics_engine: `batched` or `pyradiomics`.
    modality: `ct`, `mri`, `xray`, `ultrasound`, `histology` or `cells`: grey levels and normalization of radiomics.
    cache: folder that keeps computed features. infer_groups: real images that are the same picture under two names
    count as one patient.

    Raises UsageError for a wrong policy, declaration or option, and InputError for data that cannot be audited.
    """
    clock = Clock()
    rules = load_policy(policy, ids=tuple(all_methods()), spaces=(*known_spaces(), *INTERNAL))
    declared = load_declarations(declarations)
    with clock.time("read"):
        inputs = load_inputs(
            real, synthetic, holdout, labels=labels, masks=masks, max_rejected=rules.inputs.max_rejected, jobs=jobs,
            progress=progress,
        )  # fmt: skip
    sets = _sets(inputs)
    require_classes(rules, {s.label for images in sets.values() for s in images.samples if s.label is not None})
    names = tuple(dict.fromkeys((*(embeddings or DEFAULT_SPACES), *_always(embeddings))))
    with clock.time("features"):
        extractors, unavailable = build_extractors(
            names,
            weights={name: Path(path) for name, path in (weights or {}).items()},
            radiomics_params=Path(radiomics_params) if radiomics_params else None,
            device=device,
            offline=offline,
            radiomics_engine=radiomics_engine,
            modality=modality,
        )
        folder = Path(cache) if cache else None
        tables = extract(sets, extractors, cache=folder, jobs=jobs, progress=progress)
    with clock.time("checks"):
        settings, readers = (
            CheckSettings(rules.confidence, seed, device),
            {role: images.read for role, images in sets.items()},
        )
        outcomes = evaluate(
            tables, unavailable, settings, jobs, progress, readers=readers, infer_groups=infer_groups
        )  # fmt: skip
    return _result(rules, declared, inputs, tables, outcomes, seed, device, clock)


def _always(embeddings: Sequence[str] | None) -> tuple[str, ...]:
    """What is computed beside the spaces asked for; by default inception is shown too, if only as not available."""
    return (*INTERNAL, *(() if embeddings else ("inception",)))


def _sets(inputs: Inputs) -> dict[Role, ImageSet]:
    sets: dict[Role, ImageSet] = {"real": inputs.real, "synthetic": inputs.synthetic}
    return sets | ({"holdout": inputs.holdout} if inputs.holdout else {})


@dataclass
class Clock:
    """Seconds spent in each stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Adds the duration of the block to `stage`."""
        start = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start


def _result(
    policy: Policy,
    declared: Mapping[str, Any],
    inputs: Inputs,
    tables: Mapping[str, Mapping[Role, FeatureTable]],
    outcomes: Sequence[Outcome],
    seed: int,
    device: str,
    clock: Clock,
) -> AuditResult:
    today = datetime.datetime.now(datetime.UTC)
    judged = judge(outcomes, policy, today.date())
    findings, verdict = diagnose(judged), conclude(judged)
    sets = _sets(inputs)
    rules = policy.model_dump(mode="json", by_alias=True, exclude_none=True)
    rules["is_default"] = policy.is_default
    document = {
        "schema_version": documents.SCHEMA_VERSION,
        "tool": {"name": "gan-audit", "version": version_of("gan-audit") or ""},
        "created": today.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "seed": seed,
        "policy": rules,
        "policy_sha256": hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest(),
        "environment": _environment(device),
        "inputs": documents.inputs_document(sets),
        "spaces": documents.spaces_document(_spaces(tables)),
        "checks": documents.checks_document(judged),
        "methods": documents.methods_document(all_methods()),
        "findings": documents.findings_document(findings),
        "declarations": declared,
        "verdict": documents.verdict_document(verdict),
        "notes": [
            *_notes(sets),
            *remarks(outcomes),
            *filter(None, (space.parameters.get("preset") for space in _spaces(tables))),
            *(f"The waiver of {x} has expired and is ignored." for x in expired(policy, today.date())),
        ],
        "timings": {stage: round(seconds, 3) for stage, seconds in clock.seconds.items()},
    }
    return AuditResult(document, tuple(judged), findings, verdict, sets)


def _spaces(tables: Mapping[str, Mapping[Role, FeatureTable]]) -> list[Space]:
    return [table["real"].space for table in tables.values()]


def _notes(sets: Mapping[Role, ImageSet]) -> Iterator[str]:
    for images in sets.values():
        yield from images.notes


def _environment(device: str) -> dict[str, Any]:
    packages = {name: found for name in PACKAGES if (found := version_of(name))}
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "device": device,
        "packages": packages,
    }
