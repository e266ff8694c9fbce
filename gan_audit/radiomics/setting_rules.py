"""The values that each of PyRadiomics' settings may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any

from gan_audit.errors import UsageError
from gan_audit.runtime.suggestions import did_you_mean


@dataclass(frozen=True)
class Kind:
    """What a setting may be."""

    says: str
    fits: Callable[[Any], bool]
    optional: bool = False
    """Whether null stands for none."""


def checked(name: str, value: Any) -> Any:
    """The value, lists as tuples; UsageError says what was expected."""
    kind = KINDS[name]
    if value is None and kind.optional:
        return None
    if not kind.fits(value):
        raise UsageError(f"Expected {kind.says} for PyRadiomics' setting {name}, got {value!r}.")
    return tuple(value) if isinstance(value, list | tuple) else value


def _number(low: float, strict: bool = True, high: float = inf, kinds: Any = (int, float)) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        right = isinstance(value, kinds) and not isinstance(value, bool)
        return right and (value > low if strict else value >= low) and value <= high and value < inf

    return fits


def _list(fits: Callable[[Any], bool], most: int = 1000) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list | tuple) and 0 < len(value) <= most and all(map(fits, value))


def _one_of(*words: str) -> Kind:
    return Kind("one of " + ", ".join(words), lambda value: value in words)


POSITIVE = Kind("a number above 0", _number(0))
POSITIVE_OR_NONE = Kind("a number above 0", _number(0), optional=True)
COUNT = Kind("a whole number above 0", _number(0, kinds=int))
COUNT_OR_NONE = Kind("a whole number above 0", _number(0, kinds=int), optional=True)
NATURAL = Kind("a whole number from 0", _number(0, strict=False, kinds=int))
SWITCH = Kind("true or false", lambda value: isinstance(value, bool))
WORD = Kind("a name", lambda value: isinstance(value, str) and bool(value))
KINDS = {
    "binWidth": POSITIVE,
    "binCount": COUNT_OR_NONE,
    "distances": Kind("a list of whole numbers above 0", _list(COUNT.fits)),
    "symmetricalGLCM": SWITCH,
    "weightingNorm": Kind(
        "one of manhattan, euclidean, infinity, no_weighting, or null",
        lambda value: value in ("manhattan", "euclidean", "infinity", "no_weighting"),
        optional=True,
    ),
    "gldm_a": NATURAL,
    "voxelArrayShift": Kind("a whole number", _number(-inf, kinds=int)),
    "force2D": SWITCH,
    "force2Ddimension": Kind("0, 1 or 2", _number(0, strict=False, high=2, kinds=int)),
    "minimumROIDimensions": Kind("1, 2 or 3", _number(1, strict=False, high=3, kinds=int)),
    "minimumROISize": COUNT_OR_NONE,
    "normalize": SWITCH,
    "normalizeScale": POSITIVE,
    "removeOutliers": POSITIVE_OR_NONE,
    "resampledPixelSpacing": Kind(
        "two or three numbers from 0", _list(_number(0, strict=False), most=3), optional=True
    ),
    "interpolator": Kind("the name of one of SimpleITK's interpolators", WORD.fits, optional=True),
    "preCrop": SWITCH,
    "padDistance": NATURAL,
    "resegmentRange": Kind("one or two numbers", _list(_number(-inf), most=2), optional=True),
    "resegmentMode": _one_of("absolute", "relative", "sigma"),
    "resegmentShape": SWITCH,
    "sigma": Kind("a list of numbers above 0", _list(POSITIVE.fits)),
    "wavelet": WORD,
    "start_level": NATURAL,
    "level": COUNT,
    "gradientUseSpacing": SWITCH,
}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CLASSES = {
    "firstorder": _words(
        "10Percentile 90Percentile Energy Entropy InterquartileRange Kurtosis Maximum MeanAbsoluteDeviation Mean "
        "Median Minimum Range RobustMeanAbsoluteDeviation RootMeanSquared Skewness TotalEnergy Uniformity "
        "Variance"
    ),
    "glcm": _words(
        "Autocorrelation ClusterProminence ClusterShade ClusterTendency Contrast Correlation DifferenceAverage "
        "DifferenceEntropy DifferenceVariance Id Idm Idmn Idn Imc1 Imc2 InverseVariance JointAverage JointEnergy "
        "JointEntropy MCC MaximumProbability SumAverage SumEntropy SumSquares"
    ),
    "glrlm": _words(
        "GrayLevelNonUniformity GrayLevelNonUniformityNormalized GrayLevelVariance HighGrayLevelRunEmphasis "
        "LongRunEmphasis LongRunHighGrayLevelEmphasis LongRunLowGrayLevelEmphasis LowGrayLevelRunEmphasis "
        "RunEntropy RunLengthNonUniformity RunLengthNonUniformityNormalized RunPercentage RunVariance "
        "ShortRunEmphasis ShortRunHighGrayLevelEmphasis ShortRunLowGrayLevelEmphasis"
    ),
    "glszm": _words(
        "GrayLevelNonUniformity GrayLevelNonUniformityNormalized GrayLevelVariance HighGrayLevelZoneEmphasis "
        "LargeAreaEmphasis LargeAreaHighGrayLevelEmphasis LargeAreaLowGrayLevelEmphasis LowGrayLevelZoneEmphasis "
        "SizeZoneNonUniformity SizeZoneNonUniformityNormalized SmallAreaEmphasis SmallAreaHighGrayLevelEmphasis "
        "SmallAreaLowGrayLevelEmphasis ZoneEntropy ZonePercentage ZoneVariance"
    ),
    "gldm": _words(
        "DependenceEntropy DependenceNonUniformity DependenceNonUniformityNormalized DependenceVariance "
        "GrayLevelNonUniformity GrayLevelVariance HighGrayLevelEmphasis LargeDependenceEmphasis "
        "LargeDependenceHighGrayLevelEmphasis LargeDependenceLowGrayLevelEmphasis LowGrayLevelEmphasis "
        "SmallDependenceEmphasis SmallDependenceHighGrayLevelEmphasis SmallDependenceLowGrayLevelEmphasis"
    ),
    "ngtdm": _words("Busyness Coarseness Complexity Contrast Strength"),
}
"""The 93 features of grey values, in PyRadiomics' order."""


SHAPES = {
    "shape": _words(
        "Elongation Flatness LeastAxisLength MajorAxisLength Maximum2DDiameterColumn Maximum2DDiameterRow "
        "Maximum2DDiameterSlice Maximum3DDiameter MeshVolume MinorAxisLength Sphericity SurfaceArea "
        "SurfaceVolumeRatio VoxelVolume"
    ),
    "shape2D": _words(
        "Elongation MajorAxisLength MaximumDiameter MeshSurface MinorAxisLength Perimeter PerimeterSurfaceRatio "
        "PixelSurface Sphericity"
    ),
}
"""Features of the region's outline: `shape` of a volume, `shape2D` of a 2-D image."""


FILTERS = ("Original", "LoG", "Wavelet", "Square", "SquareRoot", "Logarithm", "Exponential", "Gradient")


def known(name: str, names: Iterable[str], what: str) -> str:
    """The name, if it is one of the names; else UsageError with the nearest."""
    names = list(names)
    if name in names:
        return name
    hint = did_you_mean(str(name), names) or f" Known are {', '.join(names)}."
    raise UsageError(f"Expected a {what} that this engine knows, got {name!r}.{hint}")


def named(kind: str, features: Any) -> tuple[str, ...]:
    """The features asked for, none for all of the class."""
    if features is None:
        return ()
    if not isinstance(features, list | tuple):
        raise UsageError(f"Expected a list of features under {kind}, or nothing for all of them, got {features!r}.")
    every = (CLASSES | SHAPES)[kind]
    return tuple(known(str(name), every, f"feature of {kind}") for name in features)
