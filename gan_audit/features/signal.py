"""The spaces `levels` and `residuals`: what a camera, a codec or a generator leaves in the values themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from gan_audit.features.base import Options
from gan_audit.features.intensity import intensities, representatives
from gan_audit.imaging.grey import grey
from gan_audit.types import FloatArray, Image, ImageSet, IntArray, Space

BINS = 256
"""Grey levels that the window of the real images is cut into."""
ORDERS, REACH = (1, 2, 3), 8
"""Orders of the differences between neighbouring pixels, and the number of steps up to which they are told apart."""
COMMON = 0.9
"""Share of the real images' differences that lie within `REACH` steps, where values are not of 8 bits."""
RINGS = np.r_[np.linspace(0.06, 0.5, 13), 0.71]
"""Edges of the rings of the spectrum, in cycles per pixel; the last one takes in the corners."""
FLOOR = 0.01
"""Least power of a ring, in squared steps: rounding alone gives more."""


@dataclass(frozen=True)
class Levels:
    """(256,) square roots of the shares of pixels at each grey level, all channels together.

    Images scaled by a few percent, cut off or rounded again leave gaps, ties and heaps in it that no eye sees. The
    square root gives all levels one sampling spread (Hellinger). The region of interest is not looked at.
    Misleads where the sets were stored differently: it then tells storage from storage, not image from image.
    """

    window: tuple[float, float] = (0.0, 255.0)
    """Values that the first and the last level stand for; `fit` takes them from the real set."""
    name: ClassVar[str] = "levels"
    revision: ClassVar[int] = 1
    uses: ClassVar[frozenset[str]] = frozenset({"signal"})
    standardize: ClassVar[bool] = False

    @classmethod
    def build(cls, options: Options) -> Self:
        """It needs nothing."""
        return cls()

    def fit(self, real: ImageSet) -> Self:
        """The window of the real images."""
        found = intensities(real)
        return replace(self, window=(found.low, found.high))

    def describe(self, dimension: int) -> Space:
        """The window and the number of levels."""
        parameters = {"window": list(self.window), "levels": BINS}
        extractor = "gan-audit grey levels"
        return Space(self.name, dimension, extractor, self.revision, parameters, None, self.uses, self.standardize)

    def names(self, example: Image) -> tuple[str, ...]:
        """`level_000` to `level_255`."""
        return tuple(f"level_{place:03d}" for place in range(BINS))

    def __call__(self, image: Image) -> FloatArray:
        """(256,) in [0, 1], squares sum to 1."""
        low, high = self.window
        scaled = (np.asarray(image.pixels, np.float64).ravel() - low) * ((BINS - 1) / (high - low))
        places = np.clip(np.rint(scaled), 0, BINS - 1).astype(np.int64)
        return np.asarray(np.sqrt(np.bincount(places, minlength=BINS) / places.size))


@dataclass(frozen=True)
class Residuals:
    """Shares of small differences between neighbouring pixels, and how the spectrum falls from ring to ring.

    For each channel, the square roots of the shares of absolute differences of first, second and third order at 0 to 8
    steps, all axes together; then, of the luminance under a Hann window, the logarithm of the power of each ring less
    that of the ring before, and the mean over the rings. A blur of less than half a pixel, resampling, noise and the
    grids of upsampling show here (Nataraj et al. 2019; Durall et al. 2020). The region of interest is not looked at.
    Misleads where the sets were resized or compressed differently.
    """

    step: float = 1.0
    """Difference that counts as one, in stored units: 1 for 8-bit images, else such that nine in ten of the real
    images' differences of first order are told apart."""
    name: ClassVar[str] = "residuals"
    revision: ClassVar[int] = 1
    uses: ClassVar[frozenset[str]] = frozenset({"signal"})
    standardize: ClassVar[bool] = False

    @classmethod
    def build(cls, options: Options) -> Self:
        """It needs nothing."""
        return cls()

    def fit(self, real: ImageSet) -> Self:
        """Chooses the step."""
        found = intensities(real)
        if found.whole and (found.low, found.high) == (0.0, 255.0):
            return replace(self, step=1.0)
        wide = float(np.median([_common_difference(real.read(sample)) for sample in representatives(real)]))
        return replace(self, step=max(wide / REACH, 1.0 if found.whole else 1e-6 * (found.high - found.low)))

    def describe(self, dimension: int) -> Space:
        """The step, the orders and the rings."""
        parameters = {
            "step": self.step,
            "orders": list(ORDERS),
            "reach": REACH,
            "rings": [round(float(x), 4) for x in RINGS],
        }
        extractor = "gan-audit residuals"
        return Space(self.name, dimension, extractor, self.revision, parameters, None, self.uses, self.standardize)

    def names(self, example: Image) -> tuple[str, ...]:
        """`residual_CHANNEL_ORDER_STEPS`, then `spectrum_RING`."""
        places = ((c, order, k) for c in range(example.channels) for order in ORDERS for k in range(REACH + 1))
        return (
            *(f"residual_{channel}_{order}_{steps}" for channel, order, steps in places),
            *(f"spectrum_{ring:02d}" for ring in range(1, len(RINGS) - 1)),
            "spectrum_mean",
        )

    def __call__(self, image: Image) -> FloatArray:
        """(27 channels + 13,); the shares in [0, 1]."""
        shares = [_shares(channel, order, self.step) for channel in _channels(image) for order in ORDERS]
        power = np.log(_ring_power(grey(image)) / self.step**2 + FLOOR)
        return np.concatenate([*shares, np.diff(power), [power.mean()]])


def _channels(image: Image) -> Iterator[FloatArray]:
    values = np.asarray(image.pixels, np.float64)
    yield from np.moveaxis(values, -1, 0) if image.channels > 1 else values[None]


def _shares(values: FloatArray, order: int, step: float) -> FloatArray:
    """(REACH + 1,) square roots of the shares of |differences| at 0, 1, ... steps; the last takes in all beyond."""
    counts = np.zeros(REACH + 1)
    for axis in range(values.ndim):
        steps = np.rint(np.abs(np.diff(values, order, axis=axis)) / step)
        counts += np.bincount(np.minimum(steps, REACH).astype(np.int64).ravel(), minlength=REACH + 1)
    return np.asarray(np.sqrt(counts / max(counts.sum(), 1.0)))


def _ring_power(values: FloatArray) -> FloatArray:
    """(rings,) mean power spectral density of each ring; 0 where an image is too small to have one."""
    window: FloatArray = np.ones(())
    for size in values.shape:
        window = np.multiply.outer(window, np.hanning(size + 2)[1:-1])
    centred = (values - np.average(values, weights=window)) * window
    power = np.square(np.abs(np.fft.fftn(centred))) / np.square(window).sum()
    rings = _rings(values.shape).ravel()
    total, count = (np.bincount(rings, w, len(RINGS) + 1)[1:-1] for w in (power.ravel(), None))
    return np.asarray(total / np.maximum(count, 1))


def _rings(shape: tuple[int, ...]) -> IntArray:
    axes = np.meshgrid(*map(np.fft.fftfreq, shape), indexing="ij", sparse=True)
    frequency = np.sqrt(sum((np.square(axis) for axis in axes), np.zeros(())))
    return np.asarray(np.digitize(frequency, RINGS))


def _common_difference(image: Image) -> float:
    values = grey(image)
    found = np.concatenate([np.abs(np.diff(values, axis=axis)).ravel() for axis in range(values.ndim)])
    return float(np.quantile(found, COMMON)) if found.size else 0.0
