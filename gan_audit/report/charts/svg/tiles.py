"""Results in a grid: the same shapes as the badges, so that they are told apart without colour."""

from __future__ import annotations

from gan_audit.report.charts.svg.axes import Box
from gan_audit.report.charts.svg.canvas import GRID, LETTER, MUTED, WIDTH, Canvas, short
from gan_audit.report.charts.verdict_grid import COLOURS, GREY, Tile, VerdictGrid
from gan_audit.report.words import STATES

TINTS = {"not-met": "#F8DFDF", "met": "#E3F1E7", "inconclusive": "#FBEFD8", "warning": "#FBEFD8", "waived": "#FBEFD8"}
"""State to the ground of its tile; any other is white."""
SIZE, SMALL = 11.0, 9.0
"""Sizes of letters: beside the shape, and below it where the columns are narrow."""
ICON = 13.0
WIDE = 74.0
"""Width of a column from which on the value stands beside the shape."""
NARROWEST, WIDEST = 16.0, 128.0


def tiles(grid: VerdictGrid) -> str:
    """A tile a result, with the class above and the check to the left."""
    left = max(map(len, grid.y_names)) * LETTER * SMALL / SIZE + 12
    step = max(NARROWEST, min(WIDEST, (WIDTH - left - 4) / len(grid.x_names)))
    beside = step >= WIDE
    down = 22.0 if beside else 30.0
    legend = 20.0 * (1 + max(row for row, _ in _legend_places(grid)))
    turned = max(map(len, grid.x_names)) * LETTER > step
    top = legend + 10 + (max(map(len, grid.x_names)) * LETTER + 6 if turned else 18)
    box = Box(left, top, left + step * len(grid.x_names), top + down * len(grid.y_names))
    canvas = Canvas(box.bottom + 4, max(WIDTH, box.right + 4))
    _legend(canvas, grid)
    _names(canvas, grid, box, (step, down), turned)
    _grounds(canvas, grid, box, (step, down))
    for row, line in enumerate(grid.tiles):
        for column, tile in enumerate(line):
            if tile:
                place = (box.left + step * column, box.top + down * row)
                _tile(canvas, tile, place, (step, down), beside)
    _rules(canvas, box, (step, down), (len(grid.x_names), len(grid.y_names)))
    return canvas.svg()


def _rules(canvas: Canvas, box: Box, steps: tuple[float, float], counts: tuple[int, int]) -> None:
    lines = [f"M{short(box.left + steps[0] * i)} {short(box.top)}V{short(box.bottom)}" for i in range(counts[0] + 1)]
    lines += [f"M{short(box.left)} {short(box.top + steps[1] * i)}H{short(box.right)}" for i in range(counts[1] + 1)]
    canvas.add("path", d="".join(lines), stroke=GRID, fill="none")


def _grounds(canvas: Canvas, grid: VerdictGrid, box: Box, steps: tuple[float, float]) -> None:
    """One path for each state."""
    across, down = steps
    size = f"h{short(across)}v{short(down)}h-{short(across)}z"
    for state in grid.states:
        corners = [
            f"M{short(box.left + across * column)} {short(box.top + down * row)}{size}"
            for row, line in enumerate(grid.tiles)
            for column, tile in enumerate(line)
            if tile and tile.state == state
        ]
        if state in TINTS:
            canvas.add("path", d="".join(corners), fill=TINTS[state])


def _tile(canvas: Canvas, tile: Tile, place: tuple[float, float], size: tuple[float, float], beside: bool) -> None:
    (x, y), (width, height) = place, size
    if beside:
        _icon(canvas, tile.state, x + 7, y + (height - ICON) / 2)
        canvas.text(x + width - 7, y + height / 2 + 4, tile.text, text_anchor="end")
        return
    numbered = bool(tile.text) and len(tile.text) * LETTER * SMALL / SIZE <= width - 2
    _icon(canvas, tile.state, x + (width - ICON) / 2, y + (3 if numbered else (height - ICON) / 2))
    if numbered:
        canvas.text(x + width / 2, y + height - 4, tile.text, text_anchor="middle", font_size=SMALL)


def _names(canvas: Canvas, grid: VerdictGrid, box: Box, steps: tuple[float, float], turned: bool) -> None:
    for row, name in enumerate(grid.y_names):
        y = box.top + steps[1] * (row + 0.5) + 3.5
        canvas.text(box.left - 6, y, name, text_anchor="end", font_size=SMALL)
    for column, name in enumerate(grid.x_names):
        x = box.left + steps[0] * (column + 0.5)
        if turned:
            turn = f"rotate(-90 {short(x + 4)} {short(box.top - 6)})"
            canvas.text(x + 4, box.top - 6, name, transform=turn)
        else:
            canvas.text(x, box.top - 6, name, text_anchor="middle")


def _legend(canvas: Canvas, grid: VerdictGrid) -> None:
    for state, (row, x) in zip(grid.states, _legend_places(grid), strict=True):
        _icon(canvas, state, x, 20.0 * row + 3)
        canvas.text(x + ICON + 5, 20.0 * row + 14, STATES[state], fill=MUTED)


def _icon(canvas: Canvas, state: str, x: float, y: float) -> None:
    canvas.add("use", href=f"#icon-{state}", x=x, y=y, width=ICON, height=ICON, color=COLOURS.get(state, GREY))


def _legend_places(grid: VerdictGrid) -> list[tuple[int, float]]:
    places: list[tuple[int, float]] = []
    row, x = 0, 4.0
    for state in grid.states:
        width = ICON + len(STATES[state]) * LETTER + 22
        if places and x + width > WIDTH:
            row, x = row + 1, 4.0
        places.append((row, x))
        x += width
    return places
