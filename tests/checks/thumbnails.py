"""Phantoms and their altered copies as thumbnails, as the check for copies sees them."""

import numpy as np

from benchmarks.calibration import alterations as alter
from gan_audit.checks.base import Side
from gan_audit.features.pixels import FinePixels
from gan_audit.phantoms import phantom_patients
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
    return np.stack([SPACE(Image(x)) for x in images])


def side(points, groups=None):
    n = len(points)
    names = tuple(map(str, range(n)))
    return Side(names, names, (None,) * n, np.arange(n) if groups is None else np.array(groups), points, points)


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
    "cropped": (alter.cropped(0.8, 0.9), "cropped and resized"),
    "negative": (alter.inverted, "negative"),
    "brighter": (alter.brighter(10.0), "in place"),
    "gamma": (alter.gamma(0.6), "in place"),
    "strong gamma": (alter.gamma(4.0), "grey levels bent"),
    "noise": (alter.noisy(6.0), "in place"),
    "JPEG": (alter.jpeg(50), "in place"),
}
"""What is done to a real image, and the words for it."""
