"""Matrices and densities."""

from __future__ import annotations

from collections import defaultdict

from gan_audit.report.charts.spec import Contours, Heatmap, Surface, styles
from gan_audit.report.charts.svg.axes import Box, Scale, frame, legend, legend_height, ticks
from gan_audit.report.charts.svg.canvas import DASHES, INK, LETTER, MUTED, WIDTH, Canvas, short
from gan_audit.report.charts.svg.isolines import isolines

MOST_NAMES = 40
"""Rows or columns that are still named; beyond, the axis says how many there are."""
SHADES = 21
"""Colours of a scale; odd, so that a diverging one has a middle."""
DIVERGING = ((33, 102, 172), (247, 247, 247), (178, 24, 43))
SEQUENTIAL = ((247, 251, 255), (107, 174, 214), (8, 48, 107))


def heatmap(plot: Heatmap) -> str:
    """A matrix of coloured cells, with numbers where they fit, and the scale to the right."""
    left = _name_room(plot.y_names)
    below = _name_room(plot.x_names)
    cell = min((WIDTH - 96 - left) / len(plot.x_names), 520 / len(plot.y_names), 44.0)
    box = Box(left, 26, left + cell * len(plot.x_names), 26 + cell * len(plot.y_names))
    canvas = Canvas(box.bottom + below + 30)
    _cells(canvas, plot, box, cell)
    _names(canvas, plot, box, cell)
    _numbers(canvas, plot, box, cell)
    _colour_bar(canvas, plot, box)
    box.draw(canvas, fill="none", stroke=MUTED)
    canvas.text(box.left, box.bottom + below + 18, _axis(plot.x_label, plot.x_names, "columns"))
    canvas.text(4, 14, _axis(plot.y_label, plot.y_names, "rows"))
    return canvas.svg()


def contours(plot: Contours) -> str:
    """Lines of equal density for every series, at the same shares of its own peak."""
    names = [surface.name for surface in plot.series]
    top = legend_height(names) + 30
    box = Box(58, top, WIDTH - 14, top + 380)
    canvas = Canvas(box.bottom + 44)
    across = [x for surface in plot.series for x in surface.x]
    up = [y for surface in plot.series for y in surface.y]
    x, y = Scale(min(across), max(across), box.left, box.right), Scale(min(up), max(up), box.bottom, box.top)
    frame(canvas, box, x, y, (plot.x_label, plot.y_label))
    legend(canvas, names, styles(names))
    for surface, style in zip(plot.series, styles(names), strict=True):
        for share in plot.levels:
            for line in isolines(surface, share * _peak(surface)):
                points = [(x(a), y(b)) for a, b in line]
                canvas.polyline(points, stroke=style.colour, stroke_width=1.5, stroke_dasharray=DASHES[style.dash])
    return canvas.svg()


def colour(share: float, diverging: bool) -> str:
    """Colour at a place in [0, 1] of the scale, as `#rrggbb`."""
    ends = DIVERGING if diverging else SEQUENTIAL
    part, first = (share * 2, 0) if share < 0.5 else (share * 2 - 1, 1)
    mixed = (a + (b - a) * part for a, b in zip(ends[first], ends[first + 1], strict=True))
    return "#" + "".join(f"{round(channel):02x}" for channel in mixed)


def _shade(plot: Heatmap, value: float) -> int:
    low, high = plot.limits
    return min(SHADES - 1, max(0, round((value - low) / (high - low) * (SHADES - 1))))


def _cells(canvas: Canvas, plot: Heatmap, box: Box, cell: float) -> None:
    """One path a shade: runs of equal cells are one stroke, so that a large matrix stays small."""
    box.draw(canvas, fill="#D5DAE1")
    runs: dict[int, list[str]] = defaultdict(list)
    for row, values in enumerate(plot.z):
        shades = [None if value is None else _shade(plot, value) for value in values]
        start = 0
        for end in range(1, len(shades) + 1):
            shade = shades[start]
            if end < len(shades) and shades[end] == shade:
                continue
            if shade is not None:
                runs[shade].append(f"M{start} {row}.5h{end - start}")
            start = end
    place = f"translate({short(box.left)} {short(box.top)}) scale({cell:.4f})"
    for shade in sorted(runs):
        stroke = colour(shade / (SHADES - 1), plot.diverging)
        canvas.add("path", d="".join(runs[shade]), stroke=stroke, transform=place, shape_rendering="crispEdges")


def _names(canvas: Canvas, plot: Heatmap, box: Box, cell: float) -> None:
    size = min(11.0, max(7.0, cell))
    for index, name in enumerate(plot.y_names if len(plot.y_names) <= MOST_NAMES else ()):
        canvas.text(box.left - 6, box.top + cell * (index + 0.5) + 3.5, name, text_anchor="end", font_size=size)
    for index, name in enumerate(plot.x_names if len(plot.x_names) <= MOST_NAMES else ()):
        x, y = box.left + cell * (index + 0.5) + 3.5, box.bottom + 6
        canvas.text(x, y, name, text_anchor="end", font_size=size, transform=f"rotate(-90 {short(x)} {short(y)})")


def _numbers(canvas: Canvas, plot: Heatmap, box: Box, cell: float) -> None:
    if cell < 34:
        return
    for row, values in enumerate(plot.z):
        for column, value in enumerate(values):
            if value is None:
                continue
            dark = _is_dark(_shade(plot, value) / (SHADES - 1), plot.diverging)
            x, y = box.left + cell * (column + 0.5), box.top + cell * (row + 0.5) + 4
            canvas.text(x, y, _brief(value), text_anchor="middle", fill="#FFFFFF" if dark else INK)


def _brief(value: float) -> str:
    """A number for a cell; `~0` for what would round to zero and is not."""
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:.3g}"
    return "~0" if value and not float(text) else text.replace("-", "−")


def _is_dark(share: float, diverging: bool) -> bool:
    return abs(share - 0.5) > 0.3 if diverging else share > 0.55


def _colour_bar(canvas: Canvas, plot: Heatmap, box: Box) -> None:
    low, high = plot.limits
    x, bottom = box.right + 20, max(box.bottom, box.top + 90)
    step = (bottom - box.top) / SHADES
    for shade in range(SHADES):
        y = bottom - step * (shade + 1)
        canvas.add("rect", x=x, y=y, width=13, height=step + 0.3, fill=colour(shade / (SHADES - 1), plot.diverging))
    scale = Scale(low, high, bottom, box.top)
    for value, text in ticks(low, high, 4):
        canvas.text(x + 19, scale(value) + 4, text, fill=MUTED)


def _name_room(names: tuple[str, ...]) -> float:
    return max(map(len, names)) * LETTER + 14 if len(names) <= MOST_NAMES else 14.0


def _axis(label: str, names: tuple[str, ...], noun: str) -> str:
    return label if len(names) <= MOST_NAMES else f"{label or noun.capitalize()} ({len(names)}; names in the table)"


def _peak(surface: Surface) -> float:
    return max(max(row) for row in surface.z)
