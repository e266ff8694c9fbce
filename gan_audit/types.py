"""The values that cross a folder's border: frozen, documented field by field, importing numpy and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Single = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Role = Literal["real", "synthetic", "holdout"]
Status = Literal["pass", "fail", "inconclusive", "skipped", "info"]
Level = Literal["off", "info", "warn", "error"]
Interval = tuple[float, float]
ALL = "all"
"""The scope of a check over every image; a check over one class has the scope `class:LABEL`."""


@dataclass(frozen=True)
class Image:
    """One decoded image in its own units: no resizing, no conversion to 8 bit, no windowing."""

    pixels: NDArray[Any]
    """(H, W) grey, (H, W, 3) colour, or (D, H, W) volume; stored values after the file's own rescaling."""
    channels: int = 1
    """1 for grey images and volumes, 3 for colour."""
    spacing: tuple[float, ...] | None = None
    """Millimetres along each spatial axis, in array order; None where the file does not say."""
    mask: BoolArray | None = None
    """Region of interest over the spatial axes; None for the whole image."""
    unit: str = ""
    """`HU` where the file's rescaling yields Hounsfield units, else empty."""
    bit_depth: int = 8
    """Bits stored for each value: 8, 12, 16; 32 for floating point."""


@dataclass(frozen=True)
class Sample:
    """One image of a set, described without its pixels."""

    id: str
    """Name unique within its set: the path relative to the folder with `/`, or a running number for arrays. Private."""
    role: Role
    pseudonym: str
    """Keyed pseudonym, the only name of the image in anything meant for sharing (`R-1f3a90c2`)."""
    digest: str
    """SHA-256 of the content (file bytes, and the mask's where there is one), hexadecimal."""
    label: str | None
    group: str | None
    """The patient; None where unknown. Private."""
    shape: tuple[int, ...]
    """Spatial shape, (H, W) or (D, H, W)."""
    channels: int
    bit_depth: int
    low: float
    """Smallest stored value."""
    high: float
    """Largest stored value."""
    spacing: tuple[float, ...] | None = None
    unit: str = ""
    has_mask: bool = False


@dataclass(frozen=True)
class Rejected:
    """A file that could not be audited."""

    id: str
    pseudonym: str
    reason: str
    """One sentence without file name or path, so that it may be shared."""


@dataclass(frozen=True)
class ImageSet:
    """The readable images of one role, sorted by id, and how to read each."""

    role: Role
    samples: tuple[Sample, ...]
    rejected: tuple[Rejected, ...]
    sha256: str
    """Digest of the set: SHA-256 over the sorted content digests."""
    read: Callable[[Sample], Image] = field(repr=False, compare=False)
    """Decodes one sample again; picklable, so that worker processes can call it."""
    notes: tuple[str, ...] = ()
    """What a reader of the report must know about this input (`12 files have no label`); no names, no paths."""
    paths: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Sample id to absolute path, for `private/` alone; empty for arrays."""


@dataclass(frozen=True)
class Space:
    """A feature space and everything its numbers depend on."""

    name: str
    dimension: int
    extractor: str
    """Name and version of the program that computes it (`PyRadiomics 3.0.1`)."""
    revision: int
    parameters: Mapping[str, Any]
    weights_sha256: str | None
    uses: frozenset[str]
    """Which families of checks read it: `fidelity`, `copies`, `marginals`."""
    standardize: bool
    """Whether distances are taken after robust standardization by the real set."""


@dataclass(frozen=True)
class FeatureTable:
    """Row i holds the features of samples[i]."""

    space: Space
    role: Role
    values: FloatArray = field(repr=False)
    """(n, d); NaN where the extractor could not compute a feature of an image."""
    names: tuple[str, ...]
    samples: tuple[Sample, ...] = field(repr=False)
    repeatability: Mapping[str, float | None] = field(default_factory=dict, repr=False)
    """Feature to its concordance (at most 1) under a region drawn one pixel narrower or wider; None where it could not
    be measured; empty where it was not asked for."""

    def __post_init__(self) -> None:
        expected = (len(self.samples), len(self.names))
        if self.values.shape != expected:
            raise ValueError(f"Expected feature values of shape {expected}, got {self.values.shape}.")


@dataclass(frozen=True)
class Estimate:
    """A number and how far it can be trusted."""

    value: float
    ci: Interval | None
    """Interval at the audit's confidence level; None where none can be given."""
    method: str = ""
    """How the interval was made, for the report."""


@dataclass(frozen=True)
class Pair:
    """A synthetic image and the real image it is nearest to. Private."""

    space: str
    synthetic: str
    """Sample id."""
    real: str
    """Sample id."""
    distance: float
    percentile: float
    """Share of real images that lie closer than this to another group's nearest real image, 0 to 1."""
    transformation: str = ""
    """What turns the real image into the synthetic one, where that was verified on pixels."""
    holdout: str = ""
    """Sample id of the nearest image that the generator never saw, where there is a holdout set."""
    holdout_distance: float | None = None
    rank: int = 0
    """Place among the synthetic images of its space, 1 for the nearest; 0 where none was given."""
    score: float | None = None
    """False-discovery rate at which the pair would be called a copy, where it was verified on pixels."""


@dataclass(frozen=True)
class UnusableImage:
    """Why one synthetic image should not be used. Private."""

    reason: Literal["off_manifold", "mislabelled"]
    space: str
    synthetic: str
    """Sample id."""
    value: float
    """What was measured of the image, in the unit of `limit`."""
    limit: float
    """The limit that the value exceeds, or falls short of, in the unit of the criterion."""


@dataclass(frozen=True)
class CheckResult:
    """What a check measured: no threshold, no verdict."""

    id: str
    estimate: float | None
    ci: Interval | None
    unit: str
    message: str
    """One sentence a clinician understands."""
    n_real: int
    n_synthetic: int
    space: str | None = None
    scope: str = ALL
    reference: Estimate | None = None
    """The same statistic between two disjoint halves of the real data."""
    p_value: float | None = None
    p_adjusted: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """JSON-ready; may hold `tables` and `figures`, which the report draws."""
    pairs: tuple[Pair, ...] = field(default=(), repr=False)
    """Private evidence; never serialized to a file meant for sharing."""
    marks: tuple[UnusableImage, ...] = field(default=(), repr=False)
    """Private too: what `gan-audit filter` goes by."""


@dataclass(frozen=True)
class Skipped:
    """A check that could not be evaluated: a result, and never a pass."""

    id: str
    reason: str
    remedy: str
    space: str | None = None
    scope: str = ALL
    n_real: int = 0
    n_synthetic: int = 0


Outcome = CheckResult | Skipped


def check_key(id: str, space: str | None = None, scope: str = ALL) -> str:
    """`id[@space][/class:LABEL]`."""
    return id + (f"@{space}" if space else "") + ("" if scope == ALL else f"/{scope}")


@dataclass(frozen=True)
class Method:
    """A check's own account of itself: the report's card, and the method appendix."""

    title: str
    family: str
    """memorization, fidelity, diversity, distributions, dependence, labels, independence, shortcuts or utility."""
    question: str
    means: str
    does_not_mean: str
    computed: str
    reference: str
    """Paper and equation, or standard and clause."""
    revision: int = 1
    """Raised whenever a published number can move."""


@dataclass(frozen=True)
class Unavailable:
    """A feature space that cannot be computed here; its checks are skipped, and no other space takes its place."""

    space: str
    reason: str
    remedy: str
    """A command or option that brings it."""
