"""The values that each of PyRadiomics' settings may have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from gan_audit.errors import UsageError


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
