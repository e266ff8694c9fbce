"""Which halves to draw, which traps to plant in them, and which copies: each a line of the results."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from benchmarks.calibration.halves import reachable
from benchmarks.calibration.sets import Base
from benchmarks.copies.kinds import ALL_KINDS

SOUND = "sound"
"""The halves without any copy."""
TOGETHER = "together"
"""What one audit of copies of all kinds found beside them, and whether the gate failed."""
KNOWN, UNKNOWN = "known", "unknown"


class Scene(NamedTuple):
    """Two halves, and a trap in the real one."""

    set: str
    n: int
    """Images asked for in each half; half the set where that is fewer."""
    trap: str
    share: float
    """Of the real images in the trap; 0 without a trap."""
    patients: str
    seed: int


class Key(NamedTuple):
    """What tells one line of the results from the others: a scene, and a kind of copy in it."""

    set: str
    n: int
    trap: str
    share: float
    patients: str
    seed: int
    together: bool
    """Whether copies of other kinds were planted beside it."""
    kind: str
    """One of the kinds of copies, SOUND or TOGETHER."""


def key(record: Mapping[str, Any]) -> Key:
    """The key of a line."""
    return Key(*(record[name] for name in Key._fields))


@dataclass(frozen=True)
class Wanted:
    """What to run."""

    sets: Sequence[str]
    ns: Sequence[int] = (300,)
    traps: Sequence[str] = ("none",)
    shares: Sequence[float] = (0.05,)
    patients: Sequence[str] = (KNOWN,)
    kinds: Sequence[str] = ALL_KINDS
    together: bool = True
    seeds: int = 5
    part: tuple[int, int] = (1, 1)
    """Which part of the scenes of each set, and of how many parts."""

    def scenes(self, base: Base) -> list[Scene]:
        """Seed by seed. Where nobody knows the patients, they are unknown, whatever was asked for."""
        patients = self.patients if any(base.groups) else (UNKNOWN,)
        ns = {size(base, n): n for n in sorted(self.ns, reverse=True)}
        traps = dict.fromkeys((trap, 0.0 if trap == "none" else share) for trap in self.traps for share in self.shares)
        every = [
            Scene(base.name, n, *trap, known, seed)
            for seed in range(self.seeds)
            for n in sorted(ns.values())
            for trap in traps
            for known in patients
        ]
        return every[self.part[0] - 1 :: self.part[1]]

    def audits(self, scene: Scene, done: Collection[Key]) -> Iterator[tuple[Key, tuple[str, ...]]]:
        """What is still to be audited in a scene: the key, and the kinds that are planted."""
        if (sound := Key(*scene, False, SOUND)) not in done:
            yield sound, ()
        if not self.together:
            yield from ((one, (one.kind,)) for kind in self.kinds if (one := Key(*scene, False, kind)) not in done)
        elif any(Key(*scene, True, kind) not in done for kind in (*self.kinds, TOGETHER)):
            yield Key(*scene, True, TOGETHER), tuple(self.kinds)


def size(base: Base, n: int) -> int:
    """Images in each half where n are asked for."""
    return reachable(base, n) or len(base) // 2
