"""The figures of audit.json as checked values: five kinds, every label harmless and short, every number finite."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any, ClassVar

from gan_audit.report.text import clean, label

MOST_POINTS = 500
"""Points of a curve that are drawn; a longer curve is thinned evenly, both ends kept."""
MOST_ROWS = 40
"""Rows of a forest plot that are drawn; its table holds them all."""

Value = float | None


@dataclass(frozen=True)
class Style:
    """How a series is told apart, in colour and without."""

    colour: str
    dash: str
    """Plotly's name: solid, dash, dot, dashdot."""


@dataclass(frozen=True)
class Mark:
    """A vertical line at a value of the x axis."""

    x: float
    label: str


@dataclass(frozen=True)
class Curve:
    """A line; a None breaks it."""

    name: str
    x: tuple[Value, ...]
    y: tuple[Value, ...]


@dataclass(frozen=True)
class Bar:
    """One value for each category."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Span:
    """A value and its interval."""

    name: str
    value: Value
    low: Value
    high: Value
    group: str
    limit: Value = None
    """A limit of this row's own."""


@dataclass(frozen=True)
class Surface:
    """A density over a grid: z[row of y][column of x]."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    z: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Plot:
    """What every kind has."""

    title: str
    caption: str
    x_label: str
    y_label: str


@dataclass(frozen=True)
class Lines(Plot):
    """Curves over a common axis."""

    series: tuple[Curve, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Bars(Plot):
    """Groups of bars."""

    categories: tuple[str, ...]
    series: tuple[Bar, ...]


@dataclass(frozen=True)
class Heatmap(Plot):
    """A matrix in colours: z[row of y][column of x], None where there is no value."""

    x_names: tuple[str, ...]
    y_names: tuple[str, ...]
    z: tuple[tuple[Value, ...], ...]
    diverging: bool

    @cached_property
    def limits(self) -> tuple[float, float]:
        """Ends of the colour scale; symmetric about 0 for a diverging one."""
        values = [value for row in self.z for value in row if value is not None]
        if self.diverging:
            size = max(map(abs, values)) or 1.0
            return -size, size
        low = min(0.0, *values) if len(values) > 1 else min(0.0, values[0])
        return low, max(values) if max(values) > low else low + 1.0


@dataclass(frozen=True)
class Intervals(Plot):
    """A forest plot: one row for each name."""

    rows: tuple[Span, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in order of appearance."""
        return tuple(dict.fromkeys(row.group for row in self.rows))


@dataclass(frozen=True)
class Contours(Plot):
    """Lines of equal density."""

    series: tuple[Surface, ...]
    levels: ClassVar[tuple[float, ...]] = (0.1, 0.3, 0.5, 0.7, 0.9)
    """Shares of each series' own peak."""


def parse(figure: Mapping[str, Any]) -> Plot:
    """A figure of audit.json as one of the five kinds.

    Raises ValueError, with what was expected, where it is none of them, is inconsistent or holds no number.
    """
    kind = figure.get("kind")
    if not isinstance(kind, str) or kind not in _PARSERS:
        raise ValueError(f"expected a figure of kind {', '.join(_PARSERS)}, got {clean(kind, 40)}")
    head = {key: clean(figure.get(key, ""), 600) for key in ("title", "caption", "x_label", "y_label")}
    try:
        return _PARSERS[kind](figure, head)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a figure of kind {kind} lacks {clean(error, 80)}") from error


def styles(names: Sequence[str]) -> list[Style]:
    """One style a series: fixed ones for real, synthetic and holdout, then whatever is free."""
    free = iter(_OTHERS * len(names))
    return [_STYLES.get(name.split()[0].lower() if name.split() else "") or next(free) for name in names]


_STYLES = {
    "real": Style("#0072B2", "solid"),
    "synthetic": Style("#C44E00", "dash"),
    "holdout": Style("#00735C", "dot"),
}
_OTHERS = [Style("#6A3D9A", "dashdot"), Style("#4A5568", "solid"), Style("#8C510A", "dash"), Style("#9B1C1C", "dot")]


def _value(value: Any) -> Value:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"expected a number, got {clean(value, 40)}")
    return float(value)


def _number(value: Any) -> float:
    found = _value(value)
    if found is None:
        raise ValueError("expected a number, got null")
    return found


def _same(*lengths: int) -> None:
    if len(set(lengths)) > 1:
        raise ValueError(f"expected lists of one length, got {', '.join(map(str, lengths))}")


def _filled(rows: Sequence[Sequence[Value]]) -> None:
    if not any(value is not None for row in rows for value in row):
        raise ValueError("there is no number to draw")


def _marks(figure: Mapping[str, Any]) -> tuple[Mark, ...]:
    return tuple(Mark(_number(mark["x"]), label(mark.get("label", ""))) for mark in figure.get("vlines") or ())


def _curve(series: Mapping[str, Any]) -> Curve:
    x, y = series["x"], series["y"]
    _same(len(x), len(y))
    size = len(x)
    kept = range(size) if size <= MOST_POINTS else [i * (size - 1) // (MOST_POINTS - 1) for i in range(MOST_POINTS)]
    return Curve(label(series["name"]), tuple(_value(x[i]) for i in kept), tuple(_value(y[i]) for i in kept))


def _lines(figure: Mapping[str, Any], head: dict[str, str]) -> Lines:
    series = tuple(_curve(item) for item in figure["series"])
    _filled([[x if y is not None else None for x, y in zip(curve.x, curve.y, strict=True)] for curve in series])
    return Lines(**head, series=series, marks=_marks(figure))


def _bars(figure: Mapping[str, Any], head: dict[str, str]) -> Bars:
    categories = tuple(label(name) for name in figure["categories"])
    series = tuple(Bar(label(item["name"]), tuple(_value(v) for v in item["values"])) for item in figure["series"])
    _same(len(categories), *(len(bar.values) for bar in series))
    _filled([bar.values for bar in series])
    return Bars(**head, categories=categories, series=series)


def _heatmap(figure: Mapping[str, Any], head: dict[str, str]) -> Heatmap:
    x_names, y_names = (tuple(label(name) for name in figure[key]) for key in ("x_names", "y_names"))
    z = tuple(tuple(_value(value) for value in row) for row in figure["z"])
    _same(len(y_names), len(z))
    _same(len(x_names), *(len(row) for row in z))
    _filled(z)
    return Heatmap(**head, x_names=x_names, y_names=y_names, z=z, diverging=bool(figure.get("diverging")))


def _span(row: Mapping[str, Any]) -> Span:
    low, high = (_value(row.get(key)) for key in ("low", "high"))
    return Span(label(row["name"]), _value(row["value"]), low, high, label(row.get("group") or ""))


def _intervals(figure: Mapping[str, Any], head: dict[str, str]) -> Intervals:
    rows = tuple(_span(row) for row in figure["rows"])
    _filled([[row.value for row in rows]])
    return Intervals(**head, rows=rows, marks=_marks(figure))


def _surface(series: Mapping[str, Any]) -> Surface:
    x, y = (tuple(_number(value) for value in series[key]) for key in ("x", "y"))
    z = tuple(tuple(_number(value) for value in row) for row in series["z"])
    _same(len(y), len(z))
    _same(len(x), *(len(row) for row in z))
    if len(x) < 2 or len(y) < 2 or list(x) != sorted(set(x)) or list(y) != sorted(set(y)):
        raise ValueError("a density needs a rising grid of at least two by two")
    return Surface(label(series["name"]), x, y, z)


def _contours(figure: Mapping[str, Any], head: dict[str, str]) -> Contours:
    series = tuple(_surface(item) for item in figure["series"])
    _filled([row for surface in series for row in surface.z])
    return Contours(**head, series=series)


_PARSERS: dict[Any, Callable[[Mapping[str, Any], dict[str, str]], Plot]] = {
    "lines": _lines,
    "bars": _bars,
    "heatmap": _heatmap,
    "intervals": _intervals,
    "contours": _contours,
}
