"""The static drawings: well-formed, the same every time, and drawn where the numbers are."""

from __future__ import annotations

import math
import random
import re
from xml.etree import ElementTree

import pytest
from report_pictures import bars, contours, ecdf, forest, heatmap

from gan_audit.report.charts.spec import Surface, parse
from gan_audit.report.charts.svg import draw, spark
from gan_audit.report.charts.svg.axes import Scale, spread, ticks
from gan_audit.report.charts.svg.fields import SHADES, colour
from gan_audit.report.charts.svg.isolines import isolines

SVG = "{http://www.w3.org/2000/svg}"
MAKERS = {
    "lines": lambda: ecdf(random.Random(1)),
    "bars": lambda: bars(random.Random(1)),
    "heatmap": lambda: heatmap(random.Random(1), [f"f{i}" for i in range(50)]),
    "intervals": lambda: forest(random.Random(1), ["a", "b"]),
    "contours": lambda: contours(12),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_drawing_is_well_formed_and_repeats_byte_for_byte(kind):
    first, second = draw(parse(MAKERS[kind]())), draw(parse(MAKERS[kind]()))
    assert first == second
    root = ElementTree.fromstring(first)
    width, height = map(float, root.get("viewBox", "").split()[2:])
    assert (width, height) == (float(root.get("width", "")), float(root.get("height", "")))


@pytest.mark.parametrize("kind", MAKERS)
def test_foreign_names_are_text_and_nothing_else(kind):
    source = MAKERS[kind]()
    for key in ("x_label", "y_label"):
        source[key] = "</svg><script>alert(1)</script>\x00"
    drawn = draw(parse(source))
    assert "<script" not in drawn
    assert "\x00" not in drawn
    ElementTree.fromstring(drawn)


def test_a_bar_is_as_high_as_its_value():
    source = {"kind": "bars", "categories": ["a", "b"], "series": [{"name": "real", "values": [1.0, 0.25]}]}
    rects = ElementTree.fromstring(draw(parse(source))).findall(f"{SVG}rect")
    swatch, tall, low = (float(rect.get("height", "")) for rect in rects)
    assert low == pytest.approx(tall / 4, abs=0.1)
    assert swatch == 11


def test_a_missing_value_breaks_a_line():
    source = {"kind": "lines", "series": [{"name": "real", "x": [0, 1, 2, 3, 4], "y": [0, 1, None, 3, 4]}]}
    curve = next(
        p
        for p in ElementTree.fromstring(draw(parse(source))).iter(f"{SVG}path")
        if p.get("stroke") == "#0072B2" and p.get("fill")
    )
    assert curve.get("d", "").count("M") == 2


def test_a_missing_cell_has_no_colour_of_the_scale():
    source = {"kind": "heatmap", "x_names": ["a", "b"], "y_names": ["c"], "z": [[1.0, None]]}
    paths = [p for p in ElementTree.fromstring(draw(parse(source))).iter(f"{SVG}path") if p.get("shape-rendering")]
    assert [path.get("d") for path in paths] == ["M0 0.5h1"]


def test_a_diverging_scale_is_symmetric_about_zero():
    source = {"kind": "heatmap", "x_names": ["a", "b"], "y_names": ["c"], "z": [[-0.1, 0.4]], "diverging": True}
    plot = parse(source)
    assert plot.limits == (-0.4, 0.4)
    assert colour(0.5, True) == "#f7f7f7"
    assert len({colour(shade / (SHADES - 1), True) for shade in range(SHADES)}) == SHADES


def test_isolines_of_a_cone_are_circles():
    grid = tuple(-2 + 4 * i / 80 for i in range(81))
    cone = Surface("cone", grid, grid, tuple(tuple(-math.hypot(x, y) for x in grid) for y in grid))
    (line,) = isolines(cone, -1.0)
    assert line[0] == line[-1]
    assert all(math.hypot(x, y) == pytest.approx(1.0, abs=2e-3) for x, y in line)


def test_isolines_that_leave_the_grid_are_open():
    slope = Surface("slope", (0.0, 1.0, 2.0), (0.0, 1.0, 2.0), tuple((0.0, 1.0, 2.0) for _ in range(3)))
    (line,) = isolines(slope, 0.5)
    assert sorted(line) == [(0.5, 0.0), (0.5, 1.0), (0.5, 2.0)]


def test_two_peaks_have_two_lines_and_a_saddle_loses_none():
    grid = tuple(float(i) for i in range(9))
    peaks = {(2, 2), (6, 6)}
    surface = Surface("two", grid, grid, tuple(tuple(float((i, j) in peaks) for j in range(9)) for i in range(9)))
    assert len(list(isolines(surface, 0.5))) == 2
    saddle = Surface("saddle", (0.0, 1.0), (0.0, 1.0), ((1.0, 0.0), (0.0, 1.0)))
    assert len(list(isolines(saddle, 0.5))) == 2


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3, 3), (0.998, 1.0), (1e-6, 2e-6), (0, 2e7), (-0.05, 0.05)])
def test_ticks_lie_inside_and_are_told_apart(low, high):
    found = ticks(low, high)
    assert 2 <= len(found) <= 9
    assert all(low - 1e-9 <= value <= high + 1e-9 for value, _ in found)
    assert len({text for _, text in found}) == len(found)


def test_a_range_is_never_empty():
    low, high = spread([3.0, 3.0])
    assert low < 3.0 < high
    assert Scale(low, high, 0, 100)(3.0) == pytest.approx(50)


@pytest.mark.parametrize(("operator", "side"), [("<=", "left"), (">=", "right")])
def test_the_allowed_side_of_a_limit_is_shaded(operator, side):
    drawn = spark(0.5, (0.4, 0.6), None, (operator, 0.5), "inconclusive")
    shaded, dot = re.search(r'<rect x="([\d.]+)"', drawn), re.search(r'<circle cx="([\d.]+)"', drawn)
    assert shaded
    assert dot
    assert (float(shaded[1]) < float(dot[1])) == (side == "left")
