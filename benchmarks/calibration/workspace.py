"""A set with the features of all its images, computed once and kept, and the extractors that computed them.

The extractors are fitted to the whole set, not to each real half: grey-level width, intensity window and input size
are then the same in all audits of a set, as they are, but for the chance of the draw, in the product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks.calibration.halves import Item, digest
from benchmarks.calibration.sets import Base, load
from gan_audit.features import DEFAULT_SPACES, Extractor, Unavailable, build_extractors, extract
from gan_audit.features.registry import INTERNAL
from gan_audit.runtime.progress import SILENT, Progress
from gan_audit.types import FeatureTable, FloatArray, Image, ImageSet, Role, Sample, Space

NAMES = (*DEFAULT_SPACES, *INTERNAL, "inception")
"""The spaces of an audit without options; inception has no weights here and is reported as not available."""


@dataclass(frozen=True)
class Workspace:
    """All that the audits of one set share."""

    base: Base
    extractors: Mapping[str, Extractor]
    """Space name to the extractor, fitted to the whole set."""
    unavailable: tuple[Unavailable, ...]
    spaces: Mapping[str, Space]
    names: Mapping[str, tuple[str, ...]]
    values: Mapping[str, FloatArray] = field(repr=False)
    """Space name to features (n, d) of the unchanged images, in the order of the set."""

    def table(self, space: str, role: Role, items: Sequence[Item]) -> FeatureTable:
        """Known rows looked up, rows of changed images computed."""
        values = np.stack([self._row(space, item) for item in items])
        samples = tuple(sample(role, place, item) for place, item in enumerate(items))
        return FeatureTable(self.spaces[space], role, values, self.names[space], samples)

    def _row(self, space: str, item: Item) -> FloatArray:
        if item.row is not None:
            return np.asarray(self.values[space][item.row])
        return vector(self.extractors[space], item.image, len(self.names[space]))


@lru_cache(maxsize=16)
def workspace(name: str, data: Path, cache: Path) -> Workspace:
    """The set's workspace, kept for the life of the process."""
    return build(name, data, cache, 1, SILENT)


def build(name: str, data: Path, cache: Path, jobs: int, progress: Progress) -> Workspace:
    """Reads a set, and computes the features that the cache folder does not hold yet."""
    base = load(name, data)
    built, unavailable = build_extractors(NAMES, weights={}, radiomics_params=None, device="cpu", offline=True)
    items = [Item(*found, row) for row, found in enumerate(zip(base.images, base.labels, base.groups, strict=True))]
    samples = tuple(sample("real", place, item) for place, item in enumerate(items))
    reader = Reader({one.id: item.image for one, item in zip(samples, items, strict=True)})
    images = ImageSet("real", samples, (), name, reader)
    tables = {space: found["real"] for space, found in _extracted(images, built, cache / name, jobs, progress).items()}
    return Workspace(
        base,
        {extractor.name: extractor.fit(images) for extractor in built},
        tuple(unavailable),
        {space: table.space for space, table in tables.items()},
        {space: table.names for space, table in tables.items()},
        {space: table.values for space, table in tables.items()},
    )


def _extracted(
    images: ImageSet, extractors: Sequence[Extractor], cache: Path, jobs: int, progress: Progress
) -> dict[str, dict[Role, FeatureTable]]:
    return extract({"real": images}, extractors, cache=cache, jobs=jobs, progress=progress)


@dataclass(frozen=True)
class Reader:
    """Hands out images that are in memory already."""

    images: Mapping[str, Image] = field(repr=False)

    def __call__(self, sample: Sample) -> Image:
        """The image of a sample."""
        return self.images[sample.id]


def sample(role: Role, place: int, item: Item) -> Sample:
    """What an audit knows of an image."""
    pixels, channels = item.image.pixels, item.image.channels
    return Sample(
        id=f"{role}-{place:05d}",
        role=role,
        pseudonym=f"{role[0].upper()}-{place:05d}",
        digest=digest(item.image),
        label=item.label,
        group=item.group,
        shape=pixels.shape[: pixels.ndim - (channels > 1)],
        channels=channels,
        bit_depth=item.image.bit_depth,
        low=float(pixels.min()),
        high=float(pixels.max()),
    )


def vector(extractor: Extractor, image: Image, length: int) -> FloatArray:
    """Features as an audit tabulates them: NaN where one is not finite, and everywhere where the extractor raises."""
    try:
        found = np.asarray(extractor(image), dtype=np.float64).ravel()
    except Exception:  # whatever it is, an audit goes on without the row
        return np.full(length, np.nan)
    return np.where(np.isfinite(found), found, np.nan) if len(found) == length else np.full(length, np.nan)
