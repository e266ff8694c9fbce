"""Pictures of samples side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

TARGET = 512
"""Pixels along the longer side of a grid, about."""


def write_grid(path: Path, images: NDArray[np.float32], columns: int) -> None:
    """Images (n, c, *size) in [-1, 1] as a PNG, row by row; of a volume the middle slice."""
    if images.ndim == 5:
        images = images[:, :, images.shape[2] // 2]
    n, channels, height, width = images.shape
    rows = -(-n // columns)
    canvas = np.full((rows * (height + 1) + 1, columns * (width + 1) + 1, channels), 255, np.uint8)
    for number, image in enumerate(images):
        top, left = (number // columns) * (height + 1) + 1, (number % columns) * (width + 1) + 1
        levels = np.rint((np.clip(image, -1, 1) + 1) * 127.5).astype(np.uint8)
        canvas[top : top + height, left : left + width] = np.moveaxis(levels, 0, -1)
    factor = max(1, TARGET // max(canvas.shape[:2]))
    canvas = canvas.repeat(factor, axis=0).repeat(factor, axis=1)
    aside = path.with_suffix(".tmp")
    Pillow.fromarray(canvas[..., 0] if channels == 1 else canvas).save(aside, format="PNG")
    aside.replace(path)
