"""The kinds of copies, and their planting into a synthetic half."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from benchmarks.calibration import alterations as alter
from benchmarks.calibration.halves import Item
from benchmarks.calibration.traps import Trapped
from gan_audit.errors import UsageError
from gan_audit.types import Image

KINDS: Mapping[str, alter.Alteration] = {
    "exact": lambda image, rng: image,
    "mirrored": alter.flipped,
    "rotated by 90": alter.rotated90,
    "rotated by 180": lambda image, rng: alter.rotated90(alter.rotated90(image, rng), rng),
    "rotated by 270": lambda image, rng: alter.flipped(alter.rotated90(alter.flipped(image, rng), rng), rng),
    "rotated to 10": alter.rotated(10.0),
    "zoomed to 10 %": alter.zoomed(0.1),
    "augmented": alter.augmented,
    "shifted by 1 or 2": alter.shifted,
    "cropped in the centre": alter.cropped(0.8, 0.95, central=True),
    "cropped anywhere": alter.cropped(0.8, 0.95),
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
PARTS: Mapping[str, Callable[[int], int]] = {
    "part pasted": lambda side: 0,
    "part moved by 2": lambda side: 2,
    "part moved far": lambda side: side // 4,
}
"""An ellipse of a quarter to a third of the side, from a real image into a synthetic one, moved by so many pixels."""
ALL_KINDS = (*KINDS, *PARTS)
SHARE, FEWEST = 0.01, 3
Sources = dict[int, tuple[str, int]]
"""Place of each copy in the synthetic half: its kind, and the place of its source in the real half."""


def planted(trapped: Trapped, kinds: Iterable[str], rng: np.random.Generator) -> tuple[tuple[Item, ...], Sources]:
    """The synthetic half with copies of each kind, and where they are; no image is used twice.

    Images that show next to nothing are neither copied nor replaced. Parts come first: they need two images alike.
    """
    real, plain = trapped.halves.real, trapped.halves.synthetic
    synthetic, sources = list(plain), Sources()
    free = [i for i in rng.permutation(len(plain)).tolist() if i not in trapped.blank_synthetic]
    left = [i for i in rng.permutation(len(real)).tolist() if i not in trapped.blank_real and shows(real[i].image)]
    for kind in sorted(kinds, key=lambda kind: kind in KINDS):
        for _ in range(max(FEWEST, round(SHARE * len(plain)))):
            place, source = _chosen(kind, free, left, trapped)
            free.remove(place)
            left.remove(source)
            synthetic[place] = _copy(kind, real[source], plain[place], rng)
            sources[place] = kind, source
    return tuple(synthetic), sources


def _chosen(kind: str, free: Sequence[int], left: Sequence[int], trapped: Trapped) -> tuple[int, int]:
    real, plain = trapped.halves.real, trapped.halves.synthetic
    for place, source in product(reversed(free), left):
        if kind in KINDS or alike(real[source].image, plain[place].image):
            return place, source
    raise UsageError(f"Expected room for all kinds of copies in {len(plain)} images; plant fewer kinds, or each alone.")


def _copy(kind: str, source: Item, under: Item, rng: np.random.Generator) -> Item:
    """The source altered as a whole, with its label, or a part of it in the image that stood there."""
    if kind in KINDS:
        return replace(source, image=KINDS[kind](source.image, rng), group=None, row=None)
    how = alter.pasted(source.image, moved=PARTS[kind](source.image.pixels.shape[0]))
    return replace(under, image=how(under.image, rng), group=None, row=None)


def alike(left: Image, right: Image) -> bool:
    """Whether a part of one fits into the other."""
    return left.pixels.shape == right.pixels.shape


def shows(image: Image) -> bool:
    """Whether there is anything to see: a constant image cannot be compared with anything."""
    return bool(image.pixels.min() < image.pixels.max())
