"""What the search for copies found, kind by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan_audit.checks.identity import Looked
from gan_audit.checks.sensitivity import Sensitivity
from gan_audit.checks.ways import Way
from gan_audit.types import BoolArray, IntArray


@dataclass(frozen=True)
class Copies:
    """What was found of each kind."""

    looked: Looked
    words: tuple[str, ...]
    """(m,) what was done to the real image, where identity was proved."""
    altered: Way | None
    """Whole images that resemble a real one more closely than chance explains; None where there are too few images."""
    parts: tuple[Way, ...]
    """Parts of images, on each grid on which they were looked for."""
    planted: Sequence[Sensitivity]

    @property
    def ways(self) -> list[Way]:
        """Altered ones and parts, where they were looked for."""
        return [*([self.altered] if self.altered else []), *self.parts]

    @property
    def accused(self) -> BoolArray:
        """(m,)"""
        return np.asarray(np.logical_or.reduce([self.looked.identical, *(way.accused for way in self.ways)]))

    def rows(self) -> list[IntArray]:
        """The real images that the identical, the altered and the parts name."""
        named = [way.across.row[way.accused] for way in self.ways]
        parts = [np.concatenate(named[1:])] if self.parts else []
        return [self.looked.row[self.looked.identical], *named[:1], *parts]
