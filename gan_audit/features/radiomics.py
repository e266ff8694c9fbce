"""The space `radiomics`: PyRadiomics' first-order and texture features, as PyRadiomics computes them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from math import floor, log10
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from gan_audit.errors import UsageError
from gan_audit.features import radiomics_engine as engine
from gan_audit.features.base import Options, Unavailable
from gan_audit.features.intensity import Intensities, grey, intensities
from gan_audit.types import FloatArray, Image, ImageSet, Space

GREY_LEVELS = 32
"""Grey levels that the median real image is cut into; PyRadiomics recommends 16 to 128."""
REMEDY = (
    "Run `make install` in a checkout of gan-audit, or: pip install numpy versioneer wheel 'setuptools<82' "
    "&& pip install --no-build-isolation pyradiomics==3.0.1"
)


@dataclass(frozen=True)
class Radiomics:
    """93 features of PyRadiomics' classes firstorder, glcm, glrlm, glszm, gldm and ngtdm on the unfiltered image.

    The region is the image's mask, else the whole image. An image of one slice is evaluated in 2-D (`force2D`),
    a volume in 3-D. Colour is turned into luminance first. Grey values keep their unit, and are cut into levels of one
    width for all sets, chosen from the real set: the median real image has about 32. With a parameter file all of
    PyRadiomics' settings, filters and classes apply instead, the file's bin width (PyRadiomics' 25 without one) too;
    a whole image is then padded by one pixel, repeated from its edge, because PyRadiomics wants background.
    A feature that PyRadiomics leaves undefined (in a flat region) is NaN.
    Misleads where the sets differ in pixel size or intensity scale: most features follow both.
    Source: van Griethuysen et al., Cancer Research 77 (2017); definitions in PyRadiomics' documentation.
    """

    bin_width: float | None = None
    """Width of a grey level, in stored units; None until `fit`, and with a parameter file."""
    settings: str | None = None
    """The parameter file's content as JSON; None without one."""
    name: ClassVar[str] = "radiomics"
    revision: ClassVar[int] = 1
    uses: ClassVar[frozenset[str]] = frozenset({"fidelity", "copies", "marginals"})
    standardize: ClassVar[bool] = True

    @classmethod
    def build(cls, options: Options) -> Radiomics | Unavailable:
        """Unavailable without PyRadiomics; UsageError where the parameter file is wrong."""
        try:
            engine.version()
        except ImportError as error:
            missing = f"no module named {error.name}" if isinstance(error, ModuleNotFoundError) else "it is damaged"
            return Unavailable(cls.name, f"PyRadiomics cannot be imported ({missing}).", REMEDY)
        return cls(settings=_read(options.radiomics_params) if options.radiomics_params else None)

    def fit(self, real: ImageSet) -> Radiomics:
        """Chooses the width of the grey levels, unless a parameter file rules."""
        return self if self.settings else replace(self, bin_width=level_width(intensities(real)))

    def describe(self, dimension: int) -> Space:
        """The settings, or the parameter file's content."""
        given = json.loads(self.settings) if self.settings else self._defaults()
        parameters = {**given, "colour": "luminance ITU-R 601", "region": "mask, else whole image"}
        extractor = f"PyRadiomics {engine.version()}"
        return Space(self.name, dimension, extractor, self.revision, parameters, None, self.uses, self.standardize)

    def _defaults(self) -> dict[str, Any]:
        setting = {"binWidth": self.bin_width, "distances": [1], "most_grey_levels": engine.MOST_GREY_LEVELS}
        return {"setting": setting, "imageType": {"Original": {}}, "featureClass": dict.fromkeys(engine.CLASSES)}

    def names(self, example: Image) -> tuple[str, ...]:
        """PyRadiomics' names: `original_glcm_Contrast`; with a parameter file, those that it yields on `example`."""
        if self.settings is None:
            return engine.default_names()
        return tuple(engine.execute(*_volume(example), self.settings))

    def __call__(self, image: Image) -> FloatArray:
        """(93,) or as many as the parameter file enables.

        Raises ValueError where the region is empty or a line, or has more than 512 grey levels.
        """
        if self.settings is not None:
            return np.array(list(engine.execute(*_volume(image), self.settings).values()), dtype=np.float64)
        if self.bin_width is None:
            raise ValueError("Expected an extractor fitted to the real set, got one without a bin width: call fit.")
        return engine.default_features(*_volume(image), self.bin_width)


def level_width(real: Intensities) -> float:
    """The median span in 32 levels, to two significant digits; whole and at least 1 where grey values are whole."""
    width = real.span / GREY_LEVELS
    if width <= 0:
        return 1.0
    width = round(width, 1 - floor(log10(width)))
    return float(max(1, round(width))) if real.whole else width


def _volume(image: Image) -> tuple[FloatArray, np.ndarray[Any, Any] | None, tuple[float, ...]]:
    """Grey values and mask as (D, H, W), and the spacing along those axes, 1 where unknown."""
    values = grey(image)
    spacing = image.spacing or (1.0,) * values.ndim
    if values.ndim == 3:
        return values, image.mask, spacing
    return values[None], None if image.mask is None else image.mask[None], (1.0, *spacing)


def _read(path: Path) -> str:
    if not path.is_file():
        raise UsageError(f"Expected a PyRadiomics parameter file, got {path}, which is not there.")
    try:
        return engine.parse(path)
    except Exception as error:
        message = " ".join(str(error).split())
        raise UsageError(
            f"Expected a PyRadiomics parameter file, got {path}, which PyRadiomics refuses: {message} "
            "Its documentation, under 'Customizing the Extraction', has the format and examples."
        ) from error
