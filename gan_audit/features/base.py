"""What a feature space has to offer, and what stands in its place where it cannot be computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from gan_audit.types import FloatArray, Image, ImageSet, Space


@runtime_checkable
class Extractor(Protocol):
    """Turns one image into one vector of numbers.

    - Picklable and small: worker processes receive a copy. Heavy packages are imported, and weights loaded, on first
      use within a process.
    - One image at a time, on one thread, with no memory of the images before: the vector depends on the image and on
      `describe(...)` alone, so that it can be cached, and repeats in any order and any number of processes.
    - It may raise: that image then has a row of NaN in this space, and the audit goes on.
    - A change that can move a number bumps `revision`.
    """

    @property
    def name(self) -> str:
        """The space's name, unique among the extractors of an audit."""
        ...

    @property
    def revision(self) -> int:
        """Counts the changes that moved a number."""
        ...

    @property
    def uses(self) -> frozenset[str]:
        """Which families of checks read the space: `fidelity`, `copies`, `marginals`, `duplicates`, `signal`."""
        ...

    @property
    def standardize(self) -> bool:
        """Whether distances are to be taken after robust standardization by the real set."""
        ...

    def fit(self, real: ImageSet) -> Extractor:
        """The same extractor with every parameter that depends on the real set fixed; it must not depend on order."""
        ...

    def describe(self, dimension: int) -> Space:
        """Everything the numbers depend on; `parameters` holds JSON values."""
        ...

    def names(self, example: Image) -> tuple[str, ...]:
        """One name for each entry of the vector, the same for every image with as many axes as `example`."""
        ...

    def __call__(self, image: Image) -> FloatArray:
        """Features, shape (d,), float64; NaN where one of them is undefined."""
        ...


@runtime_checkable
class BatchExtractor(Extractor, Protocol):
    """An extractor that runs on an accelerator: used in the main process, many images at a time, off the CPU."""

    @property
    def device(self) -> str:
        """`cpu` or `cuda`."""
        ...

    def batch(self, images: Sequence[Image]) -> FloatArray | Sequence[FloatArray | str]:
        """Features, shape (n, d), each row equal to the one that the image alone would give on that device, but for
        rounding; or for each image its features, (d,), or the reason why there are none.
        """
        ...


@runtime_checkable
class WideBatchExtractor(BatchExtractor, Protocol):
    """One that needs more images at a time than others to keep an accelerator busy."""

    @property
    def voxels_at_once(self) -> int:
        """Voxels of the images that `batch` is handed at a time, about."""
        ...


@runtime_checkable
class GroupExtractor(Extractor, Protocol):
    """An extractor that takes less time for many images together than for one after the other, on one thread."""

    def together(self, images: Sequence[Image]) -> Sequence[FloatArray | str]:
        """For each image its features, (d,), or the reason why there are none; each row bit for bit that of the image
        alone.
        """
        ...


@runtime_checkable
class RegionExtractor(GroupExtractor, Protocol):
    """One whose features belong to the region of interest, so that they may hang on how exactly it was drawn."""

    @property
    def follows_region(self) -> bool:
        """Whether the region's border matters."""
        ...


@dataclass(frozen=True)
class Options:
    """What the built-in feature spaces are made from."""

    weights: Mapping[str, Path] = field(default_factory=dict)
    """Space name to weights file."""
    radiomics_params: Path | None = None
    """PyRadiomics parameter file."""
    device: str = "cpu"
    """`auto`, `cpu` or `cuda`."""
    offline: bool = True
    """Forbids every download."""
    radiomics_engine: str = "batched"
    """`batched` or `pyradiomics`."""
    modality: str | None = None
    """Name of a preset of `gan_audit.features.radiomics.modalities`."""
