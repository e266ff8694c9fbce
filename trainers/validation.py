"""Names and numbers of a preset, checked before anything is read: an error names what may be chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

from gan_audit.errors import UsageError
from gan_audit.runtime.suggestions import did_you_mean
from trainers.config import preset_for
from trainers.presets import PRESETS, Preset

RANGES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "batch": (lambda value: value >= 2, "at least 2"),
    "critic_steps": (lambda value: value >= 1, "at least 1"),
    "penalty_interval": (lambda value: value >= 1, "at least 1"),
    "penalty_weight": (lambda value: value >= 0, "at least 0"),
    "generator_lr": (lambda value: value > 0, "above 0"),
    "discriminator_lr": (lambda value: value > 0, "above 0"),
    "ema": (lambda value: 0 <= value < 1, "from 0 to below 1"),
    "clip": (lambda value: value > 0, "above 0"),
    "beta": (lambda value: value >= 0, "at least 0"),
    "noise_floor": (lambda value: 0 <= value < 1, "from 0 to below 1"),
    "path_length": (lambda value: value >= 0, "at least 0"),
    "grow": (lambda value: value >= 0, "at least 0"),
    "betas": (lambda value: all(0 <= one < 1 for one in value), "from 0 to below 1"),
}
"""Field to what is allowed, as a test and in words."""
UNFIT: Mapping[str, tuple[tuple[str, ...], str]] = {
    "cyclegan": (("l1", "l2", "perceptual"), "compares an image with its own target; cyclegan works without pairs"),
    "srgan": (("cycle", "identity"), "needs a way back, and srgan only enlarges"),
}
"""Translation to losses that it cannot have, and why."""


def checked(preset: Preset, changes: Mapping[str, Any]) -> Preset:
    """The preset, a penalty that was chosen by name alone with the weight it was published with.

    Raises UsageError for a name that is in no table, a number out of range, and parts that do not go together.
    """
    from trainers.losses.penalties import PENALTIES

    for field, (allowed, words) in RANGES.items():
        value = getattr(preset, field)
        if not allowed(value):
            raise UsageError(f"Expected --{field.replace('_', '-')} {words}, got {value}.")
    for option, name, table in _names(preset):
        if name not in table:
            hint = did_you_mean(name, table)
            raise UsageError(f"Expected --{option} among {', '.join(table)}, got {name!r}.{hint}")
    if preset.adaptive and not preset.augmentation:
        raise UsageError("--adaptive needs augmentations to adapt, such as --augment translation,cutout.")
    if preset.path_length and preset.network != "style":
        raise UsageError("--path-length is for the network `style` alone.")
    if preset.kind == "translation" and not any({"adversarial": 1.0, **dict(preset.terms)}.values()):
        raise UsageError("Expected a loss with a weight above 0, got none. Leave --term out for the model's own.")
    if changes.get("penalty") and changes.get("penalty_weight") is None:
        return replace(preset, penalty_weight=PENALTIES[preset.penalty].weight)
    return preset


def terms_for(model: str, wishes: Sequence[str]) -> tuple[tuple[str, float], ...] | None:
    """The preset's weights of a translation's losses with those of `wishes`, NAME=WEIGHT, in their place.

    None without wishes. Raises UsageError for a model without such losses, for a loss that the model cannot have and
    for a weight that is none; `checked` knows the names.
    """
    if not wishes:
        return None
    preset = preset_for(model)
    if preset.kind != "translation":
        names = ", ".join(name for name, row in PRESETS.items() if row.kind == "translation")
        raise UsageError(f"--term is for {names}; {model} has no such losses. Leave it out.")
    given = dict(map(_term, wishes))
    unfit, reason = UNFIT.get(model, ((), ""))
    for name in unfit:
        if given.get(name):
            raise UsageError(f"--term {name} {reason}. Leave it out.")
    return tuple((dict(preset.terms) | given).items())


def _term(wish: str) -> tuple[str, float]:
    name, _, number = wish.partition("=")
    try:
        weight = float(number)
    except ValueError:
        weight = -1.0
    if not isfinite(weight) or weight < 0:
        raise UsageError(f"Expected --term NAME=WEIGHT with a weight of at least 0, such as identity=5, got {wish!r}.")
    return name.strip(), weight


def _names(preset: Preset) -> list[tuple[str, str, Any]]:
    """Option, what was chosen, and the table it has to be in."""
    from trainers.loops.differentiable_augmentation import AUGMENTATIONS
    from trainers.loops.optimizers import OPTIMIZERS
    from trainers.losses.adversarial import OBJECTIVES
    from trainers.losses.penalties import CONSTRAINTS, PENALTIES
    from trainers.losses.translation import TERMS
    from trainers.networks.registry import NETWORKS
    from trainers.networks.translation import TRANSLATORS

    found: list[tuple[str, str, Any]] = [
        ("optimizer", preset.optimizer, OPTIMIZERS),
        ("penalty", preset.penalty, PENALTIES),
        ("constraint", preset.constraint, CONSTRAINTS),
        *(("augment", name, AUGMENTATIONS) for name in preset.augmentation),
    ]
    if preset.kind == "variational":
        return [*found, ("network", preset.network, ("vae",)), ("objective", preset.objective, ("elbo",))]
    networks = NETWORKS if preset.kind == "adversarial" else TRANSLATORS
    terms = [("term", name, TERMS) for name, _ in preset.terms]
    return [*found, ("objective", preset.objective, OBJECTIVES), ("network", preset.network, networks), *terms]
