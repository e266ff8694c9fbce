"""An audit as the JSON document of the published schema: plain values, no NaN, nothing private."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from gan_audit.judgement.types import Finding, Judged, Verdict
from gan_audit.types import CheckResult, ImageSet, Method, Role, Sample, Space

SCHEMA_VERSION = "1.0"


def inputs_document(sets: Mapping[Role, ImageSet]) -> dict[str, Any]:
    """The key `inputs`: counts, classes and digests of each set."""
    return {role: _set(images) for role, images in sets.items()}


def spaces_document(spaces: Iterable[Space]) -> list[dict[str, Any]]:
    """The key `spaces`."""
    keys = ("name", "dimension", "extractor", "revision", "weights_sha256", "standardize")
    return [
        {**{key: getattr(s, key) for key in keys}, "parameters": plain(s.parameters), "uses": sorted(s.uses)}
        for s in spaces
    ]


def checks_document(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """The key `checks`."""
    return [_check(item) for item in judged]


def findings_document(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The key `findings`."""
    return [plain(asdict(finding)) for finding in findings]


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """The key `verdict`."""
    found: dict[str, Any] = plain(asdict(verdict))
    return found


def methods_document(methods: Mapping[str, Method]) -> dict[str, Any]:
    """The key `methods`: what each check says of itself."""
    return {id: asdict(method) for id, method in methods.items()}


def plain(value: Any) -> Any:
    """The same value in JSON's own types; what is not finite becomes null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _check(judged: Judged) -> dict[str, Any]:
    outcome = judged.outcome
    common = {
        "id": outcome.id,
        "key": judged.key,
        "space": outcome.space,
        "scope": outcome.scope,
        "status": judged.status,
        "level": judged.level,
        "required": judged.required,
        "threshold": plain(asdict(judged.threshold)) if judged.threshold else None,
        "waiver": plain(asdict(judged.waiver)) if judged.waiver else None,
        "images_to_decide": judged.images_to_decide,
        "n_real": outcome.n_real,
        "n_synthetic": outcome.n_synthetic,
    }
    if not isinstance(outcome, CheckResult):
        return {**common, **_not_measured(outcome)}
    measured = _measured(outcome)
    if judged.images_to_decide:
        measured["message"] += f" About {judged.images_to_decide} images of each set would probably decide it."
    return {**common, **measured}


def _measured(result: CheckResult) -> dict[str, Any]:
    reference = result.reference
    return {
        "estimate": plain(result.estimate),
        "ci": plain(result.ci),
        "unit": result.unit,
        "reference": {"estimate": plain(reference.value), "ci": plain(reference.ci)} if reference else None,
        "p_value": plain(result.p_value),
        "p_adjusted": plain(result.p_adjusted),
        "message": result.message,
        "remedy": None,
        "details": plain(result.details),
    }


def _not_measured(outcome: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("estimate", "ci", "reference", "p_value", "p_adjusted"))
    return {**empty, "unit": "", "message": outcome.reason, "remedy": outcome.remedy, "details": {}}


def _set(images: ImageSet) -> dict[str, Any]:
    samples = images.samples
    groups = {sample.group for sample in samples if sample.group is not None}
    return {
        "path_label": f"{images.role} images",
        "n_images": len(samples),
        "n_groups": len(groups) or None,
        "grouped": bool(groups),
        "classes": dict(sorted(Counter(s.label for s in samples if s.label is not None).items())),
        "class_groups": _groups_by_class(samples) if groups else None,
        "sha256": images.sha256,
        "rejected": [{"id": item.pseudonym, "reason": item.reason} for item in images.rejected],
        "shapes": _counted(_shape(sample) for sample in samples),
        "bit_depths": _counted(f"{sample.bit_depth} bit" for sample in samples),
        "units": _counted(sample.unit or "stored values" for sample in samples),
        "masks": sum(sample.has_mask for sample in samples),
        "exact_duplicates": len(samples) - len({sample.digest for sample in samples}),
    }


def _groups_by_class(samples: Iterable[Sample]) -> dict[str, int]:
    """Patients of each class; an image whose patient is unknown counts as one more."""
    found: dict[str, set[str]] = {}
    for sample in samples:
        if sample.label is not None:
            found.setdefault(sample.label, set()).add(sample.group or f"image {sample.id}")
    return {label: len(groups) for label, groups in sorted(found.items())}


def _shape(sample: Sample) -> str:
    return " x ".join(map(str, sample.shape)) + (" colour" if sample.channels > 1 else "")


def _counted(words: Iterable[str], most: int = 4) -> str:
    counts = Counter(words)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{word} ({count} images)" for word, count in ranked[:most]]
    rest = sum(count for _, count in ranked[most:])
    return "; ".join(shown + ([f"{len(ranked) - most} others ({rest} images)"] if rest else []))
