"""The nearest pairs as pictures, for the restricted gallery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from gan_audit.imaging.orientations import ORIENTATIONS, orient
from gan_audit.report.pair_pictures import EvidenceView
from gan_audit.types import Image, ImageSet, Pair, Role, Sample

LARGEST = 24
"""Pairs in the gallery."""


def gallery(pairs: Iterable[Pair], sets: Mapping[Role, ImageSet]) -> list[EvidenceView]:
    """Verified copies first, then the nearest pairs of all spaces by how unusual they are, each synthetic image once.

    Colours and 8-bit greys are shown as stored; other greys, both images of a pair alike, between the lowest and the
    highest value of the real one. Of a volume the middle slice is shown. The real image is turned as the synthetic one
    was found to be.
    """
    named = {(sample.role, sample.id): sample for images in sets.values() for sample in images.samples}
    ranked = sorted(enumerate(pairs), key=lambda item: (not item[1].transformation, item[1].percentile, item[0]))
    chosen: dict[str, Pair] = {}
    for _, pair in ranked:
        chosen.setdefault(pair.synthetic, pair)
    return [_view(pair, named, sets) for pair in list(chosen.values())[:LARGEST]]


def _view(pair: Pair, named: Mapping[tuple[Role, str], Sample], sets: Mapping[Role, ImageSet]) -> EvidenceView:
    synthetic, real = named["synthetic", pair.synthetic], named["real", pair.real]
    unseen = named.get(("holdout", pair.holdout))
    shown, source = sets["synthetic"].read(synthetic), sets["real"].read(real)
    window = (real.low, real.high) if source.bit_depth > 8 else (0.0, 255.0)
    return EvidenceView(
        synthetic=_picture(shown, window),
        real=_turned(_picture(source, window), pair.transformation),
        synthetic_name=synthetic.pseudonym,
        real_name=real.pseudonym,
        space=pair.space,
        distance=pair.distance,
        percentile=pair.percentile,
        transformation=pair.transformation,
        holdout=_picture(sets["holdout"].read(unseen), window) if unseen else None,
        holdout_name=unseen.pseudonym if unseen else "",
        holdout_distance=pair.holdout_distance,
        rank=pair.rank,
        score=pair.score,
    )


def _turned(picture: NDArray[np.uint8], transformation: str) -> NDArray[np.uint8]:
    """The real image turned, mirrored and inverted as the synthetic one was found to be, so that they compare."""
    words = transformation.split(", ")
    shown = 255 - picture if "negative" in words else picture
    named = [word for word in words if word in ORIENTATIONS[1:]]
    if not named:
        return shown
    turned = orient(np.moveaxis(np.atleast_3d(shown), -1, 0), ORIENTATIONS.index(named[0]))
    return np.ascontiguousarray(np.moveaxis(turned, 0, -1).squeeze()).astype(np.uint8)


def _picture(image: Image, window: tuple[float, float]) -> NDArray[np.uint8]:
    volume = image.channels == 1 and image.pixels.ndim == 3
    pixels = np.asarray(image.pixels[len(image.pixels) // 2] if volume else image.pixels, np.float64)
    low, high = window
    return np.clip(255.0 * (pixels - low) / max(high - low, 1e-12), 0, 255).round().astype(np.uint8)
