"""The check under test: who is accused, and whether the gate would fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.calibration.halves import Item, digest
from benchmarks.calibration.workspace import Reader, sample
from gan_audit.checks.base import CheckSettings, Comparison
from gan_audit.checks.memorization import pixel_copies
from gan_audit.checks.memorization.identity import twins
from gan_audit.checks.prepare import prepare
from gan_audit.features.pixels import FinePixels
from gan_audit.types import CheckResult, FeatureTable, FloatArray, Role

IDENTICAL = "identical"
"""The word that an accusation begins with where identity was proved."""
SPACE = FinePixels()


class Named(NamedTuple):
    """What a synthetic image is accused of."""

    real: str
    """Content of the real image that it is said to show."""
    word: str
    """What was found to be done to that image."""


def accused(real: Sequence[Item], synthetic: Sequence[Item]) -> tuple[dict[int, Named], bool]:
    """Place of each synthetic image accused, with the accusation; and whether the default policy's criterion fails."""
    result = next(iter(pixel_copies.run(comparison(real, synthetic), CheckSettings())))
    if not isinstance(result, CheckResult):
        return {}, False
    place = {f"synthetic-{i:05d}": i for i in range(len(synthetic))}
    content = {f"real-{i:05d}": digest(item.image) for i, item in enumerate(real)}
    found = {place[pair.synthetic]: Named(content[pair.real], pair.transformation) for pair in result.pairs}
    return found, result.ci is not None and result.ci[0] > 0


def comparison(real: Sequence[Item], synthetic: Sequence[Item]) -> Comparison:
    """What the check is run on."""
    tables = table("real", real), table("synthetic", synthetic)
    sides: dict[Role, Sequence[Item]] = {"real": real, "synthetic": synthetic}
    readers = {
        role: Reader({f"{role}-{place:05d}": item.image for place, item in enumerate(items)})
        for role, items in sides.items()
    }
    plain = prepare(*tables, readers=readers)
    assert isinstance(plain, Comparison), plain
    found = prepare(*tables, twins=twins(plain.real, plain.grid, joined=True), readers=readers)
    assert isinstance(found, Comparison), found
    return found


_KNOWN: dict[str, FloatArray] = {}


def table(role: Role, items: Sequence[Item]) -> FeatureTable:
    """Thumbnails; those of unchanged images are computed once."""
    values = np.stack([_thumbnail(item) for item in items])
    samples = tuple(sample(role, place, item) for place, item in enumerate(items))
    return FeatureTable(SPACE.describe(values.shape[1]), role, values, SPACE.names(items[0].image), samples)


def _thumbnail(item: Item) -> FloatArray:
    if item.row is None:
        return SPACE(item.image)
    if (key := digest(item.image)) not in _KNOWN:
        _KNOWN[key] = SPACE(item.image)
    return _KNOWN[key]
