"""Numbers as a reader sees them: three significant digits, a unit, and no rounding that changes what is said.

`0` is printed for zero alone and `100 %` for all alone; a value beside a limit is never rounded onto it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

DASH = "–"
"""Stands where there is no number."""
MOST_DIGITS = 17
"""Significant digits that tell any two floats apart."""
WRITTEN_DIGITS = 8
"""A limit with more digits than this was computed, not written by a person."""
FRACTIONS = frozenset({"fraction", "share", "proportion", "fraction of images"})
"""Units that are printed as a percentage."""

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float | None) -> str:
    """A plain decimal with three significant digits; powers of ten below 0.0001 and from a million on."""
    return DASH if value is None else _measured(value, "", None)


def count(value: int | None) -> str:
    """A whole number, thousands apart."""
    return DASH if value is None else _signed(_grouped(Decimal(value), 0))


def stated(value: float | None, unit: str = "", beside: Iterable[float] = ()) -> str:
    """A limit: as somebody wrote it, without padding, or to three digits where it was computed (see `line`)."""
    return DASH if value is None else _plain(line(value, unit, beside)) + suffix(unit)


def line(limit: float, unit: str = "", beside: Iterable[float] = ()) -> Decimal:
    """The limit as it is printed, with as many digits as keep each number in `beside` on its side of it."""
    exact = _scaled(limit, unit)
    if len(exact.normalize().as_tuple().digits) <= WRITTEN_DIGITS:
        return exact.normalize()
    others = [_scaled(other, unit) for other in beside]
    for digits in range(3, MOST_DIGITS):
        rounded = _round(exact, digits)
        if all(_side(other, rounded) == _side(other, exact) for other in others):
            return rounded
    return exact


def quantity(value: float | None, unit: str = "", limit: Decimal | None = None) -> str:
    """A measured number with its unit, with as many digits as it takes to stand on its side of the printed limit."""
    return DASH if value is None else _measured(value, unit, limit) + suffix(unit)


def interval(bounds: Sequence[float] | None, unit: str = "", limit: Decimal | None = None) -> str:
    """`0.91 to 1.04`, with the unit said once."""
    if bounds is None:
        return DASH
    low, high = (_measured(bound, unit, limit) for bound in bounds)
    return f"{low} to {high}{suffix(unit)}"


def p_value(value: float | None) -> str:
    """`0.0123`, or `< 0.0001`."""
    return "< 0.0001" if value is not None and value < 0.0001 else number(value)


def suffix(unit: str) -> str:
    """The unit as it follows a number, with the space before it."""
    name = "%" if unit in FRACTIONS else unit
    return f"\N{NO-BREAK SPACE}{name}" if name not in ("", "1", "ratio") else ""


def _measured(value: float, unit: str, limit: Decimal | None) -> str:
    scaled = _scaled(value, unit)
    exact = _round(scaled, 3)
    for digits in range(3, MOST_DIGITS + 1):
        exact = _round(scaled, digits)
        all_of_it = exact >= 100 > scaled and suffix(unit).endswith("%")
        crossed = limit is not None and _side(exact, limit) != _side(scaled, limit)
        if not all_of_it and not crossed:
            return _written(exact, digits)
    return _written(exact, MOST_DIGITS)


def _scaled(value: float, unit: str) -> Decimal:
    """The number that is printed, exact: a float's shortest decimal, times 100 for a percentage."""
    return Decimal(repr(value)) * (100 if unit in FRACTIONS else 1)


def _round(value: Decimal, digits: int) -> Decimal:
    """`digits` significant digits, and never less than the whole number below a million."""
    if not value:
        return value
    exponent = value.adjusted()
    if digits - 1 < exponent < 6:
        return round(value, 0)
    return round(value.scaleb(-exponent), digits - 1).scaleb(exponent)


def _side(value: Decimal, limit: Decimal) -> int:
    return (value > limit) - (value < limit)


def _written(exact: Decimal, digits: int) -> str:
    """A rounded number with its padding zeros: they say how exact it is."""
    if not exact:
        return "0"
    exponent = exact.adjusted()
    if -4 <= exponent < 6:
        return _signed(_grouped(exact, max(0, digits - 1 - exponent)))
    return _signed(f"{exact.scaleb(-exponent):.{digits - 1}f}{_power(exponent)}")


def _plain(exact: Decimal) -> str:
    exponent = exact.adjusted()
    if -7 < exponent < 7:
        return _signed(_grouped(exact, max(0, -int(exact.as_tuple().exponent))))
    return _signed(f"{exact.scaleb(-exponent):f}{_power(exponent)}")


def _power(exponent: int) -> str:
    return f" × 10{str(exponent).translate(_SUPERSCRIPT)}"


def _grouped(value: Decimal, places: int) -> str:
    text = f"{value:,.{places}f}"
    return text.replace(",", "\N{NARROW NO-BREAK SPACE}") if abs(value) >= 10_000 else text.replace(",", "")


def _signed(text: str) -> str:
    return text.replace("-", "−")
