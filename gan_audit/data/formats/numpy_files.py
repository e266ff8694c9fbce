"""NPY and NPZ files; nothing in them is ever unpickled."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from gan_audit.data.formats.pixels import MAX_VALUES, Pixels, UnreadableError, as_image, channels_last, refuse_huge
from gan_audit.types import Image

IMAGE_KEYS = ("image", "arr_0")
"""Names under which an NPZ of several arrays may hold the image, in the order they are looked for."""


def read_npy(path: Path) -> Image:
    """(H, W), (H, W, C) or (D, H, W); a last axis of 1, 3 or 4 is channels."""
    # Mapping refuses a header that claims more values than the file holds before memory is taken for them.
    mapped: Pixels = np.load(path, mmap_mode="r", allow_pickle=False)
    refuse_huge(mapped.shape)
    return _image(np.array(mapped))


def read_npz(path: Path) -> Image:
    """As read_npy, of the only array in the archive or else of the one named `image` or `arr_0`."""
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > 8 * MAX_VALUES:
            raise UnreadableError("It unpacks to more than one image may hold.")
    with np.load(path, allow_pickle=False) as arrays:
        return _image(arrays[_key(arrays.files)])


def _key(names: list[str]) -> str:
    chosen = names if len(names) == 1 else [name for name in IMAGE_KEYS if name in names]
    if not chosen:
        raise UnreadableError(f"It holds {len(names)} arrays; expected one, or one named `image` or `arr_0`.")
    return chosen[0]


def _image(pixels: Pixels) -> Image:
    return as_image(pixels, colour=channels_last(pixels.shape))
