"""What a check is given, what it gives back, and how it describes itself."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import DisjointSet

from gan_audit.types import ALL, FloatArray, Image, IntArray, Method, Outcome, Skipped

MIN_IMAGES = 16
"""Fewest images on each side for a comparison of halves: eight in each half, for balls of five neighbours."""
MIN_GROUPS = 4
"""Fewest independent groups on each side, so that every half holds two."""


@dataclass(frozen=True)
class ImageRows:
    """One set's rows in one space."""

    ids: tuple[str, ...]
    pseudonyms: tuple[str, ...]
    labels: tuple[str | None, ...]
    groups: IntArray
    """(n,) codes, unique over all sets: images of one patient, and byte-identical images, share one."""
    values: FloatArray = field(repr=False)
    """(n, d) features in their own units, finite and not constant over the real images."""
    points: FloatArray = field(repr=False)
    """(n, d) the same as distances see them: robustly standardized by the real set where the space asks for it, each
    thumbnail brought to mean 0 and standard deviation 1."""
    levels: FloatArray | None = field(default=None, repr=False)
    """(n,) stored units that count as one grey level of 255, for thumbnails."""
    widths: IntArray | None = field(default=None, repr=False)
    """(n,) pixels along the longest side of the image that a thumbnail shows."""
    read: Callable[[str], Image] | None = field(default=None, repr=False, compare=False)
    """Decodes the image of an id again, for checks that look at its own pixels; picklable."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def n_groups(self) -> int:
        """Number of independent units."""
        return len(np.unique(self.groups))

    def regrouped(self, groups: IntArray) -> ImageRows:
        """With other groups (n,)."""
        return replace(self, groups=groups)

    def of_class(self, label: str) -> ImageRows:
        """The images of one class alone."""
        return self.take(np.array([i for i, x in enumerate(self.labels) if x == label], np.int64))

    def take(self, rows: IntArray) -> ImageRows:
        """The given rows alone."""
        pick = [int(i) for i in rows]
        return ImageRows(
            tuple(self.ids[i] for i in pick),
            tuple(self.pseudonyms[i] for i in pick),
            tuple(self.labels[i] for i in pick),
            self.groups[rows],
            self.values[rows],
            self.points[rows],
            None if self.levels is None else self.levels[rows],
            None if self.widths is None else self.widths[rows],
            self.read,
        )


@dataclass(frozen=True)
class Twins:
    """Real images of different patients, or of nobody knows whom, that show the same picture."""

    pairs: tuple[tuple[str, str], ...] = ()
    """Sample ids."""
    joined: bool = True
    """Whether they count as one group in every statistic."""
    search: Any = field(default=None, repr=False, compare=False)
    """What the search among the real images found (`identity.IdentitySearch`), if the groups are those of then."""

    def codes(self) -> dict[str, str]:
        """Sample id to the first id of its picture, for the ids that occur."""
        joined: DisjointSet[str] = DisjointSet({id for pair in self.pairs for id in pair})
        for pair in self.pairs:
            joined.merge(*pair)
        return {id: min(joined.subset(id)) for id in sorted(joined)}


@dataclass(frozen=True)
class Comparison:
    """All that a check may see: both sets in one space, over every image or over one class."""

    space: str
    scope: str
    names: tuple[str, ...]
    """(d,) feature names."""
    real: ImageRows
    synthetic: ImageRows
    set_aside: Mapping[str, tuple[str, ...]]
    """Features left out, by reason (`constant`, `not finite`)."""
    totals: tuple[int, int] = (0, 0)
    """Independent units, real and synthetic, before a class was singled out."""
    grid: tuple[int, ...] = ()
    """Shape that a row of a thumbnail space folds back to; empty elsewhere."""
    holdout: ImageRows | None = None
    """Real images that the generator never saw, where there are any with features in this space."""
    repeatability: Mapping[str, float | None] = field(default_factory=dict, repr=False)
    """As in FeatureTable."""
    twins: Twins | None = None
    """Real images that are one picture under two names, where they were looked for."""

    def of_class(self, label: str) -> Comparison:
        """The images of one class, standardized as the whole set is."""
        real, synthetic = (side.of_class(label) for side in self.sides)
        holdout = self.holdout.of_class(label) if self.holdout else None
        return replace(self, scope=f"class:{label}", real=real, synthetic=synthetic, holdout=holdout)

    @property
    def sides(self) -> tuple[ImageRows, ImageRows]:
        """Real, synthetic."""
        return self.real, self.synthetic

    def classes(self) -> list[str]:
        """Every label that occurs in either set, sorted."""
        return sorted({x for side in self.sides for x in side.labels if x is not None})

    def skip(self, id: str, reason: str, remedy: str) -> Skipped:
        """One check, skipped for this comparison."""
        return Skipped(id, reason, remedy, self.space, self.scope, len(self.real), len(self.synthetic))

    def too_small(self) -> str | None:
        """Why halves cannot be compared here, or None where they can."""
        for name, side in (("real", self.real), ("synthetic", self.synthetic)):
            if len(side) < MIN_IMAGES:
                return f"{len(side)} {name} images, and {MIN_IMAGES} are needed"
            if side.n_groups < MIN_GROUPS:
                return f"{side.n_groups} {name} patients, and {MIN_GROUPS} are needed"
        largest = int(np.unique(self.real.groups, return_counts=True)[1].max())
        if (len(self.real) - largest + 1) // 2 < MIN_IMAGES // 2:
            return f"{len(self.real)} real images, {largest} of one patient, too many for halves by patient"
        return None


@dataclass(frozen=True)
class CheckSettings:
    """What a check needs to know besides the data."""

    level: float = 0.95
    """Confidence level of every interval, in (0, 1)."""
    seed: int = 0
    device: str = "cpu"
    """Where neighbours are searched: `auto`, `cpu` or `cuda`; the numbers do not depend on it."""

    def rng(self, key: str) -> np.random.Generator:
        """A generator of its own for every check, so that no check's numbers depend on which others ran."""
        return np.random.default_rng([self.seed, zlib.crc32(key.encode())])


@dataclass(frozen=True)
class Check:
    """A family of statistics that are computed together."""

    methods: Mapping[str, Method]
    """Check identifier to description, one for every identifier that `run` can yield."""
    run: Callable[[Comparison, CheckSettings], Iterable[Outcome]]
    use: str
    """The space's use it reads: `fidelity`, `copies`, `duplicates` or `marginals`."""
    per_class: bool
    """Whether it is also run for every class."""
    over_all: bool = True
    """Whether it is run over all images."""


def noun(scope: str) -> str:
    """The images a scope means, for a sentence."""
    return "images" if scope == ALL else f"images of class {scope.removeprefix('class:')}"
