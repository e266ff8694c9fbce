"""The faults: a table from name to what is planted, at which strengths, and which finding would be right."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.random import Generator

from benchmarks.calibration import alterations as alter
from benchmarks.calibration.halves import Halves, changed
from benchmarks.calibration.traps import TRAPS, in_series, twins
from gan_audit.types import FloatArray

Strength = float | None
Plant = Callable[[Halves, float, Generator], Halves]
SHARES = (0.02, 0.05, 0.1, 0.2)
STACK = 20
"""Near-identical images of one patient, where the set is large enough."""
TRAP_SHARES = (0.02, 0.05)
COPIED = 0.05
"""Share of the synthetic images that are copies where the real ones hold a trap."""


@dataclass(frozen=True)
class Fault:
    """Something planted in two sound halves."""

    plant: Plant
    """The halves with the fault, a pure function of halves, strength and random numbers."""
    right: frozenset[str]
    """Findings that name this fault; empty for sound data."""
    strengths: tuple[Strength, ...] = (None,)
    keeps_groups: bool = False
    """Whether the synthetic half keeps its groups, which a generator's output does not have."""
    scrambles: bool = False
    """Whether the synthetic features that enter the marginal checks lose their dependence, class by class."""


def plant(fault: Fault, halves: Halves, strength: Strength, rng: Generator) -> Halves:
    """The halves that the audit sees."""
    found = fault.plant(halves, 0.0 if strength is None else strength, rng)
    if fault.keeps_groups:
        return found
    return replace(found, synthetic=tuple(replace(item, group=None) for item in found.synthetic))


def decorrelated(values: FloatArray, labels: Collection[str], rng: Generator) -> FloatArray:
    """Each column of values (n, d) permuted within each class, independently of the other columns."""
    scrambled, codes = values.copy(), np.unique(list(labels), return_inverse=True)[1]
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        scrambled[rows] = rng.permuted(values[rows], axis=0)
    return scrambled


def _sound(halves: Halves, strength: float, rng: Generator) -> Halves:
    return halves


def _copies(how: alter.Alteration | None, halves: Halves, strength: float, rng: Generator) -> Halves:
    """A share `strength` of the synthetic images becomes copies of real ones, with their labels."""
    synthetic = list(halves.synthetic)
    count = max(1, round(strength * len(synthetic)))
    sources = rng.permutation(len(halves.real))[:count]
    for place, source in zip(rng.permutation(len(synthetic))[:count], sources, strict=True):
        item = halves.real[source]
        synthetic[place] = changed(item, how, rng) if how else item
    return replace(halves, synthetic=tuple(synthetic))


def _everywhere(how: Callable[[float], alter.Alteration], halves: Halves, strength: float, rng: Generator) -> Halves:
    return replace(halves, synthetic=tuple(changed(item, how(strength), rng) for item in halves.synthetic))


def _collapse(halves: Halves, strength: float, rng: Generator) -> Halves:
    """Every synthetic image becomes a jittered draw of one of `strength` synthetic prototypes of its class."""
    prototypes = {}
    for label in sorted({item.label for item in halves.synthetic}):
        members = [item for item in halves.synthetic if item.label == label]
        prototypes[label] = [members[i] for i in rng.permutation(len(members))[: round(strength)]]
    chosen = (prototypes[item.label][rng.integers(len(prototypes[item.label]))] for item in halves.synthetic)
    return replace(halves, synthetic=tuple(changed(item, alter.jittered, rng) for item in chosen))


def _dropped(halves: Halves, strength: float, rng: Generator) -> Halves:
    """One class that is not the majority is missing, and the synthetic set is that much smaller."""
    label = _minority(halves, rng)
    return replace(halves, synthetic=tuple(item for item in halves.synthetic if item.label != label))


def _swapped(halves: Halves, strength: float, rng: Generator) -> Halves:
    synthetic, labels = list(halves.synthetic), sorted({item.label for item in halves.synthetic})
    for place in rng.permutation(len(synthetic))[: round(strength * len(synthetic))]:
        others = [label for label in labels if label != synthetic[place].label]
        synthetic[place] = replace(synthetic[place], label=str(rng.choice(others)))
    return replace(halves, synthetic=tuple(synthetic))


def _watermark(halves: Halves, strength: float, rng: Generator) -> Halves:
    label = _minority(halves, rng)
    marked = (changed(item, alter.marked, rng) if item.label == label else item for item in halves.synthetic)
    return replace(halves, synthetic=tuple(marked))


def _minority(halves: Halves, rng: Generator) -> str:
    """A random class of at most half of the synthetic images."""
    labels = [item.label for item in halves.synthetic]
    return str(rng.choice([x for x in sorted(set(labels)) if 2 * labels.count(x) <= len(labels)]))


def _real_duplicates(halves: Halves, strength: float, rng: Generator) -> Halves:
    """2 % of the real images are byte-identical copies of others, under other patients."""
    return twins(None)(halves, 0.02, rng).halves


def _real_stacks(halves: Halves, strength: float, rng: Generator) -> Halves:
    """A fifth of the real images are stacks: one patient's image again and again, with noise of 1 stored unit."""
    n = len(halves.real)
    return in_series(halves, max(1, n // 100), min(STACK, n // 5), rng, apart=False).halves


def _trap(name: str, halves: Halves, strength: float, rng: Generator) -> Halves:
    """The trap of this name in a share `strength` of the real images."""
    return TRAPS[name](halves, strength, rng).halves


def _with_copies(how: alter.Alteration | None, trap: Plant, halves: Halves, strength: float, rng: Generator) -> Halves:
    return _copies(how, trap(halves, strength, rng), COPIED, rng)


_EXACT, _WITH_EXACT = partial(_copies, None), partial(_with_copies, None)
_TWINS, _SERIES = partial(_trap, "twins-noisy"), partial(_trap, "series")
_COPY, _BLURRED = frozenset({"memorization"}), frozenset({"texture_shift", "low_fidelity"})
NONE: frozenset[str] = frozenset()
FAULTS: Mapping[str, Fault] = {
    "sound": Fault(_sound, NONE, keeps_groups=True),
    "sound-ungrouped": Fault(_sound, NONE),
    "real-duplicates": Fault(_real_duplicates, NONE),
    "real-stacks": Fault(_real_stacks, NONE),
    "real-twins": Fault(_TWINS, NONE, TRAP_SHARES),
    "real-series": Fault(_SERIES, NONE, TRAP_SHARES),
    "exact": Fault(_EXACT, _COPY, SHARES),
    "flipped": Fault(partial(_copies, alter.flipped), _COPY, SHARES),
    "rotated90": Fault(partial(_copies, alter.rotated90), _COPY, SHARES),
    "shifted": Fault(partial(_copies, alter.shifted), _COPY, SHARES),
    "noisy4": Fault(partial(_copies, alter.noisy(4.0)), _COPY, SHARES),
    "noisy8": Fault(partial(_copies, alter.noisy(8.0)), _COPY, SHARES),
    "brightness": Fault(partial(_copies, alter.brighter(10.0)), _COPY, SHARES),
    "contrast": Fault(partial(_copies, alter.contrast(0.85)), _COPY, SHARES),
    "real-duplicates+exact": Fault(partial(_WITH_EXACT, _real_duplicates), _COPY, (COPIED,)),
    "real-stacks+exact": Fault(partial(_WITH_EXACT, _real_stacks), _COPY, (COPIED,)),
    "real-twins+exact": Fault(partial(_WITH_EXACT, _TWINS), _COPY, TRAP_SHARES),
    "real-twins+flipped": Fault(partial(_with_copies, alter.flipped, _TWINS), _COPY, TRAP_SHARES),
    "real-series+exact": Fault(partial(_WITH_EXACT, _SERIES), _COPY, TRAP_SHARES),
    "collapse": Fault(_collapse, frozenset({"mode_collapse"}), (4.0, 30.0)),
    "dropped-class": Fault(_dropped, frozenset({"missing_class"})),
    "blur": Fault(partial(_everywhere, alter.blurred), _BLURRED, (0.4, 0.8, 1.5)),
    "texture-noise": Fault(partial(_everywhere, alter.noisy), _BLURRED, (4.0, 8.0)),
    "intensity": Fault(partial(_everywhere, alter.scaled), frozenset({"intensity_shift"}), (0.97, 0.9, 0.8)),
    "swapped-labels": Fault(_swapped, frozenset({"label_noise"}), (0.1, 0.2, 0.3)),
    "watermark": Fault(_watermark, frozenset({"localised_artefact"})),
    "decorrelated": Fault(_sound, frozenset({"dependence_drift"}), scrambles=True),
}
SELECTIONS: Mapping[str, tuple[str, ...]] = {
    "@sound": ("sound", "sound-ungrouped"),
    "@traps": (
        "real-duplicates", "real-stacks", "real-twins", "real-series", "real-duplicates+exact", "real-stacks+exact",
        "real-twins+exact", "real-twins+flipped", "real-series+exact",
    ),
    "@targets": (
        "exact=0.05", "flipped=0.05", "rotated90=0.1", "shifted=0.1", "noisy4=0.1", "brightness=0.1", "collapse=30",
        "dropped-class", "blur=0.4", "intensity=0.97", "swapped-labels=0.2", "watermark",
    ),
    "@all": tuple(FAULTS),
}  # fmt: skip
"""Names that stand for several faults; NAME=STRENGTH is one strength alone."""
