"""Which audits to run, in an order that may be cut off anywhere without favouring a set or a fault."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from benchmarks.calibration.faults import FAULTS, SELECTIONS, Strength
from benchmarks.calibration.halves import ENOUGH, generator
from benchmarks.calibration.records import Key
from gan_audit.errors import UsageError
from gan_audit.runtime.suggestions import did_you_mean


def planned(
    sizes: Mapping[str, int], faults: Sequence[str], ns: Sequence[int], repeats: int, done: Collection[Key]
) -> list[Key]:
    """Every audit wanted and not done, repeat by repeat; within a repeat the order is shuffled, always alike.

    sizes: set to its number of images; a set too small for n is left out at that n. faults: names of FAULTS,
    NAME=STRENGTH for one strength alone, or a selection such as @targets.
    """
    chosen = list(dict.fromkeys(pair for name in faults for pair in _expanded(name)))
    keys: list[Key] = []
    for seed in range(repeats):
        round_ = [
            Key(set_, fault, strength, n, seed)
            for set_, size in sizes.items()
            for n in ns
            if size // 2 >= ENOUGH * n
            for fault, strength in chosen
        ]
        keys += [round_[i] for i in generator("order", seed).permutation(len(round_))]
    return [key for key in keys if key not in done]


def named(text: str, known: Collection[str], kind: str) -> list[str]:
    """A list separated by commas; raises UsageError for a name that is not known."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name.partition("=")[0] not in known:
            hint = did_you_mean(name, known)
            raise UsageError(f"Expected a {kind} among {', '.join(known)}, got {name}.{hint}")
    return names


def _expanded(name: str) -> Iterator[tuple[str, Strength]]:
    if name in SELECTIONS:
        for part in SELECTIONS[name]:
            yield from _expanded(part)
        return
    fault, _, strength = name.partition("=")
    if strength:
        yield fault, _strength(fault, strength)
    else:
        yield from ((fault, x) for x in FAULTS[fault].strengths)


def _strength(fault: str, text: str) -> Strength:
    known = FAULTS[fault].strengths
    for strength in known:
        if strength is not None and text in (f"{strength:g}", str(strength)):
            return strength
    shown = ", ".join("none" if x is None else f"{x:g}" for x in known)
    raise UsageError(f"Expected a strength of {fault} among {shown}, got {text}.")
