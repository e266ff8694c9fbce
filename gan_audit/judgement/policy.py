"""The policy: which criterion is judged, by which limit, and who waived it. A typo never switches a gate off."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Collection, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gan_audit.errors import UsageError
from gan_audit.judgement.declarations import DECLARED_FIELDS, DECLARED_SECTIONS
from gan_audit.runtime.suggestions import did_you_mean
from gan_audit.types import ALL, Level, check_key


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Criterion(_Strict):
    """How one check is judged."""

    level: Level = "error"
    max: float | None = None
    min: float | None = None
    max_ratio: float | None = Field(default=None, gt=0)
    min_ratio: float | None = Field(default=None, gt=0)
    tolerance: float | None = None
    required: bool = False
    scope: Literal["all", "class", "any"] = "any"

    def covers(self, scope: str) -> bool:
        """Whether a check over `scope` (`all` or `class:LABEL`) is meant."""
        return self.scope == "any" or (self.scope == "all") == (scope == ALL)


class WaiverEntry(_Strict):
    """A criterion set aside by a named person until a day."""

    check: str
    reason: str = Field(min_length=1)
    approved_by: str = Field(min_length=1)
    expires: datetime.date


class InputLimits(_Strict):
    """What input the audit accepts."""

    max_rejected: float = Field(default=0.05, ge=0, le=1)
    smallest_cell: int = Field(default=5, ge=0)
    """Classes of fewer patients are shown as `< 5` in what is shared; 0 shows every count."""


class Policy(_Strict):
    """A whole policy file."""

    schema_: Literal["1"] = Field(alias="schema")
    name: str
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    inputs: InputLimits = InputLimits()
    checks: dict[str, Criterion] = {}
    waivers: tuple[WaiverEntry, ...] = ()

    @property
    def is_default(self) -> bool:
        """Whether this is the default policy, unchanged."""
        return self == Policy.model_validate(tomllib.loads(default_policy_text()))

    def criterion(self, id: str, space: str | None, scope: str) -> tuple[str, Criterion] | None:
        """The most narrowly named criterion for a check, with its name in the file; None where it is not judged."""
        for name in (check_key(id, space, scope), check_key(id, None, scope), check_key(id, space), id):
            found = self.checks.get(name)
            if found is not None and found.covers(scope):
                return name, found
        return None


def default_policy_text() -> str:
    """The commented TOML text of the default policy."""
    return files("gan_audit.judgement").joinpath("default_policy.toml").read_text(encoding="utf-8")


def load_policy(
    source: str | Path | Mapping[str, Any] | Policy | None, *, ids: Collection[str], spaces: Collection[str]
) -> Policy:
    """Reads and validates a policy: a TOML file, a pyproject.toml with `[tool.gan-audit]`, a mapping, or None.

    None takes `[tool.gan-audit]` of ./pyproject.toml where there is one, else the default policy. `ids` and `spaces`
    are the check identifiers and feature spaces that exist. Raises UsageError for an unreadable file, an unknown
    key, check, space or value, naming the nearest known one.
    """
    if isinstance(source, Policy):
        return source
    data = dict(source) if isinstance(source, Mapping) else _read(source)
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        raise UsageError(f"The policy cannot be used: {'; '.join(_problems(error))}") from error
    for name in (*policy.checks, *(waiver.check for waiver in policy.waivers)):
        _know(name, ids, spaces)
    for name, criterion in policy.checks.items():
        _limited(name, criterion)
    return policy


def load_declarations(path: str | Path | None) -> dict[str, dict[str, str | None]]:
    """What the sponsor declared, every known field present, blank ones None.

    Raises UsageError for an unreadable file, an unknown section or field, naming the nearest known one, or a value
    that is no text.
    """
    known: dict[str, dict[str, str | None]] = {section: {} for section in DECLARED_SECTIONS}
    for field in DECLARED_FIELDS:
        known[field.section][field.key] = None
    if path is None:
        return known
    if not Path(path).is_file():
        raise UsageError(f"The declarations file {path} does not exist. `gan-audit init` writes one to fill in.")
    for section, fields in _toml(Path(path)).items():
        if section not in known or not isinstance(fields, dict):
            raise UsageError(
                f"The declarations name the section {section!r}, which is unknown.{_nearest(section, known)}"
            )
        for key, value in fields.items():
            known[section][key] = _declared(section, key, value, known[section])
    return known


def _declared(section: str, key: str, value: Any, known: Collection[str]) -> str | None:
    if key not in known:
        raise UsageError(f"The declarations name {section}.{key}, which is unknown.{_nearest(key, known)}")
    if not isinstance(value, str):
        raise UsageError(f"The declaration {section}.{key} is {value!r}; write it as text in quotes.")
    return value.strip() or None


def require_classes(policy: Policy, classes: Collection[str]) -> None:
    """Raises UsageError where the policy names a class that no image has."""
    for name in (*policy.checks, *(waiver.check for waiver in policy.waivers)):
        label = name.partition("/class:")[2]
        if label and label not in classes:
            raise UsageError(
                f"The policy names the class {label!r} ({name}), which no image has.{_nearest(label, classes)}"
            )


def _read(source: str | Path | None) -> dict[str, Any]:
    if source is None:
        found = _tool_table(Path("pyproject.toml"))
        return tomllib.loads(default_policy_text()) if found is None else found
    path = Path(source)
    if not path.is_file():
        raise UsageError(f"The policy file {path} does not exist. `gan-audit init` writes one to start from.")
    if path.name == "pyproject.toml":
        found = _tool_table(path)
        if found is None:
            raise UsageError(f"{path} has no table [tool.gan-audit]. Add one, or name another policy file.")
        return found
    return _toml(path)


def _tool_table(path: Path) -> dict[str, Any] | None:
    table = _toml(path).get("tool", {}).get("gan-audit") if path.is_file() else None
    return dict(table) if table is not None else None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} is no readable TOML file: {error}. Correct it, or name another file.") from error


def _problems(error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            yield f"unknown key {place!r}{_nearest(str(problem['loc'][-1]), _known_keys())}"
        else:
            yield f"{place}: {problem['msg']} (got {problem['input']!r})"


def _known_keys() -> set[str]:
    models = (Policy, Criterion, WaiverEntry, InputLimits)
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _know(name: str, ids: Collection[str], spaces: Collection[str]) -> None:
    base, _, _ = name.partition("/class:")
    id, _, space = base.partition("@")
    if id not in ids:
        raise UsageError(f"The policy names the check {id!r}, which does not exist.{_nearest(id, ids)}")
    if space and space not in spaces:
        raise UsageError(
            f"The policy names the space {space!r} ({name}), which does not exist.{_nearest(space, spaces)}"
        )


def _limited(name: str, criterion: Criterion) -> None:
    upper = [criterion.max, criterion.max_ratio]
    lower = [criterion.min, criterion.min_ratio]
    limits = [x for x in upper + lower if x is not None]
    if criterion.level in ("warn", "error") and len(limits) != 1:
        raise UsageError(
            f"The policy's criterion {name!r} has {len(limits)} limits, and one of max, min, max_ratio, min_ratio is "
            f'needed. Add it, or set level = "info".'
        )


def _nearest(word: str, known: Collection[str]) -> str:
    return did_you_mean(word, known) or f" Known: {', '.join(sorted(known))}."
