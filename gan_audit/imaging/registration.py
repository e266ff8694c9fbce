"""One image laid on another in its own pixels: window and curve fitted in turn, and what then differs."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from gan_audit.imaging.affine import Windows, points
from gan_audit.imaging.alignment import align
from gan_audit.imaging.block_agreement import Agreement, agreement, passing, smoothed, white_noise
from gan_audit.imaging.grey_curve import GreyCurve
from gan_audit.imaging.orientations import orient, undone
from gan_audit.imaging.separable import smooth
from gan_audit.types import BoolArray, FloatArray

STORAGE = 2.0
"""Grey levels of 255 that rounding, compression and resampling leave uncertain."""
NOISIEST = 12.0
"""Grey levels of 255: white noise beyond which a difference counts as unexplained."""
COVERED = 0.4
"""Share of the image that the other one must cover."""
FAR, MOST = 4.0, 0.6
"""Robust standard deviations from which on a cell does not belong to the picture, and the share that must belong."""
STEPS = 3
"""Steps of the window's fit with one curve."""
QUALITIES = (90, 75, 60, 50)
"""JPEG qualities that are tried on what the other image predicts."""


@dataclass(frozen=True)
class Difference:
    """What a laid image leaves of another one."""

    agreement: Agreement
    noise: float
    """Standard deviation of white noise in it, in grey levels of 255."""
    residual: float
    """Root mean square, in grey levels of 255."""

    def unexplained(self) -> float:
        """Share of the detail that is left beyond noise, in the best blocks."""
        return float(self.agreement.unexplained[0])


class Registration:
    """`image` (s, ...), in grey levels of 255 and turned by `orientation`, laid on `source` through a window."""

    def __init__(
        self, image: FloatArray, source: FloatArray, orientation: int, windows: Windows, *, steps: int = STEPS
    ) -> None:
        self.left, self.orientation = orient(image, orientation), orientation
        self.source, self._level = _standard(source), (float(source.mean()), float(source.std()))
        self._scale = max(1.0, image.shape[0] / 64)
        self._wanted = smooth(_standard(self.left)[None], self._scale)
        self._move(self.source, windows, steps)

    def again(self) -> None:
        """The window fitted once more, to the source with its grey levels carried over by the curve."""
        self._move(self.curve(self.curve.within(self.source)), self.windows)

    def polish(self) -> None:
        """The same from what the source predicts here, by cubic splines: no interpolation blurs it any more."""
        here = Windows(np.eye(self.left.ndim)[None], np.zeros((1, self.left.ndim)))
        soft = smooth(np.where(self.inside, self._fitted[0], self.left)[None], self._scale)
        by = align(self._wanted, soft, here, STEPS).windows
        matrix, middle = self.windows.matrix, self.windows.middle
        self._fit(Windows(matrix @ by.matrix, middle + (matrix @ by.middle[:, :, None])[:, :, 0]))

    def snap(self) -> bool:
        """The window put where every cell lies on a cell, if it is near such a place: as if nothing was resampled.

        Whether it was.
        """
        axes, side = self.left.ndim, len(self.left)
        middle = np.rint(self.windows.middle * side) / side
        far = [np.abs(self.windows.matrix - np.eye(axes)).max(), np.abs(self.windows.middle - middle).max() * side]
        near = bool(far[0] * side < 2 and far[1] < 0.5)
        if near:
            self._fit(Windows(np.eye(axes)[None], middle))
        return near

    def _move(self, source: FloatArray, windows: Windows, steps: int = STEPS) -> None:
        if steps:
            windows = align(self._wanted, smooth(source[None], self._scale), windows, steps).windows
        self._fit(windows)

    def _fit(self, windows: Windows) -> None:
        self.windows = windows
        self.inside = inside(self.windows, self.left.shape)
        self.covered = float(self.inside.mean())
        if self.enough:
            seen = ndimage.map_coordinates(self.source, places(self.windows, self.left.shape), mode="nearest")
            self._seen = seen
            self._fit_levels(seen)

    def _fit_levels(self, seen: FloatArray) -> None:
        """The curve, without the cells that are far from it: a burnt-in word must not bend it, nor pull the window."""
        first = GreyCurve(seen, self.left, self.inside)(seen)
        far = np.abs(self.left - first)
        likely = self.inside & (far <= max(FAR * float(np.median(far[self.inside])) / 0.6745, FAR * STORAGE))
        kept = likely if likely.sum() >= MOST * self.inside.sum() else self.inside
        bend = ndimage.laplace(seen, mode="nearest")
        self.curve, sharper = GreyCurve(seen, self.left, kept), GreyCurve(seen, self.left, kept, bend)
        slope, start = np.polyfit(seen[kept], self.left[kept], 1)
        self._fitted = self.curve(seen), sharper(seen, bend), np.asarray(slope * seen + start)
        patched = np.where(self.inside & ~kept, self._fitted[0], self.left)
        self._wanted = smooth(_standard(patched)[None], self._scale)

    @property
    def enough(self) -> bool:
        """Whether the two overlap enough to be compared."""
        return self.covered >= COVERED

    def difference(self) -> Difference:
        """From what the source predicts: by a curve, by a curve and a filter, or by a line, whichever leaves least."""
        return min((self._difference(fitted) for fitted in self._fitted), key=Difference.unexplained)

    def compressed(self) -> Difference:
        """From the source, its grey levels as they are or on a line, stored as a JPEG file of one of QUALITIES.

        The file is made in the image's own orientation. Meant for a window in which every cell lies on a cell.
        """
        known = self._level[0] + self._level[1] * self._seen, self._fitted[-1]
        stored = (self._difference(self._jpeg(x, quality)) for x in known for quality in QUALITIES)
        return min(stored, key=Difference.unexplained)

    def _jpeg(self, fitted: FloatArray, quality: int) -> FloatArray:
        from PIL import Image as PillowImage

        whole = np.where(self.inside, fitted, self.left)
        upright = orient(np.clip(np.rint(whole), 0, 255).astype(np.uint8), undone(self.orientation))
        file = io.BytesIO()
        PillowImage.fromarray(np.ascontiguousarray(upright)).save(file, "JPEG", quality=quality)
        return orient(np.asarray(PillowImage.open(file), np.float64), self.orientation)

    def _difference(self, fitted: FloatArray) -> Difference:
        rest = np.where(self.inside, self.left - fitted, 0.0)
        noise = float(white_noise(rest[None], self.inside[None])[0])
        shown = np.where(self.inside, fitted, self.left)
        passed = float(np.sqrt(passing(rest.ndim, len(rest))))
        still = passed * np.array([min(noise, NOISIEST)])
        found = agreement(smoothed(shown[None]), smoothed(rest[None]), self.inside[None], still, passed * STORAGE)
        return Difference(found, noise, float(np.sqrt(np.square(rest[self.inside]).mean())))


def places(windows: Windows, shape: tuple[int, ...]) -> FloatArray:
    """(axes, *shape) where the cells of one window lie, in cells."""
    sides = np.array(shape)[:, None]
    found = (windows.matrix[0] @ points(shape) + windows.middle[0][:, None] + 0.5) * sides - 0.5
    return np.asarray(found.reshape(len(shape), *shape))


def inside(windows: Windows, shape: tuple[int, ...]) -> BoolArray:
    """Where one window lies on the other image, and not at the edge of this one."""
    found, sides = places(windows, shape), np.array(shape).reshape(-1, *[1] * len(shape))
    inner = np.zeros(shape, bool)
    inner[tuple(slice(1, -1) for _ in shape)] = True
    return np.asarray(((found >= -0.25) & (found <= sides - 0.75)).all(axis=0) & inner)


def _standard(grid: FloatArray) -> FloatArray:
    return np.asarray((grid - grid.mean()) / max(float(grid.std()), 1e-12))
