"""A result in one line of a table: value, interval, reference and limit on one axis."""

from __future__ import annotations

from gan_audit.report.charts.svg.axes import Scale, spread
from gan_audit.report.charts.svg.canvas import INK, Canvas

WIDTH, HEIGHT = 132.0, 22.0
COLOURS = {"not-met": "#9B1C1C", "met": "#1B6E3A", "inconclusive": "#7A4B00", "warning": "#7A4B00", "waived": "#7A4B00"}
"""State of a result to the colour of its dot; any other is grey."""
ALLOWED, REFERENCE, OTHER = "#DDEBE1", "#7B8794", "#4A5568"

Bounds = tuple[float, float]


def spark(
    value: float,
    bounds: Bounds | None,
    reference: Bounds | None,
    limit: tuple[str, float] | None,
    state: str,
) -> str:
    """The side of the limit that is allowed is shaded, the reference lies as a grey bar below the interval."""
    canvas = Canvas(HEIGHT, WIDTH)
    extent = spread([value, *(bounds or ()), *(reference or ()), *((limit[1],) if limit else ())], 0.12)
    x = Scale(*extent, 2, WIDTH - 2)
    if limit:
        place = x(limit[1])
        start, end = (2.0, place) if limit[0] == "<=" else (place, WIDTH - 2)
        canvas.add("rect", x=start, y=2, width=end - start, height=HEIGHT - 4, fill=ALLOWED)
        canvas.line(place, 1, place, HEIGHT - 1, stroke=INK, stroke_width=1.5)
    canvas.line(2, HEIGHT / 2, WIDTH - 2, HEIGHT / 2, stroke="#CBD2D9")
    if reference:
        start, end = x(reference[0]), max(x(reference[1]), x(reference[0]) + 2)
        canvas.line(start, 17, end, 17, stroke=REFERENCE, stroke_width=3)
    colour = COLOURS.get(state, OTHER)
    if bounds:
        canvas.line(x(bounds[0]), HEIGHT / 2, x(bounds[1]), HEIGHT / 2, stroke=colour, stroke_width=2.5)
    canvas.add("circle", cx=x(value), cy=HEIGHT / 2, r=4, fill=colour)
    return canvas.svg()
