"""One pass over a set: each image is decoded once, judged, described and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gan_audit.data.formats.pixels import UnreadableError
from gan_audit.data.reading import SetReader
from gan_audit.data.stores import digest_of, file_blocks
from gan_audit.runtime.parallel import parallel_map
from gan_audit.runtime.progress import Progress
from gan_audit.types import Image, Role

TITLES: dict[Role, str] = {
    "real": "Reading real images",
    "synthetic": "Reading synthetic images",
    "holdout": "Reading hold-out images",
}


@dataclass(frozen=True)
class ScannedImage:
    """What is known of a readable image without its pixels."""

    id: str
    raw: str
    """Digest of the content without the mask."""
    digest: str
    """Digest of the content, the mask's bytes included."""
    shape: tuple[int, ...]
    channels: int
    bit_depth: int
    low: float
    high: float
    spacing: tuple[float, ...] | None
    unit: str
    has_mask: bool


@dataclass(frozen=True)
class Refusal:
    """An image that cannot be audited."""

    id: str
    raw: str
    """As in Facts; empty where not even the bytes could be read."""
    reason: str


@dataclass(frozen=True)
class Scan:
    """Every image of a set, by id: readable or refused."""

    role: Role
    facts: tuple[ScannedImage, ...]
    refusals: tuple[Refusal, ...]

    @property
    def ids(self) -> list[str]:
        """All ids, sorted."""
        return sorted([one.id for one in self.facts] + [one.id for one in self.refusals])

    @property
    def raw_digests(self) -> list[str]:
        """The digests of all contents, sorted."""
        return sorted([one.raw for one in self.facts] + [one.raw for one in self.refusals])


def scan(role: Role, reader: SetReader, ids: Sequence[str], *, jobs: int | None, progress: Progress) -> Scan:
    """Examines the images of `ids`, in any order, with the same result for any number of jobs.

    Memory holds the pixels of one image for each job; images in memory already are examined in this process.
    """
    in_memory = not ids or reader.store.path(ids[0]) is None
    with progress.stage(TITLES[role], len(ids)) as step:
        found = list(parallel_map(Examine(reader), sorted(ids), jobs=1 if in_memory else jobs, step=step))
    facts = tuple(one for one in found if isinstance(one, ScannedImage))
    return Scan(role, facts, tuple(one for one in found if isinstance(one, Refusal)))


@dataclass(frozen=True)
class Examine:
    """Examines one image; picklable."""

    reader: SetReader

    def __call__(self, id: str) -> ScannedImage | Refusal:
        """Facts of a readable image, the refusal of another."""
        raw = ""
        try:
            content = digest_of(self.reader.store.blocks(id))
            raw = content.hexdigest()
            image = self.reader.image(id)
            low, high = _range(image)
        except UnreadableError as error:
            return Refusal(id, raw, error.reason)
        mask = self.reader.masks.get(id)
        digest = raw if mask is None else digest_of(file_blocks(mask), content).hexdigest()
        shape = image.pixels.shape[:2] if image.channels == 3 else image.pixels.shape
        kept = (image.channels, image.bit_depth, low, high, image.spacing, image.unit)
        return ScannedImage(id, raw, digest, shape, *kept, has_mask=mask is not None)


def _range(image: Image) -> tuple[float, float]:
    low, high = float(np.min(image.pixels)), float(np.max(image.pixels))
    if not (np.isfinite(low) and np.isfinite(high)):
        raise UnreadableError("It holds values that are not finite (NaN or infinity); replace them.")
    if low == high:
        raise UnreadableError("Every pixel has the same value.")
    return low, high
