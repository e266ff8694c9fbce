"""Training tensors and samples as the audit's own feature tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gan_audit.features import build_extractors
from gan_audit.features.base import Extractor, GroupExtractor
from gan_audit.types import FeatureTable, Image, ImageSet, Role, Sample
from trainers.data.scaling import Scaling
from trainers.sampling.sampler import stored

Images = NDArray[np.float32]


def image_set(images: Images, scaling: Scaling, role: Role, groups: Sequence[str | None] | None = None) -> ImageSet:
    """Images (n, c, *size) in [-1, 1] as a set of the audit, in the user's units, as they would be read from files."""
    channels = images.shape[1]
    found = {f"{number:06d}": Image(stored(image, scaling), channels, bit_depth=scaling.bit_depth, unit=scaling.unit)
             for number, image in enumerate(images)}  # fmt: skip
    owners = groups or [None] * len(images)
    samples = tuple(
        Sample(
            id, role, id, hashlib.sha256(image.pixels.tobytes()).hexdigest(), None, group, images.shape[2:], channels,
            scaling.bit_depth, float(image.pixels.min()), float(image.pixels.max()), unit=scaling.unit,
        )
        for (id, image), group in zip(found.items(), owners, strict=True)
    )  # fmt: skip
    return ImageSet(role, samples, (), "", lambda sample: found[sample.id])


def fitted(space: str, real: ImageSet) -> Extractor:
    """A built-in extractor of the audit, fitted to the real images."""
    made, missing = build_extractors((space,), weights={}, radiomics_params=None, device="cpu", offline=True)
    if missing:
        raise ValueError(missing[0].reason)
    return made[0].fit(real)


def table(extractor: Extractor, images: ImageSet) -> FeatureTable:
    """The features of every image; NaN where one has none."""
    read = [images.read(sample) for sample in images.samples]
    names = extractor.names(read[0])
    if isinstance(extractor, GroupExtractor):
        rows = [np.full(len(names), np.nan) if isinstance(row, str) else row for row in extractor.together(read)]
    else:
        rows = [extractor(image) for image in read]
    values = np.array([np.asarray(row, np.float64).ravel() for row in rows])
    return FeatureTable(extractor.describe(len(names)), images.role, values, names, images.samples)
