"""How an image of a set is read again: the callable that an ImageSet carries to worker processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from gan_audit.data.formats.pixels import UnreadableError
from gan_audit.data.formats.readers import decode
from gan_audit.data.stores import ImageStore
from gan_audit.errors import InputError
from gan_audit.types import BoolArray, Image, Sample


@dataclass(frozen=True)
class SetReader:
    """Reads the images of one set with their masks. Picklable."""

    store: ImageStore
    masks: Mapping[str, Path] = field(default_factory=dict, repr=False)
    """Id to the file of its mask, for images that have one."""

    def __call__(self, sample: Sample) -> Image:
        """The image of a sample; raises InputError where it cannot be read any more."""
        try:
            return self.image(sample.id)
        except UnreadableError as error:
            raise InputError(
                f"Image {sample.pseudonym} was readable when the audit began and no longer is: {error.reason} "
                "Leave the input alone while the audit runs, and run it again."
            ) from error

    def image(self, id: str) -> Image:
        """The image of an id; raises UnreadableError."""
        image = self.store.decode(id)
        mask = self.masks.get(id)
        return image if mask is None else replace(image, mask=_read_mask(mask, image))


def _read_mask(path: Path, image: Image) -> BoolArray:
    """Where a mask file is not zero, in any channel; raises UnreadableError unless it fits the image."""
    try:
        mask = decode(path)
    except UnreadableError as error:
        raise UnreadableError(f"Its mask cannot be used. {error.reason}") from error
    inside: BoolArray = mask.pixels.astype(np.bool_)
    if mask.channels == 3:
        inside = np.asarray(inside.any(axis=-1))
    expected = image.pixels.shape[: inside.ndim] if image.channels == 3 else image.pixels.shape
    if inside.shape != expected:
        raise UnreadableError(f"Its mask has the shape {inside.shape}, the image {expected}.")
    if not np.any(inside):
        raise UnreadableError("Its mask is empty: no pixel lies inside.")
    return inside
