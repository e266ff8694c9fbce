"""Arrays to SimpleITK's images and back: SimpleITK is imported on first use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def to_itk(values: np.ndarray[Any, Any], spacing: tuple[float, ...]) -> Any:
    """values: (H, W) or (D, H, W); spacing along the same axes."""
    import SimpleITK

    image: Any = SimpleITK.GetImageFromArray(np.ascontiguousarray(values))
    image.SetSpacing([float(step) for step in reversed(spacing)])
    return image


def from_itk(image: Any) -> tuple[np.ndarray[Any, Any], tuple[float, ...]]:
    """Values and spacing, in array order."""
    import SimpleITK

    return SimpleITK.GetArrayFromImage(image), tuple(reversed(image.GetSpacing()))


@contextmanager
def one_thread() -> Iterator[None]:
    """SimpleITK on one thread, put back afterwards."""
    from SimpleITK import ProcessObject

    threads: Any = ProcessObject
    before = threads.GetGlobalDefaultNumberOfThreads()
    threads.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        threads.SetGlobalDefaultNumberOfThreads(before)
