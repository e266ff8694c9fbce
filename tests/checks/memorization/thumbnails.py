"""Phantoms and their altered copies as thumbnails, as the check for copies sees them."""

import numpy as np

from benchmarks.calibration import alterations as alter
from gan_audit.checks.base import ImageRows
from gan_audit.demo.phantoms import phantom_patients
from gan_audit.features.pixels import FinePixels
from gan_audit.types import Image

SPACE = FinePixels()
NAMES = SPACE.names(Image(np.zeros((64, 64), np.uint8)))


def phantoms(n, seed):
    """(n, 64, 64) of one image for each patient."""
    return phantom_patients(n, np.random.default_rng(seed), images_per_patient=1).images


def altered(images, how, seed=0):
    """Each image altered; `how` as in the benchmark's alterations."""
    rng = np.random.default_rng(seed)
    return np.stack([how(Image(x), rng).pixels for x in images])


def thumbnails(images):
    """In stored units."""
    return np.stack([SPACE(Image(x)) for x in images])


def standardized(rows):
    """As distances see them."""
    return (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)


def side(images, groups=None):
    """Images (n, h, w) as a check for copies sees them, own pixels included; or rows of thumbnails alone."""
    n, rows = len(images), images if images.ndim == 2 else thumbnails(images)
    names = tuple(map(str, range(n)))
    groups = np.arange(n) if groups is None else np.array(groups)
    read = None if images.ndim == 2 else dict(zip(names, map(Image, images), strict=True)).__getitem__
    widths = None if images.ndim == 2 else np.full(n, max(images.shape[1:]))
    return ImageRows(names, names, (None,) * n, groups, rows, standardized(rows), np.ones(n), widths, read)


def pasted(source, under, seed=0):
    """An ellipse of each source image over another one."""
    rng = np.random.default_rng(seed)
    pairs = zip(source, under, strict=True)
    return np.stack([alter.pasted(Image(x), 0.3, 1 / 3)(Image(y), rng).pixels for x, y in pairs])


WHOLE = {
    "exact": (lambda image, rng: image, "in place"),
    "mirrored": (alter.flipped, "mirrored"),
    "rotated": (alter.rotated90, "rotated by 90°"),
    "shifted": (alter.shifted, "shifted"),
    "cropped": (alter.cropped(0.8, 0.9), "enlarged by"),
    "negative": (alter.inverted, "negative"),
    "brighter": (alter.brighter(10.0), "in place"),
    "gamma": (alter.gamma(0.6), "in place"),
    "strong gamma": (alter.gamma(2.0), "in place"),
    "noise": (alter.noisy(6.0), "noise of 6 grey levels"),
    "JPEG": (alter.jpeg(75), "identical"),
}
"""What is done to a real image, and the words for it."""
