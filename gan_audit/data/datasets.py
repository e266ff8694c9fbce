"""Items of a torch-like data set, read once and kept as arrays; no torch is imported to do so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL.Image import Image as PillowImage

from gan_audit.data.formats.pixels import Pixels
from gan_audit.data.formats.raster import pillow_pixels
from gan_audit.data.formats.suppress_stderr import quiet_warnings
from gan_audit.data.wording import counted, text_of

IMAGE_KEYS, LABEL_KEYS = ("image", "img", "pixel_values"), ("label", "target", "class")
"""Names under which a data set of dictionaries may hold them, in the order they are looked for."""


@dataclass(frozen=True)
class Loaded:
    """The items of a data set."""

    items: Pixels | tuple[Pixels | None, ...]
    """One array where all items agree in shape and type, which workers can share; None for items that failed."""
    labels: tuple[str | None, ...] | None
    """None where no item has a label."""
    notes: tuple[str, ...]


def arrays_of(dataset: Any) -> Loaded:
    """Reads every item of `dataset` (`__len__`, `__getitem__`), each once, since a transform may be random.

    Items: an image, (image, label, ...) or a dictionary. An image is an array or a tensor, (H, W), (H, W, C),
    (C, H, W) or (D, H, W), or a Pillow image. An item that raises becomes None.
    A label that is a number is looked up in the data set's `classes`, as torchvision's folders have them: two
    folders count their classes apart, so that the numbers alone would not mean the same.
    """
    classes = getattr(dataset, "classes", None)
    names = list(classes) if isinstance(classes, list | tuple) else []
    items: list[Pixels | None] = []
    labels: list[str | None] = []
    odd = 0
    for number in range(len(dataset)):
        image, label = _item(dataset, number)
        name = _label(label, names)
        odd += label is not None and name is None
        items.append(image)
        labels.append(name)
    notes = (counted(odd, "item has", "items have") + " a label that is no single value; it was left out",)
    return Loaded(
        _stacked(items), tuple(labels) if any(label is not None for label in labels) else None, notes if odd else ()
    )


def plain(value: Any) -> Any:
    """A tensor of any framework as an array, anything else as it is."""
    for method in ("detach", "cpu"):
        if hasattr(value, method):
            value = getattr(value, method)()
    return np.asarray(value) if hasattr(value, "__array__") else value


def _item(dataset: Any, number: int) -> tuple[Pixels | None, Any]:
    try:
        with quiet_warnings():
            image, label = _parts(dataset[number])
            return _array(image), label
    except Exception:  # the user's own code, which may fail in any way for one item
        return None, None


def _parts(item: Any) -> tuple[Any, Any]:
    if isinstance(item, Mapping):
        image = next(item[key] for key in IMAGE_KEYS if key in item)
        return image, next((item[key] for key in LABEL_KEYS if key in item), None)
    if isinstance(item, tuple | list) and item and not np.isscalar(item[0]) and np.ndim(plain(item[0])) >= 2:
        return item[0], item[1] if len(item) > 1 else None
    if isinstance(item, tuple | list) and item and isinstance(item[0], PillowImage):
        return item[0], item[1] if len(item) > 1 else None
    return item, None


def _array(image: Any) -> Pixels | None:
    """Channels last; None for what is no image."""
    if isinstance(image, PillowImage):
        return pillow_pixels(image)
    is_tensor = hasattr(image, "detach")
    pixels = np.asarray(plain(image))
    if pixels.ndim not in (2, 3, 4):
        return None
    first, last = pixels.shape[0] in (1, 3), pixels.shape[-1] in (1, 3, 4)
    if pixels.ndim > 2 and first and (is_tensor or not last):
        return np.moveaxis(pixels, 0, -1)
    return pixels


def _label(label: Any, names: Sequence[Any]) -> str | None:
    """The label as text; None for no label and for one that is no single value."""
    value = plain(label)
    if isinstance(value, np.ndarray):
        if value.size != 1:
            return None
        value = value.reshape(-1)[0].item()
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
        return str(names[value])
    return text_of(value) if value is None or np.isscalar(value) else None


def _stacked(items: list[Pixels | None]) -> Pixels | tuple[Pixels | None, ...]:
    present = [item for item in items if item is not None]
    if len(present) == len(items) and len({(item.shape, item.dtype) for item in present}) == 1:
        return np.stack(present)
    return tuple(items)
