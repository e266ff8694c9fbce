"""Whether one image shows another again: nothing is left between them but storage, resampling or noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gan_audit.imaging.affine import Windows
from gan_audit.imaging.grey import grey
from gan_audit.imaging.registration import COVERED, NOISIEST, Difference, Registration
from gan_audit.imaging.resample import averaged
from gan_audit.types import FloatArray, Image

UNEXPLAINED = 0.002
"""Share of the detail, by variance, that may be left beyond noise in the best blocks of the same image."""
TELLING = 3
"""Blocks, of 64, at least that must stand out from the noise."""
IDENTIFYING = 16
"""Blocks at least that must show more than storage leaves uncertain: below, an image may be anybody's."""
LEAST, LARGEST = 16, {2: 128, 3: 48}
"""Cells along each axis in which agreement is judged, at least, and at most by number of axes."""
FULL, VOLUME = 1024, 96
ROUNDS = 4
"""Times that the window is fitted again with the curve of the time before, as long as no more is left than"""
HOPELESS = 0.05
"""this share of the detail, and each time at most"""
GAIN = 0.9
"""this share of what was left before."""
COMPRESSED = 0.1
"""Share of the detail up to which a coarse JPEG file is tried as the reason, HOPELESS where cells lie between cells."""


LEANING = 0.05
"""Entry of a window's matrix, off those of an upright one, from which on the fit is tried from there too."""


@dataclass(frozen=True)
class Proof:
    """How well an image is explained by another one."""

    unexplained: float
    """Share of the detail that is left beyond noise, in the best blocks."""
    everywhere: float
    """The same in all blocks."""
    telling: int
    """Blocks that stand out from the noise."""
    identifying: int
    """Blocks that show more than storage leaves uncertain."""
    noise: float
    """Standard deviation of white noise in the difference, in grey levels of 255."""
    residual: float
    """Root mean square of the difference after window and curve, in grey levels of 255."""
    covered: float
    """Share of the image that the other one covers."""
    falling: bool
    """Whether what is bright in one is dark in the other."""
    windows: Windows
    """Where the image lies on the other one."""

    @property
    def same(self) -> bool:
        """Whether what is left is no more than storage, resampling or noise leaves of the same picture."""
        little = self.unexplained <= UNEXPLAINED and self.noise <= NOISIEST
        return little and self.telling >= TELLING and self.covered >= COVERED

    @property
    def identifiable(self) -> bool:
        """Whether the image shows enough for its agreement with another one to mean anything."""
        return self.identifying >= IDENTIFYING


def prove(image: Image, source: Image, orientation: int, windows: Windows) -> Proof:
    """`image`, turned by `orientation`, laid on `source`, looked for from `windows` (one) on.

    Every affine window and every monotone curve between grey levels counts as the same picture. What is left is
    compared with the detail of the image in 8 × 8 blocks, at a scale of 1/64 of the side, at which white noise
    averages out and misplaced anatomy does not: a Gaussian test of whether the difference has any structure.
    Misleads where images differ in less than that, such as neighbouring slices a fraction of a millimetre apart.
    """
    values, others = grey(image), grey(source)
    side, level = _side(values, others), level_of(image)
    grids = averaged(values, side) / level, averaged(others, side)
    own_pixels = values.shape == (side, side) and image.bit_depth <= 8 and float(values.min()) >= 0
    found = _refined(Registration(*grids, orientation, windows), own_pixels)
    if not found.same and found.unexplained > HOPELESS and _leans(windows):
        again = _refined(Registration(*grids, orientation, _upright(windows)), own_pixels)
        found = min(found, again, key=lambda proof: proof.unexplained)
    return found


def residual(image: Image, source: Image, orientation: int, windows: Windows) -> float:
    """Root mean square, in stored units of `image`, of what the laid source leaves of it, in its own pixels.

    Sides beyond FULL cells (VOLUME for volumes) are averaged down to that first.
    """
    values, others = grey(image), grey(source)
    side = min(max(values.shape), FULL if values.ndim == 2 else VOLUME)
    grids = averaged(values, side), averaged(others, side)
    laying = Registration(*grids, orientation, windows, steps=0)
    return laying.difference().residual if laying.enough else float(values.std())


def level_of(image: Image) -> float:
    """What counts as one grey level of 255: 1 for 8 bit, else a 255th of the range of all values but the outermost."""
    if image.bit_depth <= 8:
        return 1.0
    low, high = np.quantile(grey(image), [0.005, 0.995])
    return max(float(high - low) / 255, 1e-12)


def _leans(windows: Windows) -> bool:
    """Whether a window is turned or sheared so far that the fit from an upright one may end elsewhere."""
    upright = _upright(windows).matrix
    return bool(np.abs(windows.matrix - upright).max() > LEANING)


def _upright(windows: Windows) -> Windows:
    """As wide and in the same place, but neither turned nor sheared: a start that a small grid may have missed."""
    axes = windows.middle.shape[1]
    return Windows(windows.scale[:, None, None] * np.eye(axes), windows.middle)


def _refined(laying: Registration, own_pixels: bool) -> Proof:
    found = _proof(laying)
    for _ in range(ROUNDS):
        if found.same or found.unexplained > HOPELESS or not laying.enough:
            break
        before = found.unexplained
        for step in (laying.again, laying.polish):
            step()
            found = min(found, _proof(laying), key=lambda proof: proof.unexplained)
        if found.unexplained > GAIN * before:
            break
    compressible = own_pixels and laying.enough and not found.same and found.unexplained <= COMPRESSED
    if compressible and (laying.snap() or found.unexplained <= HOPELESS):
        stored = [_proof(laying, difference) for difference in (laying.difference(), laying.compressed())]
        found = min(found, *stored, key=lambda proof: proof.unexplained)
    return found


def _proof(laying: Registration, difference: Difference | None = None) -> Proof:
    if not laying.enough:
        return Proof(1.0, 1.0, 0, 0, 0.0, 0.0, laying.covered, False, laying.windows)
    left = difference or laying.difference()
    return Proof(
        float(left.agreement.unexplained[0]),
        float(left.agreement.everywhere[0]),
        int(left.agreement.telling[0]),
        int(left.agreement.identifying[0]),
        left.noise,
        left.residual,
        laying.covered,
        laying.curve.falling,
        laying.windows,
    )


def _side(values: FloatArray, others: FloatArray) -> int:
    """The longest side, from LEAST to LARGEST."""
    return int(np.clip(max(values.shape + others.shape), LEAST, LARGEST.get(values.ndim, LEAST)))
