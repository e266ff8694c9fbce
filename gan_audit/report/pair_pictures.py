"""private/evidence.html: the nearest pairs, picture by picture. It shows patients, and says so on every page."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from gan_audit.report.html import asset, content_policy, environment
from gan_audit.report.numbers import number, quantity
from gan_audit.report.text import clean

Pixels = NDArray[np.uint8]
LARGEST = 128
"""Longest side of a picture, pixels; larger images are reduced by averaging."""
GAIN = 4
"""What differences are multiplied by, so that an eye sees them."""
RESTRICTED = "Contains images of patients. Restricted: do not share, do not attach to a report."
OPEN = "These images are computed phantoms. They are nobody's data and may be shared."


@dataclass(frozen=True)
class EvidenceView:
    """A synthetic image beside the real one it is nearest to."""

    synthetic: Pixels
    """(H, W) or (H, W, 3), ready to look at."""
    real: Pixels
    """The nearest real image."""
    synthetic_name: str
    """Pseudonym."""
    real_name: str
    """Pseudonym."""
    space: str
    """Feature space the distance was taken in."""
    distance: float
    percentile: float
    """Share of real images that lie closer than this to another patient's nearest real image, 0 to 1."""
    transformation: str = ""
    """What turns the real image into the synthetic one, where that was verified on pixels."""
    holdout: Pixels | None = None
    """The nearest image that the generator never saw, where there is a holdout set."""
    holdout_name: str = ""
    holdout_distance: float | None = None
    rank: int = 0
    """Place among the synthetic images of the space, 1 for the nearest; 0 where none was given."""
    score: float | None = None
    """False-discovery rate at which the pair would be called a copy."""


@dataclass(frozen=True)
class _Picture:
    title: str
    name: str
    alt: str
    source: str
    width: int
    height: int
    note: str


@dataclass(frozen=True)
class _Pair:
    title: str
    transformation: str
    facts: tuple[tuple[str, str], ...]
    pictures: tuple[_Picture, ...]


def render_evidence(pairs: Sequence[EvidenceView], *, restricted: bool) -> str:
    """The gallery as one page without scripts, in the order given.

    restricted: whether the images are patients'; False only for images that are nobody's.
    Raises ValueError for pixels that are not uint8 of shape (H, W) or (H, W, 3).
    """
    return environment().get_template("evidence.html.j2").render(
        pairs=[_pair(place, pair) for place, pair in enumerate(pairs, 1)],
        restricted=restricted,
        marking=RESTRICTED if restricted else OPEN,
        policy=content_policy(),
        style=Markup(asset("evidence.css")),
        gain=GAIN,
    )  # fmt: skip


def _pair(place: int, pair: EvidenceView) -> _Pair:
    facts = [
        ("Space", clean(pair.space)),
        *([("Rank", str(pair.rank))] if pair.rank else []),
        ("Distance", number(pair.distance)),
        ("Closer among real images", quantity(pair.percentile, "share")),
    ]
    if pair.score is not None:
        facts.append(("False-discovery rate", number(pair.score)))
    if pair.holdout_distance is not None:
        facts.append(("Distance to the nearest unseen image", number(pair.holdout_distance)))
    return _Pair(f"Pair {place}", clean(pair.transformation), tuple(facts), tuple(_pictures(place, pair)))


def _pictures(place: int, pair: EvidenceView) -> list[_Picture]:
    synthetic, real = reduced(pair.synthetic), reduced(pair.real)
    told = f"Pair {place}: synthetic {clean(pair.synthetic_name)}, nearest real image {clean(pair.real_name)}"
    apart = difference(synthetic, real)
    mean = float(apart.mean())
    pictures = [
        _picture("Synthetic", pair.synthetic_name, f"{told}: the synthetic image", synthetic),
        _picture("Nearest real", pair.real_name, f"{told}: the real image", real),
        _picture(
            f"Difference × {GAIN}",
            "",
            f"{told}: their difference, {number(mean)} grey levels on average",
            np.minimum(apart.astype(np.int32) * GAIN, 255).astype(np.uint8),
            note=f"mean {number(mean)} of 255",
        ),
    ]
    if pair.holdout is not None:
        alt = f"Pair {place}: nearest unseen image {clean(pair.holdout_name)}"
        pictures.append(_picture("Nearest unseen", pair.holdout_name, alt, reduced(pair.holdout)))
    return pictures


def _picture(title: str, name: str, alt: str, pixels: Pixels, note: str = "") -> _Picture:
    height, width = pixels.shape[:2]
    return _Picture(title, clean(name, 40), alt, png(pixels), width, height, note)


def reduced(pixels: Pixels) -> Pixels:
    """The picture with its longest side at most LARGEST pixels."""
    from PIL import Image

    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise ValueError(f"Expected uint8 pixels (H, W) or (H, W, 3), got {pixels.dtype} {pixels.shape}.")
    height, width = pixels.shape[:2]
    scale = LARGEST / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))


def difference(synthetic: Pixels, real: Pixels) -> Pixels:
    """|synthetic − real|; a real image of another size is brought to the synthetic one's, colour compared as grey."""
    from PIL import Image

    if synthetic.ndim != real.ndim:
        synthetic, real = (x if x.ndim == 2 else np.asarray(Image.fromarray(x).convert("L")) for x in (synthetic, real))
    if synthetic.shape != real.shape:
        size = synthetic.shape[1], synthetic.shape[0]
        real = np.asarray(Image.fromarray(real).resize(size, Image.Resampling.BILINEAR))
    return np.abs(synthetic.astype(np.int16) - real.astype(np.int16)).astype(np.uint8)


def png(pixels: Pixels) -> str:
    """The picture as a data URI; made from pixels alone, so that no tag of the file survives."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
