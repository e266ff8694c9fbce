"""The engine `pyradiomics`: its feature classes called directly for the default settings, `execute` for the rest."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from gan_audit.errors import MissingDependencyError
from gan_audit.features.radiomics.volume import MOST_GREY_LEVELS, Volume
from gan_audit.types import BoolArray, FloatArray

CLASSES = ("firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
FILTERS_NEED = {"LBP2D": ("skimage",), "LBP3D": ("scipy", "trimesh")}
"""Without these PyRadiomics leaves the filter out with no more than a line in its log."""


REMEDY = (
    "Run `make install` in a checkout of gan-audit, or: pip install numpy versioneer wheel 'setuptools<82' "
    "&& pip install --no-build-isolation pyradiomics==3.0.1 (Python 3.11 and a C compiler)"
)


def version() -> str:
    """PyRadiomics' version; ImportError where it is not installed."""
    import SimpleITK  # noqa: F401 - before faiss, whose SWIG types it would break otherwise
    from radiomics import __version__

    return str(__version__).lstrip("v")


def program() -> str:
    """Name and version; MissingDependencyError, with the command that brings it, where PyRadiomics is not installed."""
    try:
        return f"PyRadiomics {version()}"
    except ImportError as error:
        missing = f"no module named {error.name}" if isinstance(error, ModuleNotFoundError) else "it is damaged"
        raise MissingDependencyError(
            f"The engine pyradiomics needs PyRadiomics, which cannot be imported ({missing}). {REMEDY}, or leave "
            "--radiomics-engine out: the engine batched computes the same features without it."
        ) from error


def default_content(bin_width: float | None) -> dict[str, Any]:
    """What is computed without a parameter file, as a parameter file would hold it."""
    setting = {"binWidth": bin_width, "distances": [1], "most_grey_levels": MOST_GREY_LEVELS}
    return {"setting": setting, "imageType": {"Original": {}}, "featureClass": dict.fromkeys(CLASSES)}


def names(example: Volume, settings: str | None) -> tuple[str, ...]:
    """PyRadiomics' names: `original_glcm_Contrast`; with settings, those that they yield on the example."""
    return default_names() if settings is None else tuple(execute(example, settings))


def rows(volumes: Sequence[Volume], bin_width: float | None, settings: str | None) -> list[FloatArray | str]:
    """Features of each image, or the reason why there are none."""
    return [_row(one, bin_width, settings) for one in volumes]


def _row(given: Volume, bin_width: float | None, settings: str | None) -> FloatArray | str:
    try:
        if settings is not None:
            return np.array(list(execute(given, settings).values()), dtype=np.float64)
        values, mask, spacing = given.values, given.mask, given.spacing
        if values.ndim == 2:
            values, mask, spacing = values[None], None if mask is None else mask[None], (1.0, *spacing)
        return default_features(values, mask, spacing, bin_width or 25.0)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def default_names() -> tuple[str, ...]:
    """The 93 names, in the order of `default_features`."""
    return tuple(f"original_{key}_{name}" for key in CLASSES for name in _names(key))


def default_features(
    values: FloatArray, mask: BoolArray | None, spacing: tuple[float, ...], bin_width: float
) -> FloatArray:
    """93 features, bit for bit those of PyRadiomics' `execute`, in half its time: the levels are computed once.

    values: (D, H, W), float64. mask: the same shape, or None for the whole image. spacing: along the same axes.
    Raises ValueError where the region is empty, a point, a line, or has more than 512 grey levels.
    """
    mask = np.ones(values.shape, dtype=bool) if mask is None else mask
    box = _bounding_box(mask)
    values, mask = np.ascontiguousarray(values[box]), np.ascontiguousarray(mask[box])
    with _quiet():
        image, region = _itk(values, spacing), _itk(mask.astype(np.uint8), spacing)
        settings = {"binWidth": bin_width, "distances": [1], "label": 1, "force2Ddimension": 0}
        settings |= {"force2D": len(values) == 1, "discretized": _levels(values, mask, bin_width)}
        groups = [_classes()[key](image, region, **settings).execute() for key in CLASSES]
    return np.array([float(group[name]) for key, group in zip(CLASSES, groups, strict=True) for name in _names(key)])


def execute(given: Volume, settings: str) -> dict[str, float]:
    """What PyRadiomics' own extractor yields for the settings, its diagnostics apart; the region needs background."""
    mask = np.ones(given.values.shape, dtype=bool) if given.mask is None else given.mask
    with _quiet():
        extractor = _extractor(settings, given.values.ndim)
        region = _itk(mask.astype(np.uint8), given.spacing)
        result = extractor.execute(_itk(given.values, given.spacing), region, label=1)
    return {name: float(value) for name, value in result.items() if not name.startswith("diagnostics_")}


def resolve(given: Mapping[str, Any]) -> str:
    """A parameter file's content as PyRadiomics understands it, as JSON; raises what PyRadiomics raises."""
    with _quiet():
        from radiomics.featureextractor import RadiomicsFeatureExtractor

        made = RadiomicsFeatureExtractor(dict(given))
    for filter_, packages in FILTERS_NEED.items():
        if missing := [name for name in packages if filter_ in made.enabledImagetypes and find_spec(name) is None]:
            raise ValueError(f"The filter {filter_} needs packages that are not installed: {', '.join(missing)}.")
    if not {"binWidth", "binCount"} & set(made.settings):
        made.settings["binWidth"] = 25
    content = {"setting": made.settings, "imageType": made.enabledImagetypes, "featureClass": made.enabledFeatures}
    return json.dumps(content, sort_keys=True)


def _bounding_box(mask: BoolArray) -> tuple[slice, ...]:
    """Raises ValueError where PyRadiomics would: no voxel, or fewer than two axes longer than one voxel."""
    if not mask.any():
        raise ValueError("The region of interest is empty.")
    box = tuple(slice(int(places.min()), int(places.max()) + 1) for places in np.nonzero(mask))
    if sum(side.stop - side.start > 1 for side in box) < 2:
        raise ValueError("The region of interest is a point or a line: texture needs two dimensions.")
    return box


def _levels(values: FloatArray, mask: BoolArray, bin_width: float) -> tuple[np.ndarray[Any, Any], Any]:
    """Grey levels (D, H, W), 1 upwards and 0 outside the mask, and the levels that occur."""
    from radiomics.imageoperations import getBinEdges

    inside = values[mask]
    low, high = float(inside.min()), float(inside.max())
    if not (high - low) / bin_width < MOST_GREY_LEVELS:
        raise ValueError(f"The image has more than {MOST_GREY_LEVELS} grey levels of the width {bin_width}.")
    edges = getBinEdges(np.array([low, high]), binWidth=bin_width)
    levels = np.zeros(values.shape, dtype=int)
    levels[mask] = np.digitize(inside, edges)
    return levels, np.unique(levels[mask])


@lru_cache(maxsize=1)
def _classes() -> dict[str, Any]:
    """PyRadiomics' classes, taught to take the grey levels and their list of features ready-made."""
    from radiomics import getFeatureClasses

    def apply_binning(self: Any, matrix: Any) -> Any:
        levels, present = self.settings["discretized"]
        self.coefficients["grayLevels"], self.coefficients["Ng"] = present, int(present[-1])
        return levels.copy()

    def taught(base: Any) -> Any:
        known = base.getFeatureNames()
        changes = {
            "__module__": base.__module__,
            "_applyBinning": apply_binning,
            "getFeatureNames": classmethod(lambda cls: known),
        }
        return type(base.__name__, (base,), changes)

    return {key: taught(getFeatureClasses()[key]) for key in CLASSES}


@lru_cache(maxsize=8)
def _names(key: str) -> tuple[str, ...]:
    return tuple(name for name, deprecated in _classes()[key].getFeatureNames().items() if not deprecated)


@lru_cache(maxsize=4)
def _extractor(settings: str, axes: int) -> Any:
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    content = json.loads(settings)
    made = RadiomicsFeatureExtractor()
    made.settings = {**content["setting"], "additionalInfo": False}
    if axes == 2:
        steps = made.settings["resampledPixelSpacing"]
        made.settings |= {"force2D": False, "resampledPixelSpacing": steps and steps[:2]}
    made.enabledImagetypes, made.enabledFeatures = content["imageType"], content["featureClass"]
    return made


def _itk(array: np.ndarray[Any, Any], spacing: tuple[float, ...]) -> Any:
    import SimpleITK

    image: Any = SimpleITK.GetImageFromArray(array)
    image.SetSpacing([float(step) for step in reversed(spacing)])
    return image


@contextmanager
def _quiet() -> Iterator[None]:
    """One SimpleITK thread, and none of the lines that PyRadiomics logs for every image; put back afterwards."""
    import radiomics  # noqa: F401 - it sets its logger's level when first imported
    from SimpleITK import ProcessObject

    threads: Any = ProcessObject
    loggers = [logging.getLogger("radiomics"), logging.getLogger("pykwalify")]
    before = [logger.level for logger in loggers], threads.GetGlobalDefaultNumberOfThreads()
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    threads.SetGlobalDefaultNumberOfThreads(1)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before[0], strict=True):
            logger.setLevel(level)
        threads.SetGlobalDefaultNumberOfThreads(before[1])
