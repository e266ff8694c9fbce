"""Which features survive a region of interest drawn one pixel narrower or wider."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from gan_audit.features.base import RegionExtractor
from gan_audit.features.intensity import representatives
from gan_audit.runtime.parallel import parallel_map
from gan_audit.types import BoolArray, FloatArray, Image, ImageSet, Sample

LOGGER = logging.getLogger(__name__)
MOST = 60
"""Real images looked at, at most."""
FEWEST = 12
"""Fewer complete pairs say nothing."""
VOXELS = 1 << 23
"""Of all images together, about; large images are fewer, but at least `FEWEST`."""
GROUP = 8
"""Images worked on together."""


def repeatability(
    extractor: RegionExtractor, real: ImageSet, names: Sequence[str], jobs: int | None = None
) -> Mapping[str, float | None]:
    """Feature name to its concordance between the region of interest and that region one pixel narrower or wider, the
    lower of the two; at most 1, near 0 where the border decides. None where fewer than 12 images have the feature.

    Measured on at most 60 real images, evenly spaced by content, whatever the order of the set. A volume's region
    changes within its slices. The whole image, where no mask is given, can only become narrower.
    Misleads where the images hardly differ in a feature: the smallest change then outweighs their spread.
    Source: Lin, "A Concordance Correlation Coefficient to Evaluate Reproducibility", Biometrics 45 (1989), equation 2;
    contour changes after Zwanenburg et al., Scientific Reports 9 (2019).
    """
    samples = representatives(real, MOST)
    largest = max(int(np.prod(sample.shape)) for sample in samples)
    samples = representatives(real, int(np.clip(VOXELS // largest, FEWEST, MOST)))
    groups = [samples[start : start + GROUP] for start in range(0, len(samples), GROUP)]
    work = partial(_rows, extractor=extractor, read=real.read, width=len(names))
    found = list(parallel_map(work, groups, jobs=jobs, step=lambda _: None, worthwhile=8, most=1))
    original, narrower, wider = np.concatenate(found, axis=1)
    scores = [concordance(original, changed) for changed in (narrower, wider)]
    known = np.stack([np.where(np.isnan(score), np.inf, score) for score in scores]).min(axis=0)
    return {name: float(score) if np.isfinite(score) else None for name, score in zip(names, known, strict=True)}


def concordance(one: FloatArray, other: FloatArray) -> FloatArray:
    """Lin's coefficient of each column of (n, d) over the rows finite in both, (d,); 1 for equal columns.

    2 s_xy / (s_x² + s_y² + (mean x - mean y)²), moments with the denominator n. NaN for fewer than 12 such rows.
    """
    both = np.isfinite(one) & np.isfinite(other)
    number = both.sum(axis=0)
    enough = np.maximum(number, 1)
    x, y = np.where(both, one, 0.0), np.where(both, other, 0.0)
    mean_x, mean_y = x.sum(axis=0) / enough, y.sum(axis=0) / enough
    dx, dy = np.where(both, one - mean_x, 0.0), np.where(both, other - mean_y, 0.0)
    joint = 2 * (dx * dy).sum(axis=0) / enough
    apart = ((dx * dx).sum(axis=0) + (dy * dy).sum(axis=0)) / enough + (mean_x - mean_y) ** 2
    score = np.divide(joint, apart, out=np.ones_like(apart), where=apart > 0)
    return np.where(number >= FEWEST, score, np.nan)


def changed_regions(image: Image) -> tuple[BoolArray, BoolArray]:
    """The region of interest one pixel narrower and one pixel wider along rows and columns; False beyond the image."""
    from scipy.ndimage import binary_dilation, binary_erosion

    shape = image.pixels.shape[:-1] if image.channels > 1 else image.pixels.shape
    region = np.ones(shape, dtype=bool) if image.mask is None else image.mask
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool).reshape((1,) * (region.ndim - 2) + (3, 3))
    return binary_erosion(region, cross), binary_dilation(region, cross)


def _rows(
    samples: Sequence[Sample], extractor: RegionExtractor, read: Callable[[Sample], Image], width: int
) -> FloatArray:
    """(3, images, features): as it is, narrower, wider; NaN where a region is refused, or cannot become wider."""
    result = np.full((3, len(samples), width), np.nan)
    try:
        images = [read(sample) for sample in samples]
        regions = [changed_regions(image) for image in images]
        for number in range(3):
            places = [i for i, image in enumerate(images) if number < 2 or not _whole(image)]
            given = [replace(images[i], mask=regions[i][number - 1]) if number else images[i] for i in places]
            for place, row in zip(places, extractor.together(given), strict=True):
                if not isinstance(row, str) and len(row) == width:
                    result[number, place] = row
    except Exception as error:  # whatever it is, the features themselves have met it before, and said so
        LOGGER.debug("The reliability of features could not be measured on some images: %s", error)
    return result


def _whole(image: Image) -> bool:
    return image.mask is None or bool(image.mask.all())
