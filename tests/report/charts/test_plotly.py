"""Figures of a document are checked before anything is drawn."""

from __future__ import annotations

import random

import pytest
from report_pictures import bars, contours, ecdf, forest, heatmap

from gan_audit.report.charts.spec import MOST_POINTS, MOST_ROWS, Lines, parse, styles
from gan_audit.report.figures import figure

RNG = random.Random(3)
KINDS = {
    "lines": ecdf(RNG),
    "bars": bars(RNG),
    "heatmap": heatmap(RNG, ["a", "b", "c"]),
    "intervals": forest(RNG, ["a", "b", "c"]),
    "contours": contours(8),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_in_three_ways(kind):
    drawn = figure(KINDS[kind], "figure-1", "/checks/0/details/figures/0")
    assert drawn.svg.startswith("<svg")
    assert drawn.live["data"]
    assert drawn.table.rows


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", [{"series": None, "rows": None, "z": None}, {"x_names": 3, "series": 3, "rows": 3}])
def test_a_figure_without_its_data_is_refused(kind, change):
    with pytest.raises(ValueError, match=r"lacks|expected"):
        parse({**KINDS[kind], **change})


@pytest.mark.parametrize("value", ["0.5", True, float("nan"), float("inf"), [1.0]])
def test_a_value_that_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="expected a number"):
        parse({"kind": "bars", "categories": ["a"], "series": [{"name": "s", "values": [value]}]})


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match="got pie"):
        parse({"kind": "pie"})


def test_lists_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="one length"):
        parse({"kind": "lines", "series": [{"name": "s", "x": [1, 2], "y": [1]}]})
    with pytest.raises(ValueError, match="one length"):
        parse({"kind": "heatmap", "x_names": ["a"], "y_names": ["a"], "z": [[1, 2]]})


def test_a_figure_without_a_number_is_refused():
    with pytest.raises(ValueError, match="no number to draw"):
        parse({"kind": "heatmap", "x_names": ["a"], "y_names": ["a"], "z": [[None]]})


def test_a_density_needs_a_rising_grid():
    with pytest.raises(ValueError, match="rising grid"):
        parse({"kind": "contours", "series": [{"name": "s", "x": [1, 1], "y": [0, 1], "z": [[1, 2], [1, 2]]}]})


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    values = [float(i) for i in range(10_000)]
    plot = parse({"kind": "lines", "series": [{"name": "s", "x": values, "y": values}]})
    assert isinstance(plot, Lines)
    assert len(plot.series[0].x) == MOST_POINTS
    assert (plot.series[0].x[0], plot.series[0].x[-1]) == (0.0, 9999.0)


def test_a_long_forest_says_that_rows_are_missing_from_the_drawing():
    names = [f"f{i}" for i in range(MOST_ROWS + 5)]
    drawn = figure(forest(RNG, names), "f", "")
    assert f"The first {MOST_ROWS} of {MOST_ROWS + 5} rows are drawn" in drawn.caption
    assert len(drawn.table.rows) == MOST_ROWS + 5
    assert names[-1] not in drawn.svg


def test_real_and_synthetic_differ_without_colour():
    real, synthetic, holdout, other = styles(["Real images", "synthetic", "holdout", "third party"])
    assert len({real.dash, synthetic.dash, holdout.dash}) == 3
    assert other.colour not in (real.colour, synthetic.colour, holdout.colour)


def test_a_wide_matrix_is_listed_by_its_largest_entries_once_each():
    names = [f"f{i}" for i in range(20)]
    z = [[0.01 * abs(i - j) for j in range(20)] for i in range(20)]
    table = figure({"kind": "heatmap", "title": "m", "x_names": names, "y_names": names, "z": z}, "f", "").table
    pairs = [tuple(cell.text for cell in row.cells) for row in table.rows]
    assert pairs[0] == ("f0", "f19", "0.190")
    assert ("f19", "f0", "0.190") not in pairs
    assert "out of 210" in table.caption


def test_labels_are_escaped_for_plotly_and_never_merged():
    made = figure(
        {"kind": "bars", "categories": ["<b>x</b>", "<b>x</b>"], "series": [{"name": "a&b", "values": [1, 2]}]}, "f", ""
    )
    trace = made.live["data"][0]
    assert trace["x"] == ["&lt;b&gt;x&lt;/b&gt;", "&lt;b&gt;x&lt;/b&gt; (2)"]
    assert trace["name"] == "a&amp;b"


def test_nothing_is_drawn_by_webgl():
    for kind, source in KINDS.items():
        assert all("gl" not in trace["type"] for trace in figure(source, kind, "").live["data"])
