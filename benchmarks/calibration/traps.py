"""Traps in the real half: images of one picture under several patients, and images that show next to nothing.

Such sets are sound: a trap may neither get a synthetic image accused nor keep a planted copy from being found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator

from benchmarks.calibration import alterations as alter
from benchmarks.calibration.halves import Halves, Item, changed, digest
from gan_audit.types import Image

LENGTH = 5
"""Images in a series, the one that the others were made of among them."""
DARKEST, BRIGHTEST = 16, 240
"""Grey levels of nearly constant images."""


@dataclass(frozen=True)
class Trapped:
    """Halves with a trap in the real one, and what a score must know of it."""

    halves: Halves
    pictures: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Content of a planted image to the content of the image it was made of: both show one picture."""
    blank_real: frozenset[int] = frozenset()
    """Places of real images that show next to nothing, of which no copy can be told."""
    blank_synthetic: frozenset[int] = frozenset()
    """Places of synthetic images that show next to nothing."""

    def picture(self, content: str) -> str:
        """What all images of one picture share."""
        return self.pictures.get(content, content)


Trap = Callable[[Halves, float, Generator], Trapped]


def none(halves: Halves, share: float, rng: Generator) -> Trapped:
    """No trap at all."""
    return Trapped(halves)


def twins(how: alter.Alteration | None) -> Trap:
    """A share of the real images gives way to altered copies of others, under the patients of those replaced.

    No image is used twice, and no twin stands under the patient of its source. None: byte-identical copies.
    """

    def plant(halves: Halves, share: float, rng: Generator) -> Trapped:
        real, order = list(halves.real), rng.permutation(len(halves.real)).tolist()
        count, pictures = _count(share, len(real)), {}
        sources = order[count:]
        for place in order[:count]:
            chosen = next(i for i in sources if _strangers(halves.real[i], halves.real[place]))
            sources.remove(chosen)
            source = replace(halves.real[chosen], group=halves.real[place].group)
            real[place] = changed(source, how, rng) if how else source
            pictures[digest(real[place].image)] = digest(source.image)
        return Trapped(replace(halves, real=tuple(real)), pictures)

    return plant


def series(halves: Halves, share: float, rng: Generator) -> Trapped:
    """A share of the real images stands in series of five of one picture, each under a patient of its own."""
    return in_series(halves, _count(share / LENGTH, len(halves.real)), LENGTH, rng, apart=True)


def in_series(halves: Halves, number: int, length: int, rng: Generator, *, apart: bool) -> Trapped:
    """So many series: an image, and copies of it with noise of 1 stored unit in the places of others.

    apart: each copy under a new patient, or under none where the image replaced had none; otherwise all are of one.
    """
    real, order, pictures = list(halves.real), rng.permutation(len(halves.real)).tolist(), {}
    for one in range(number):
        first, *others = (order.pop() for _ in range(length))
        if not apart:
            real[first] = replace(real[first], group=real[first].group or f"series {one}")
        for place in others:
            own = None if real[place].group is None else f"series {one}, {place}"
            source = replace(real[first], group=own if apart else real[first].group)
            real[place] = changed(source, alter.noisy(1.0), rng)
            pictures[digest(real[place].image)] = digest(source.image)
    return Trapped(replace(halves, real=tuple(real)), pictures)


def near_constant(halves: Halves, share: float, rng: Generator) -> Trapped:
    """A share of the images of both halves is one grey level each, with noise of 1 stored unit."""
    count = _count(share, len(halves.real))
    real, blank_real = _blanked(halves.real, count, rng)
    synthetic, blank_synthetic = _blanked(halves.synthetic, count, rng)
    return Trapped(Halves(real, synthetic), {}, blank_real, blank_synthetic)


def _blanked(items: Sequence[Item], count: int, rng: Generator) -> tuple[tuple[Item, ...], frozenset[int]]:
    found, places = list(items), rng.permutation(len(items))[:count].tolist()
    for place in places:
        found[place] = changed(found[place], _blank, rng)
    return tuple(found), frozenset(places)


def _blank(image: Image, rng: Generator) -> Image:
    level = rng.integers(DARKEST, BRIGHTEST, endpoint=True)
    return alter.noisy(1.0)(replace(image, pixels=np.full_like(image.pixels, level)), rng)


def _strangers(one: Item, other: Item) -> bool:
    return one.group is None or one.group != other.group


def _count(share: float, n: int) -> int:
    return max(1, round(share * n))


TRAPS: Mapping[str, Trap] = {
    "none": none,
    "twins-noisy": twins(alter.noisy(6.0)),
    "twins-shifted": twins(alter.shifted),
    "twins-jpeg": twins(alter.jpeg(75)),
    "twins-mirrored": twins(alter.flipped),
    "series": series,
    "near-constant": near_constant,
}
"""Name to what is planted; the share is that of the real images in the trap, and at least one is planted."""
