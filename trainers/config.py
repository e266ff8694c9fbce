"""All that determines a run besides its data, as one frozen value with a digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from gan_audit.errors import InputError, UsageError
from gan_audit.runtime.suggestions import did_you_mean
from trainers.presets import PRESETS, Preset
from trainers.types import Shape

FORMAT = "1"
"""Of config.json: goes up when an older run can no longer be read."""


@dataclass(frozen=True)
class RunConfig:
    """How a run trains; how long is no part of it: two runs that differ in nothing here agree step by step."""

    model: str
    preset: Preset
    """With the options of the command line in place."""
    shape: Shape
    labels: tuple[str, ...]
    """Names of the classes in the order of their numbers; empty for a run without."""
    seed: int = 0
    folds: int = 0
    """Parts of the training groups, 0 for no division."""
    fold: int = 0
    """The part left out, 1 to `folds`."""
    precision: str = "float32"
    """`float32`, or `bfloat16` and `float16` for automatic mixed precision on CUDA."""
    compiled: bool = False
    threads: int = 1
    """Cores a step uses; sums are rounded differently on another number."""
    source: Shape | None = None
    """What a translation starts from; None where images are made from noise."""
    format: str = FORMAT

    def as_json(self) -> dict[str, Any]:
        """JSON-ready, nested as the classes are."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON text."""
        return hashlib.sha256(canonical(self.as_json()).encode()).hexdigest()

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """The inverse of as_json; InputError for a file of another format."""
        if found.get("format") != FORMAT:
            raise InputError(
                f"Expected a run of format {FORMAT}, got {found.get('format')!r}. Use the version of gan-audit that "
                "made it, or train again."
            )
        values = dict(found)
        values["preset"] = Preset(**_tuples(values["preset"]))
        values["shape"] = _shape(values["shape"])
        values["source"] = _shape(values["source"]) if values["source"] else None
        return cls(**_tuples(values))


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no blanks, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def preset_for(model: str, changes: Mapping[str, Any] | None = None) -> Preset:
    """The row of a model with some fields replaced; None among the changes leaves a field as it is.

    Raises UsageError for an unknown model, naming the nearest known one, and for an unknown field.
    """
    if model not in PRESETS:
        hint = did_you_mean(model, PRESETS)
        raise UsageError(f"Expected --model among {', '.join(PRESETS)}, got {model!r}.{hint}")
    given = {name: value for name, value in (changes or {}).items() if value is not None}
    unknown = sorted(set(given) - {field.name for field in fields(Preset)})
    if unknown:
        raise UsageError(f"A preset has no field {', '.join(unknown)}.")
    return replace(PRESETS[model], **given)


def _shape(found: Mapping[str, Any]) -> Shape:
    return Shape(**_tuples(found))


def _tuples(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _tuple(value) for name, value in found.items()}


def _tuple(value: Any) -> Any:
    return tuple(_tuple(item) for item in value) if isinstance(value, list) else value
