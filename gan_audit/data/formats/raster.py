"""PNG, JPEG, TIFF and BMP by Pillow, with the bit depth kept; by SimpleITK where Pillow would lose values."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from gan_audit.data.formats.pixels import Pixels, UnreadableError, as_image, refuse_huge
from gan_audit.data.formats.suppress_stderr import quiet_stderr
from gan_audit.data.formats.volumes import itk_image
from gan_audit.types import Image

FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
"""Parsers of Pillow that may see the file; the content decides among them, not the suffix."""
ITK_READERS = {"PNG": "PNGImageIO", "TIFF": "TIFFImageIO"}
TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
BITS_PER_SAMPLE, PHOTOMETRIC = 258, 262
"""Numbers of two TIFF tags."""
TARGET_MODES = {
    "1": "L",
    "LA": "RGBA",
    "La": "RGBA",
    "PA": "RGBA",
    "RGBa": "RGBA",
    "RGBX": "RGB",
    "CMYK": "RGB",
    "YCbCr": "RGB",
    "HSV": "RGB",
}
"""Pillow mode to the mode it is converted to; others stay as they are, 16-bit ones above all."""


def read_raster(path: Path) -> Image:
    """A grey or colour image; the pages of a TIFF are the slices of a volume.

    Bits below 8 are spread over 0 to 255, as Pillow does. Resolution tags are meant for printers and give no spacing;
    a camera's orientation tag is not applied. Raises UnreadableError, or Pillow's errors for damaged content.
    """
    try:
        opened = Pillow.open(path, formats=FORMATS)
    except UnidentifiedImageError:
        if _starts_as_tiff(path):
            return itk_image(path, ITK_READERS["TIFF"], keep_spacing=False)
        raise
    with opened as picture, quiet_stderr() if picture.format == "TIFF" else nullcontext():
        return _decode(path, picture)


def pillow_pixels(picture: Pillow.Image) -> Pixels:
    """(H, W) or (H, W, 3 or 4) in stored values; a palette becomes its colours."""
    mode = TARGET_MODES.get(picture.mode, picture.mode)
    if picture.mode == "P":
        mode = "RGBA" if "transparency" in picture.info else "RGB"
    pixels: Pixels = np.asarray(picture if mode == picture.mode else picture.convert(mode))
    return np.iinfo(pixels.dtype).max - pixels if _white_is_zero(picture) else pixels


def _decode(path: Path, picture: Pillow.Image) -> Image:
    frames = int(getattr(picture, "n_frames", 1))
    if frames > 1 and picture.format == "PNG":
        raise UnreadableError("It is an animation; save one image a file.")
    if _too_deep_for_pillow(picture):
        if _raw_mode(picture).startswith("LA"):
            raise UnreadableError("It is 16-bit grey with opacity; save it without opacity.")
        return itk_image(path, ITK_READERS[str(picture.format)], keep_spacing=False)
    if frames > 1 and picture.format == "TIFF":
        return _stack(picture, frames)
    pixels = pillow_pixels(picture)
    return as_image(pixels, bit_depth=_bits(picture), colour=pixels.ndim == 3)


def _stack(picture: Pillow.Image, frames: int) -> Image:
    pages = []
    for number in range(frames):
        picture.seek(number)
        refuse_huge((frames, picture.height, picture.width))
        pages.append(pillow_pixels(picture))
    if len({(page.shape, page.dtype) for page in pages}) > 1:
        raise UnreadableError("Its pages differ in size or kind; save one image a file.")
    return as_image(np.stack(pages), bit_depth=_bits(picture), colour=pages[0].ndim == 3)


def _too_deep_for_pillow(picture: Pillow.Image) -> bool:
    """Colour of 16 bits, which Pillow keeps 8 of, and integers of 32 bits, which it always takes for signed ones."""
    if picture.format not in ITK_READERS:
        return False
    if len(picture.getbands()) == 1:
        return picture.mode == "I" and _tag(picture, BITS_PER_SAMPLE) == 32
    return "16" in _raw_mode(picture)


def _raw_mode(picture: Pillow.Image) -> str:
    """How the values lie in the file (`RGB;16B`), which Pillow forgets once it has decoded them."""
    tiles: Any = getattr(picture, "tile", ())
    arguments = tiles[0][3] if tiles else ""
    return str(arguments if isinstance(arguments, str) else arguments[0] if arguments else "")


def _tag(picture: Pillow.Image, number: int) -> int | None:
    value = getattr(picture, "tag_v2", {}).get(number)
    return max(value) if isinstance(value, tuple) else value


def _bits(picture: Pillow.Image) -> int | None:
    """What a TIFF says of its bits where they do not fill the type (12 of 16); None leaves it to the type."""
    bits = _tag(picture, BITS_PER_SAMPLE)
    return bits if bits in (10, 12, 14) else None


def _white_is_zero(picture: Pillow.Image) -> bool:
    """Pillow turns such TIFFs round at 8 bits and forgets to at 16."""
    return picture.mode.startswith("I;16") and _tag(picture, PHOTOMETRIC) == 0


def _starts_as_tiff(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) in TIFF_STARTS
