"""Draws, plants, audits and counts."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.calibration.halves import digest, draw, generator
from benchmarks.calibration.records import append, mend, read
from benchmarks.calibration.runner import code_digest
from benchmarks.calibration.sets import Base, load
from benchmarks.calibration.traps import TRAPS, Trapped
from benchmarks.copies.check import Named, accused
from benchmarks.copies.kinds import Sources, planted
from benchmarks.copies.plan import KNOWN, Key, Scene, Wanted, key, size

Counts = dict[str, Any]


def run(wanted: Wanted, data: Path, out: Path, say: Callable[[str], None]) -> int:
    """Appends a line for each kind that `out` does not hold yet; returns the number of lines."""
    mend(out)
    done, count = {key(record) for record in read(out)}, 0
    made = {"date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", "code": code_digest()}
    for name in wanted.sets:
        base = load(name, data)
        for scene in wanted.scenes(base):
            for record in measured(base, scene, wanted, done):
                append(out, {**record, **made})
                count += 1
            say(" ".join(map(str, scene)))
    return count


def measured(base: Base, scene: Scene, wanted: Wanted, done: set[Key]) -> Iterator[dict[str, Any]]:
    """The lines of a scene that are not done."""
    if not (audits := list(wanted.audits(scene, done))):
        return
    trapped = trapped_halves(base, scene)
    for which, kinds in audits:
        rng = generator("copies", base.name, scene.n, scene.seed, which.kind, *kinds)
        synthetic, sources = planted(trapped, kinds, rng)
        found, failed = accused(trapped.halves.real, synthetic)
        others = {place: named for place, named in found.items() if place not in sources}
        common = {"size": len(synthetic), "others": _words(others), "failed": failed}
        if which.together:
            for kind in kinds:
                counts = counted(trapped, sources, found, (kind,))
                yield {**which._replace(kind=kind)._asdict(), **counts, "size": len(synthetic)}
        yield {**which._asdict(), **counted(trapped, sources, found, kinds), **common}


def trapped_halves(base: Base, scene: Scene) -> Trapped:
    """The halves with their trap; the synthetic one names no patient, the real one only where they are to be known.

    Halves are drawn by patient in any case, so that no patient stands on both sides.
    """
    halves = draw(base, size(base, scene.n), scene.seed)
    rng = generator("trap", scene.trap, f"{scene.share:g}", base.name, scene.n, scene.seed)
    found = TRAPS[scene.trap](halves, scene.share, rng)
    real, synthetic = found.halves.real, found.halves.synthetic
    if scene.patients != KNOWN:
        real = tuple(replace(item, group=None) for item in real)
    synthetic = tuple(replace(item, group=None) for item in synthetic)
    return replace(found, halves=replace(found.halves, real=real, synthetic=synthetic))


def counted(trapped: Trapped, sources: Sources, found: Mapping[int, Named], kinds: tuple[str, ...]) -> Counts:
    """Copies planted of these kinds, and those found: accused of showing the picture that they were made of.

    Images of one picture are one: it does not matter which of two twins is named.
    """
    places = [place for place, (kind, _) in sources.items() if kind in kinds]
    right, wrong = {}, 0
    for place in (place for place in places if place in found):
        source = digest(trapped.halves.real[sources[place][1]].image)
        if trapped.picture(found[place].real) == trapped.picture(source):
            right[place] = found[place]
        else:
            wrong += 1
    return {"planted": len(places), "found": len(right), "misnamed": wrong, "words": _words(right)}


def _words(found: Mapping[int, Named]) -> dict[str, int]:
    return dict(Counter(named.word for named in found.values()))
