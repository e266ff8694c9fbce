"""What a reader of the report must know of the input as a whole; no file names, no patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gan_audit.data.sources import NAMES
from gan_audit.data.wording import ALIKE, counted, some
from gan_audit.runtime.suggestions import nearest
from gan_audit.types import Role, Sample

Samples = Mapping[Role, Sequence[Sample]]


def set_notes(role: Role, samples: Sequence[Sample]) -> tuple[str, ...]:
    """Notes on one set."""
    return tuple(
        note for check in (_mixed_channels, _mixed_depths, _mixed_units, _groups) for note in check(role, samples)
    )


def comparison_notes(sets: Samples) -> tuple[str, ...]:
    """Notes on the real and the synthetic set side by side."""
    return tuple(note for check in (_classes, _channels, _depths, _units) for note in check(sets))


def _mixed_channels(role: Role, samples: Sequence[Sample]) -> list[str]:
    colour = sum(sample.channels == 3 for sample in samples)
    grey = len(samples) - colour
    return [f"The {NAMES[role]} set mixes {colour} colour and {grey} grey images."] if colour and grey else []


def _mixed_depths(role: Role, samples: Sequence[Sample]) -> list[str]:
    depths = sorted({sample.bit_depth for sample in samples})
    text = (
        f"The {NAMES[role]} set mixes images of {_listed(depths)} bits a value: their intensities are not comparable."
    )
    return [text] if len(depths) > 1 else []


def _mixed_units(role: Role, samples: Sequence[Sample]) -> list[str]:
    units = sorted({sample.unit for sample in samples})
    text = f"The {NAMES[role]} set mixes images in {_listed(_shown(units))}: their intensities are not comparable."
    return [text] if len(units) > 1 else []


def _groups(role: Role, samples: Sequence[Sample]) -> list[str]:
    groups = {sample.group for sample in samples} - {None}
    unknown = sum(sample.group is None for sample in samples)
    if groups and unknown:
        which = f"of the {NAMES[role]} set"
        images = counted(unknown, f"image {which} names", f"images {which} name")
        return [f"{images} no patient; each counts as one of its own."]
    if len(groups) == 1 and len(samples) > 1:
        return [f"All images of the {NAMES[role]} set are of one patient, by their group."]
    return []


def _classes(sets: Samples) -> list[str]:
    """Classes that one of two sets lacks, with the class they may be a misspelling of."""
    classes = {role: {sample.label for sample in samples if sample.label} for role, samples in sets.items()}
    notes = []
    pairs: tuple[tuple[Role, Role], ...] = (("real", "synthetic"), ("synthetic", "real"), ("holdout", "real"))
    for role, other in pairs:
        if not classes.get(role) or not classes.get(other):
            continue
        alone = sorted(classes[role] - classes[other])
        if alone:
            noun = "class" if len(alone) == 1 else "classes"
            notes.append(
                f"The {noun} {some(alone, most=5)} of the {NAMES[role]} set {_has(alone)} no {NAMES[other]} image."
            )
        notes += _misspellings(alone, sorted(classes[other] - classes[role])) if role == "synthetic" else []
    return notes


def _misspellings(names: Sequence[str], others: Sequence[str]) -> list[str]:
    guesses = [(name, nearest(name, others, ALIKE)) for name in names]
    return [
        f"Perhaps the class {name!r} is meant to be {guess!r}; correct the labels." for name, guess in guesses if guess
    ]


def _channels(sets: Samples) -> list[str]:
    kinds = _values(sets, lambda sample: "colour" if sample.channels == 3 else "grey")
    return [f"The real images are {kinds['real']}, the synthetic ones {kinds['synthetic']}."] if _differ(kinds) else []


def _depths(sets: Samples) -> list[str]:
    depths = _values(sets, lambda sample: str(sample.bit_depth))
    text = "The real images hold {real} bits a value, the synthetic ones {synthetic}: intensities are not comparable."
    return [text.format(**depths)] if _differ(depths) else []


def _units(sets: Samples) -> list[str]:
    units = _values(sets, lambda sample: _shown([sample.unit])[0])
    text = (
        "The real images are in {real}, the synthetic ones in {synthetic}: check that their intensities are comparable."
    )
    return [text.format(**units)] if _differ(units) else []


def _values(sets: Samples, value: Callable[[Sample], str]) -> dict[str, str]:
    return {role: _listed(sorted({value(sample) for sample in samples})) for role, samples in sets.items()}


def _differ(values: Mapping[str, str]) -> bool:
    return values["real"] != values["synthetic"]


def _shown(units: Sequence[str]) -> list[str]:
    return [unit or "no known unit" for unit in units]


def _has(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _listed(values: Sequence[object]) -> str:
    return " and ".join(str(value) for value in values)
