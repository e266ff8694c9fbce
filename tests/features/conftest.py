"""Image sets made from arrays, and real images read with Pillow: this package's tests need no reader of gan-audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from gan_audit.types import Image, ImageSet, Role, Sample, Space


def build_set(images: Sequence[Image | np.ndarray], role: Role = "real") -> ImageSet:
    """An ImageSet as gan_audit.data would make it; 8-bit for uint8 arrays, 16 else, 32 for floating point."""
    decoded = {f"image{number:04d}": decode(image) for number, image in enumerate(images)}
    samples = tuple(_sample(id, image, role) for id, image in decoded.items())

    def read(sample: Sample) -> Image:
        """Nested, so that it travels whole to worker processes, which cannot import this module."""
        return decoded[sample.id]

    digest = sha256(" ".join(sorted(sample.digest for sample in samples)).encode()).hexdigest()
    return ImageSet(role, samples, (), digest, read)


def decode(pixels: Image | np.ndarray) -> Image:
    if isinstance(pixels, Image):
        return pixels
    depth = {"uint8": 8, "uint16": 16, "int16": 16}.get(str(pixels.dtype), 32)
    return Image(pixels, channels=3 if pixels.ndim == 3 and pixels.shape[-1] == 3 else 1, bit_depth=depth)


def open_images(folder: Path, count: int) -> list[np.ndarray]:
    """Evenly spaced grey images of a folder of real data, 8 bit."""
    from PIL import Image as Pillow

    files = sorted((folder / "images").iterdir())
    places = np.linspace(0, len(files) - 1, count).astype(int)
    return [np.asarray(Pillow.open(files[place]).convert("L")) for place in places]


@dataclass
class Moments:
    """Mean and maximum; counts its calls, refuses images of the listed means, is offset by what it is fitted to."""

    name: str = "moments"
    offset: float = 0.0
    refused: tuple[float, ...] = ()
    calls: list[float] = field(default_factory=list)
    revision: int = 1
    uses: frozenset[str] = frozenset({"fidelity"})
    standardize: bool = True

    def fit(self, real: ImageSet) -> Moments:
        return replace(self, offset=min(sample.low for sample in real.samples))

    def describe(self, dimension: int) -> Space:
        parameters = {"offset": self.offset}
        return Space(self.name, dimension, "test", self.revision, parameters, None, self.uses, self.standardize)

    def names(self, example: Image) -> tuple[str, ...]:
        return "mean", "max"

    def __call__(self, image: Image) -> np.ndarray:
        mean = float(image.pixels.mean())
        self.calls.append(mean)
        if mean in self.refused:
            raise ArithmeticError("refused")
        return np.array([mean - self.offset, image.pixels.max()], dtype=np.float64)


@pytest.fixture(scope="session")
def make_set() -> Callable[..., ImageSet]:
    return build_set


@pytest.fixture(scope="session")
def as_image() -> Callable[[Image | np.ndarray], Image]:
    return decode


@pytest.fixture(scope="session")
def real_images(shared_data: Path) -> Callable[[str, int], list[np.ndarray]]:
    return lambda folder, count: open_images(shared_data / folder, count)


@pytest.fixture(scope="session")
def moments() -> type[Moments]:
    return Moments


@pytest.fixture(scope="session")
def flat(make_set):
    """A set of images whose values are all equal to the given numbers."""
    return lambda values, role="real": make_set([np.full((3, 3), float(value)) for value in values], role)


def _sample(id: str, image: Image, role: Role) -> Sample:
    mask = b"" if image.mask is None else image.mask.tobytes()
    digest = sha256(image.pixels.tobytes() + repr(image.pixels.shape).encode() + mask).hexdigest()
    shape = image.pixels.shape[:-1] if image.channels == 3 else image.pixels.shape
    return Sample(
        id, role, f"P-{digest[:8]}", digest, None, None, shape, image.channels, image.bit_depth,
        float(image.pixels.min()), float(image.pixels.max()), image.spacing, image.unit, image.mask is not None,
    )  # fmt: skip
