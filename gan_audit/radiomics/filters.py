"""Filters whose output is evaluated like an image: PyRadiomics' image types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from gan_audit.errors import MissingDependencyError
from gan_audit.radiomics.itk import from_itk, one_thread, to_itk
from gan_audit.radiomics.settings import RadiomicsSettings

Array = np.ndarray[Any, Any]
Named = Iterator[tuple[str, Array]]


def filtered(kind: str, values: Array, spacing: tuple[float, ...], rule: RadiomicsSettings) -> Named:
    """Name and values of each image that a filter makes, in PyRadiomics' order and precision.

    kind: `Original`, `LoG`, `Wavelet`, `Square`, `SquareRoot`, `Logarithm`, `Exponential` or `Gradient`.
    values: (H, W) or (D, H, W). spacing: along the same axes. LoG leaves out an image with fewer than 4 voxels along
    some axis, or fewer than sigma reaches.
    """
    return FILTERS[kind](values, spacing, rule)


def filter_names(kind: str, axes: int, rule: RadiomicsSettings) -> tuple[str, ...]:
    """Names of the images that a filter makes of an image with so many axes."""
    if kind == "LoG":
        return tuple(_log_name(sigma) for sigma in rule.sigma)
    if kind == "Wavelet":
        return tuple(_wavelet_names(axes - (axes == 3 and rule.force_2d), rule))
    return (kind.lower(),)


def _original(values: Array, spacing: tuple[float, ...], rule: RadiomicsSettings) -> Named:
    yield "original", values


def _log(values: Array, spacing: tuple[float, ...], rule: RadiomicsSettings) -> Named:
    """Laplacian of a Gaussian of `sigma` mm, normalized across scales."""
    import SimpleITK

    tools: Any = SimpleITK
    if min(values.shape) < 4:
        return
    for sigma in rule.sigma:
        if (np.array(values.shape) < np.ceil(sigma / np.array(spacing)) + 1).any():
            continue
        made = tools.LaplacianRecursiveGaussianImageFilter()
        made.SetNormalizeAcrossScale(True)
        made.SetSigma(sigma)
        with one_thread():
            yield _log_name(sigma), from_itk(made.Execute(to_itk(values, spacing)))[0]


def _wavelet(values: Array, spacing: tuple[float, ...], rule: RadiomicsSettings) -> Named:
    """Undecimated wavelet transform; the letters of a name stand for x, y, z: low or high pass."""
    try:
        import pywt
    except ImportError as error:
        raise MissingDependencyError("The filter Wavelet needs PyWavelets: pip install pywavelets") from error
    axes = list(range(values.ndim - 1, -1, -1))
    if values.ndim == 3 and rule.force_2d:
        axes.remove(rule.flat_axis)
    even = np.pad(values, [(0, size % 2) for size in values.shape], mode="wrap")
    cut = tuple(slice(0, size) for size in values.shape)
    names = iter(_wavelet_names(len(axes), rule))
    low = "a" * len(axes)
    for level in range(rule.start_level + rule.level):
        parts = pywt.swtn(even, rule.wavelet, level=1, start_level=0, axes=tuple(axes))[0]
        even = parts[low]
        if level >= rule.start_level:
            yield from ((next(names), part[cut]) for key, part in parts.items() if key != low)
    yield next(names), even[cut]


def _square(values: Array, spacing: tuple[float, ...], rule: RadiomicsSettings) -> Named:
    values = values.astype(np.float64)
    yield "square", (1 / np.sqrt(np.abs(values).max()) * values) ** 2


def _square_root(values: Array, spacing: tuple[float, ...], rule: RadiomicsSettings) -> Named:
    values = values.astype(np.float64)
    yield "squareroot", np.sign(values) * np.sqrt(np.abs(values) * np.abs(values).max())


def _logarithm(values: Array, spacing: tuple[float, ...], rule: RadiomicsSettings) -> Named:
    values = values.astype(np.float64)
    found = np.sign(values) * np.log(np.abs(values) + 1)
    yield "logarithm", found * (np.abs(values).max() / np.abs(found).max())


def _exponential(values: Array, spacing: tuple[float, ...], rule: RadiomicsSettings) -> Named:
    values = values.astype(np.float64)
    most = np.abs(values).max()
    yield "exponential", np.exp(np.log(most) / most * values)


def _gradient(values: Array, spacing: tuple[float, ...], rule: RadiomicsSettings) -> Named:
    import SimpleITK

    tools: Any = SimpleITK
    made = tools.GradientMagnitudeImageFilter()
    made.SetUseImageSpacing(rule.gradient_spacing)
    with one_thread():
        yield "gradient", from_itk(made.Execute(to_itk(values, spacing)))[0]


def _log_name(sigma: float) -> str:
    return f"log-sigma-{sigma}-mm-3D".replace(".", "-")


def _wavelet_names(axes: int, rule: RadiomicsSettings) -> Iterator[str]:
    low = "L" * axes
    for level in range(1, rule.level + 1):
        number = "" if level == 1 else str(level)
        yield from (f"wavelet{number}-{name}" for name in map("".join, product("LH", repeat=axes)) if name != low)
    yield f"wavelet{'' if rule.level == 1 else rule.level}-{low}"


FILTERS: dict[str, Callable[[Array, tuple[float, ...], RadiomicsSettings], Named]] = {
    "Original": _original,
    "LoG": _log,
    "Wavelet": _wavelet,
    "Square": _square,
    "SquareRoot": _square_root,
    "Logarithm": _logarithm,
    "Exponential": _exponential,
    "Gradient": _gradient,
}
