"""Two halves of one set: one plays the real images, the other the synthetic ones."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.calibration.alterations import Alteration
from benchmarks.calibration.sets import Base
from gan_audit.types import Image

ENOUGH = 0.8
"""Share of the images asked for that a half must hold at least."""


@dataclass(frozen=True)
class Item:
    """One image of a half."""

    image: Image = field(repr=False)
    label: str
    group: str | None
    row: int | None
    """Row of the unchanged image in its set, whose features are known; None once a fault has changed its pixels."""


@dataclass(frozen=True)
class Halves:
    """What an audit compares."""

    real: tuple[Item, ...]
    synthetic: tuple[Item, ...]


def generator(*key: str | int) -> np.random.Generator:
    """Random numbers that depend on the whole key and on nothing else."""
    return np.random.default_rng([zlib.crc32(k.encode()) if isinstance(k, str) else k for k in key])


def reachable(base: Base, n: int) -> int:
    """Images in a half where n are asked for: n, or half the set, or 0 where that is far from n."""
    size = min(n, len(base) // 2)
    return size if size >= ENOUGH * n else 0


def draw(base: Base, n: int, seed: int) -> Halves:
    """Whole groups at random, each to the half that has fewer images so far, both cut to equal size.

    Byte-identical images stay on one side, whatever their groups: a copy across the halves would be a fault.
    """
    size = reachable(base, n)
    sides: tuple[list[int], list[int]] = ([], [])
    units = _units(base)
    for unit in generator(base.name, n, seed).permutation(len(units)):
        if min(map(len, sides)) >= size:
            break
        sides[len(sides[1]) < len(sides[0])].extend(units[unit])
    size = min(size, *map(len, sides))
    real, synthetic = (tuple(_item(base, row) for row in side[:size]) for side in sides)
    return Halves(real, synthetic)


def changed(item: Item, how: Alteration, rng: np.random.Generator) -> Item:
    """The item with other pixels."""
    return replace(item, image=how(item.image, rng), row=None)


def digest(image: Image) -> str:
    """SHA-256 of shape and values."""
    return hashlib.sha256(str(image.pixels.shape).encode() + image.pixels.tobytes()).hexdigest()


def _item(base: Base, row: int) -> Item:
    return Item(base.images[row], base.labels[row], base.groups[row], row)


def _units(base: Base) -> list[list[int]]:
    """Rows that share a group or their content, directly or by way of others, in the order of the set."""
    owner: dict[str, int] = {}
    parent = list(range(len(base)))

    def find(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for row, (image, group) in enumerate(zip(base.images, base.groups, strict=True)):
        for key in (f"content {digest(image)}", *([f"group {group}"] if group is not None else [])):
            parent[find(row)] = find(owner.setdefault(key, row))
    units: dict[int, list[int]] = {}
    for row in range(len(base)):
        units.setdefault(find(row), []).append(row)
    return list(units.values())
