"""Planted copies on real sets and phantoms: how many are accused, how many others, and how many on sound halves.

python benchmarks/copies.py ../shared/data --n 300 --seeds 5
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from scipy.stats import binomtest
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.calibration import alterations as alter
from benchmarks.calibration.halves import Halves, Item, digest, draw, generator, reachable
from benchmarks.calibration.sets import SETS, Base, load
from benchmarks.calibration.workspace import sample
from gan_audit.checks import duplicates
from gan_audit.checks.base import Comparison, Settings
from gan_audit.checks.prepare import prepare
from gan_audit.features.pixels import FinePixels
from gan_audit.types import FeatureTable, Image, Role

PART = "part pasted"
SMALL = "part, moved by 2"
LARGE = "part, moved far"
KINDS: Mapping[str, alter.Alteration] = {
    "exact": lambda image, rng: image,
    "mirrored": alter.flipped,
    "rotated by 90": alter.rotated90,
    "rotated by 180": lambda image, rng: alter.rotated90(alter.rotated90(image, rng), rng),
    "rotated by 270": lambda image, rng: alter.flipped(alter.rotated90(alter.flipped(image, rng), rng), rng),
    "shifted by 1 or 2": alter.shifted,
    "cropped, centre": alter.cropped(0.8, 0.95, central=True),
    "cropped, anywhere": alter.cropped(0.8, 0.95),
    "negative": alter.inverted,
    "brighter by 10": alter.brighter(10.0),
    "contrast 0.85": alter.contrast(0.85),
    "gamma 0.7": alter.gamma(0.7),
    "gamma 1.4": alter.gamma(1.4),
    "noise 4": alter.noisy(4.0),
    "noise 8": alter.noisy(8.0),
    "JPEG 75": alter.jpeg(75),
    "JPEG 50": alter.jpeg(50),
}
"""What is done to the whole of a real image; each kind is planted in 1 % of the synthetic half, and in 3 at least."""
PARTS: Mapping[str, Callable[[int], int]] = {PART: lambda side: 0, SMALL: lambda side: 2, LARGE: lambda side: side // 4}
"""An ellipse of a quarter to a third of the side, from a real image into a synthetic one, moved by so many pixels."""
SPACE = FinePixels()


@dataclass
class Tally:
    """Counts over the seeds of one set."""

    planted: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    accused: int = 0
    wrong: int = 0
    sound: list[int] = field(default_factory=list)


def main(
    data: Path,
    sets: Annotated[str, typer.Option(help="Names separated by commas.")] = ",".join(SETS),
    n: Annotated[int, typer.Option(help="Images in each half, or half the set where it has fewer.")] = 300,
    seeds: Annotated[int, typer.Option()] = 5,
    alone: Annotated[bool, typer.Option(help="Each kind in a half of its own: no other copies beside it.")] = False,
) -> None:
    """Prints one table for each set."""
    with threadpool_limits(1):
        for name in sets.split(","):
            base = load(name, data)
            size = reachable(base, n) or len(base) // 2
            tally = Tally()
            for seed in range(seeds):
                measure(base, draw(base, size, seed), seed, tally, alone=alone)
            show(name, size, tally)


def measure(base: Base, halves: Halves, seed: int, tally: Tally, *, alone: bool) -> None:
    """A sound half, then the same with copies in it."""
    real, plain = halves.real, tuple(replace(item, group=None) for item in halves.synthetic)
    tally.sound.append(len(accused(real, plain)))
    rng = generator("copies", base.name, len(real), seed)
    kinds = [[kind] for kind in (*KINDS, *PARTS)] if alone else [[*KINDS, *PARTS]]
    for together in kinds:
        synthetic, sources = planted(real, plain, together, rng)
        found = accused(real, synthetic)
        tally.accused += len(found)
        tally.wrong += sum(place not in sources for place in found)
        for place, (kind, source) in sources.items():
            tally.planted[kind] += 1
            tally.found[kind] += found.get(place) == digest(real[source].image)


def planted(
    real: Sequence[Item], plain: Sequence[Item], kinds: Sequence[str], rng: np.random.Generator
) -> tuple[list[Item], dict[int, tuple[str, int]]]:
    """The synthetic half with 1 % of copies of each kind, 3 at least, and where each is: its kind and its source."""
    synthetic, sources = list(plain), {}
    free = rng.permutation(len(plain)).tolist()
    left = [i for i in rng.permutation(len(real)).tolist() if has_layout(real[i].image)]
    for kind in kinds:
        for _ in range(max(3, round(0.01 * len(plain)))):
            pairs = product(reversed(free), left)
            place, source = next((i, j) for i, j in pairs if kind in KINDS or alike(real[j].image, plain[i].image))
            free.remove(place)
            left.remove(source)
            how = KINDS[kind] if kind in KINDS else _pasted(real[source].image, kind)
            under = real[source] if kind in KINDS else plain[place]
            synthetic[place] = replace(under, image=how(under.image, rng), group=None, row=None)
            sources[place] = kind, source
    return synthetic, sources


def _pasted(source: Image, kind: str) -> alter.Alteration:
    return alter.pasted(source, moved=PARTS[kind](source.pixels.shape[0]))


def alike(left: Image, right: Image) -> bool:
    return left.pixels.shape == right.pixels.shape


def has_layout(image: Image) -> bool:
    """A constant image cannot be compared with anything."""
    return bool(np.isfinite(SPACE(image)).all())


def accused(real: Sequence[Item], synthetic: Sequence[Item]) -> dict[int, str]:
    """Place of each synthetic image accused, and the content of the real one that it is said to show."""
    result = next(iter(duplicates.run(comparison(real, synthetic), Settings())))
    place = {f"synthetic-{i:05d}": i for i in range(len(synthetic))}
    content = {f"real-{i:05d}": digest(item.image) for i, item in enumerate(real)}
    return {place[pair.synthetic]: content[pair.real] for pair in result.pairs}


def comparison(real: Sequence[Item], synthetic: Sequence[Item]) -> Comparison:
    found = prepare(table("real", real), table("synthetic", synthetic))
    assert isinstance(found, Comparison), found
    return found


_KNOWN: dict[str, np.ndarray] = {}


def table(role: Role, items: Sequence[Item]) -> FeatureTable:
    """Thumbnails; those of unchanged images are computed once."""
    for item in items:
        if (key := digest(item.image)) not in _KNOWN:
            _KNOWN[key] = SPACE(item.image)
    values = np.stack([_KNOWN[digest(item.image)] for item in items])
    names = SPACE.names(items[0].image)
    samples = tuple(sample(role, place, item) for place, item in enumerate(items))
    return FeatureTable(SPACE.describe(values.shape[1]), role, values, names, samples)


def show(name: str, size: int, tally: Tally) -> None:
    print(f"\n{name}, {size} + {size} images, {len(tally.sound)} seeds")
    print(f"accused on sound halves: {', '.join(map(str, tally.sound))}")
    print("kind | planted | found | share | Wilson interval")
    whole = [kind for kind in tally.planted if kind in KINDS]
    rows = {**{kind: [kind] for kind in tally.planted}, "all whole copies": whole, "all": list(tally.planted)}
    for title, kinds in rows.items():
        planted, found = (sum(counts[kind] for kind in kinds) for counts in (tally.planted, tally.found))
        low, high = binomtest(found, planted).proportion_ci(method="wilson")
        print(f"{title} | {planted} | {found} | {found / planted:.3f} | {low:.3f} to {high:.3f}")
    rate = tally.wrong / max(1, tally.accused)
    print(f"accused {tally.accused}, of them no copies {tally.wrong}: false-discovery rate {rate:.3f}", flush=True)


if __name__ == "__main__":
    typer.run(main)
