"""Axes, their ticks, and the legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from gan_audit.report.charts.spec import Style, Value
from gan_audit.report.charts.svg.canvas import DASHES, GRID, INK, LETTER, MUTED, WIDTH, Canvas


@dataclass(frozen=True)
class Box:
    """The area the data are drawn in."""

    left: float
    top: float
    right: float
    bottom: float

    def draw(self, canvas: Canvas, **attributes: str | float) -> None:
        """The area as a rectangle."""
        canvas.add(
            "rect", x=self.left, y=self.top, width=self.right - self.left, height=self.bottom - self.top, **attributes
        )


@dataclass(frozen=True)
class Scale:
    """Maps [low, high] to [start, end]."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value on the page."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def spread(values: Iterable[Value], pad: float = 0.04) -> tuple[float, float]:
    """Smallest and largest value with a margin; never an empty range."""
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    margin = (high - low) * pad or abs(high) * 0.1 or 1.0
    return low - margin, high + margin


def ticks(low: float, high: float, wanted: int = 6) -> list[tuple[float, str]]:
    """Round values inside [low, high] with their labels."""
    raw = (high - low) / wanted
    power = 10.0 ** floor(log10(raw))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= raw * 0.999)
    values = [index * step for index in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
    return [(value, tick_label(value, step)) for value in values]


def tick_label(value: float, step: float) -> str:
    """A tick's value with as many decimals as its step needs."""
    if step >= 1e5 or step < 1e-4:
        return f"{value:.2g}".replace("-", "−")
    places = max(0, -floor(log10(step) + 1e-9))
    if places and round(step * 10**places, 6) % 1:
        places += 1
    return f"{value + 0.0:.{places}f}".replace("-", "−")


def frame(canvas: Canvas, box: Box, x: Scale, y: Scale | None, labels: tuple[str, str]) -> None:
    """Grid, ticks and the names of both axes; without a y scale the rows name themselves."""
    for value, text in ticks(x.low, x.high):
        canvas.line(x(value), box.top, x(value), box.bottom, stroke=GRID)
        canvas.text(x(value), box.bottom + 16, text, text_anchor="middle", fill=MUTED)
    if y:
        rows(canvas, box, y)
    canvas.line(box.left, box.bottom, box.right, box.bottom, stroke=MUTED)
    canvas.text((box.left + box.right) / 2, box.bottom + 34, labels[0], text_anchor="middle", fill=INK)
    canvas.text(4, box.top - 8, labels[1], fill=INK)


def rows(canvas: Canvas, box: Box, y: Scale) -> None:
    """The grid along the y axis."""
    for value, text in ticks(y.low, y.high, 5):
        canvas.line(box.left, y(value), box.right, y(value), stroke=GRID)
        canvas.text(box.left - 7, y(value) + 4, text, text_anchor="end", fill=MUTED)


def legend_height(names: Sequence[str]) -> float:
    """Height the legend takes."""
    return 18.0 * (1 + max(row for row, _ in _places(names))) if names else 0.0


def legend(canvas: Canvas, names: Sequence[str], styles: Sequence[Style], *, line: bool = True) -> None:
    """Samples of every series with its name, flowing from the top left."""
    for name, style, (row, x) in zip(names, styles, _places(names), strict=True):
        y = 13 + 18.0 * row
        if line:
            dashes = DASHES[style.dash]
            canvas.line(x, y - 4, x + 26, y - 4, stroke=style.colour, stroke_width=2, stroke_dasharray=dashes)
        else:
            swatch(canvas, (x + 8, y - 10, 14, 11), style)
        canvas.text(x + 32, y, name)


def swatch(canvas: Canvas, place: tuple[float, float, float, float], style: Style) -> None:
    """A filled rectangle (x, y, width, height); any style but the solid one is light with a dashed edge."""
    x, y, width, height = place
    edge = {} if style.dash == "solid" else {"fill_opacity": "0.25", "stroke_dasharray": DASHES[style.dash]}
    canvas.add("rect", x=x, y=y, width=width, height=height, fill=style.colour, stroke=style.colour, **edge)


def mark(canvas: Canvas, box: Box, x: Scale, value: float, text: str) -> None:
    """A vertical dashed line with its name at the top."""
    place = x(value)
    canvas.line(place, box.top, place, box.bottom, stroke=INK, stroke_dasharray="4 3")
    end = place + 4 + len(text) * LETTER > box.right
    canvas.text(place + (-4 if end else 4), box.top + 11, text, text_anchor="end" if end else "start", fill=INK)


def _places(names: Sequence[str]) -> list[tuple[int, float]]:
    places: list[tuple[int, float]] = []
    row, x = 0, 4.0
    for name in names:
        width = 32 + len(name) * LETTER + 18
        if places and x + width > WIDTH:
            row, x = row + 1, 4.0
        places.append((row, x))
        x += width
    return places
