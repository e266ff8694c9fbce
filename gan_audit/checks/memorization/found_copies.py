"""What the search for copies found, kind by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan_audit.checks.memorization.copy_decision import Detector
from gan_audit.checks.memorization.detection_limit import Sensitivity
from gan_audit.checks.memorization.identity import IdentitySearch
from gan_audit.types import BoolArray, IntArray


@dataclass(frozen=True)
class Copies:
    """What was found of each kind."""

    search: IdentitySearch
    words: tuple[str, ...]
    """(m,) what was done to the real image, where identity was proved."""
    altered: Detector | None
    """Whole images that resemble a real one more closely than chance explains; None where there are too few images."""
    parts: tuple[Detector, ...]
    """Parts of images, on each grid on which they were looked for."""
    planted: Sequence[Sensitivity]

    @property
    def detectors(self) -> list[Detector]:
        """Altered ones and parts, where they were looked for."""
        return [*([self.altered] if self.altered else []), *self.parts]

    @property
    def flagged(self) -> BoolArray:
        """(m,)"""
        return np.asarray(
            np.logical_or.reduce([self.search.identical, *(detector.flagged for detector in self.detectors)])
        )

    def rows(self) -> list[IntArray]:
        """The real images that the identical, the altered and the parts name."""
        named = [detector.across.row[detector.flagged] for detector in self.detectors]
        parts = [np.concatenate(named[1:])] if self.parts else []
        return [self.search.row[self.search.identical], *named[:1], *parts]
