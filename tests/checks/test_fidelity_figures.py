"""The two figures of the Fréchet distance: they show what is there, and no single patient."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gan_audit.checks import fidelity
from gan_audit.checks.base import CheckSettings
from gan_audit.checks.fidelity_figures import density, sizes
from gan_audit.report.figures import figure


def frechet(data):
    return next(x for x in fidelity.run(data, CheckSettings()) if x.id == "frechet")


def surface(drawn, name):
    series = next(x for x in drawn["series"] if x["name"] == name)
    return np.array(series["x"]), np.array(series["y"]), np.array(series["z"])


def stretched(rng, n, d=5):
    """Two wide directions first, the rest narrow."""
    return rng.normal(size=(n, d)) * ([6.0, 3.0] + [0.5] * (d - 2))


def test_both_are_drawn_over_all_images_and_neither_by_class(compare):
    rng = np.random.default_rng(0)
    data = compare(stretched(rng, 200), stretched(rng, 200), labels=(["a"] * 200, ["a"] * 200))
    found = frechet(data)
    assert [x["kind"] for x in found.details["figures"]] == ["contours", "lines"]
    assert "figures" not in frechet(data.of_class("a")).details
    for drawn in found.details["figures"]:
        assert "<svg" in figure(json.loads(json.dumps(drawn, allow_nan=False)), "figure-1", "/x").svg


def test_the_peaks_lie_where_the_sets_do(compare):
    rng = np.random.default_rng(1)
    drawn = density(compare(stretched(rng, 600), stretched(rng, 600) + np.eye(1, 5)[0] * 6))
    peaks = {}
    for name in ("real", "synthetic"):
        x, _, z = surface(drawn, name)
        peaks[name] = x[np.unravel_index(z.argmax(), z.shape)[1]]
        assert z.min() >= 0
        assert z.max() == 1
    assert abs(abs(peaks["real"] - peaks["synthetic"]) - 6.0) < 3.5
    assert "% of the real variance" in drawn["x_label"]


@pytest.mark.parametrize("known", [True, False])
def test_the_images_of_one_patient_make_no_island(compare, known):
    """Sixty images far from all others: of one patient they are not drawn, of sixty they are."""
    rng = np.random.default_rng(2)
    real = np.concatenate([stretched(rng, 1000), stretched(rng, 60) * 0.05 + np.eye(1, 5)[0] * 60])
    groups = [f"p{i}" for i in range(1000)] + (["one"] * 60 if known else [f"q{i}" for i in range(60)])
    drawn = density(compare(real, stretched(rng, 1000), groups=(groups, None)))
    x, _, z = surface(drawn, "real")
    far = z[:, np.abs(x) > 40]
    assert far.size
    assert (far.max() < 0.001) == known


def test_nobodys_extreme_value_is_an_end_of_the_axes(compare):
    rng = np.random.default_rng(3)
    real = stretched(rng, 300)
    real[0, 0] = 500.0
    x, y, _ = surface(density(compare(real, stretched(rng, 300))), "real")
    assert np.abs(x).max() < 50
    assert np.abs(y).max() < 50


def test_the_order_of_rows_and_a_turn_of_all_features_change_nothing(compare):
    rng = np.random.default_rng(4)
    real, synthetic = stretched(rng, 120), stretched(rng, 120)
    first = density(compare(real, synthetic))
    again = density(compare(real[::-1], synthetic[rng.permutation(120)]))
    for name in ("real", "synthetic"):
        for one, other in zip(surface(first, name), surface(again, name), strict=True):
            np.testing.assert_allclose(one, other, atol=0.002)


def test_more_features_than_images_give_the_same_components(compare):
    rng = np.random.default_rng(5)
    real, synthetic = stretched(rng, 100), stretched(rng, 100)
    wide = [np.concatenate([x, np.zeros((100, 200))], axis=1) for x in (real, synthetic)]
    narrow, broad = density(compare(real, synthetic)), density(compare(*wide))
    np.testing.assert_allclose(surface(narrow, "real")[2], surface(broad, "real")[2], atol=0.002)


def test_what_has_no_two_dimensions_is_not_drawn(compare):
    rng = np.random.default_rng(6)
    line = rng.normal(size=(100, 1))
    assert density(compare(line, line + 1)) is None
    assert density(compare(line * [1.0, 2.0], line * [1.0, 2.0] + 1)) is None


def test_the_value_falls_with_the_size_and_the_gap_tells(compare):
    rng = np.random.default_rng(7)
    for shift, apart in ((0.0, False), (4.0, True)):
        data = compare(rng.normal(size=(400, 20)), rng.normal(size=(400, 20)) + shift / np.sqrt(20))
        found = frechet(data)
        drawn = next(x for x in found.details["figures"] if x["kind"] == "lines")
        value, reference = (np.array(series["y"]) for series in drawn["series"])
        assert drawn["series"][0]["x"] == [50, 100, 150, 200]
        assert (value[-1], reference[-1]) == (found.estimate, found.reference.value)
        assert (np.diff(reference) < 0).all()
        assert (value - reference > 0.5 * shift**2).all() == apart or not shift


def test_few_images_are_not_divided_further(compare):
    rng = np.random.default_rng(8)
    data = compare(rng.normal(size=(24, 3)), rng.normal(size=(24, 3)))
    assert sizes(data, CheckSettings(), frechet(data), lambda i, j: 0.0) is None
