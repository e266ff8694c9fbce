"""Balls about points on a line, counted by hand; whatever bounds a pass offers, exact distances decide."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audit.stats.neighbours.gram import prepare
from gan_audit.stats.neighbours.manifold import Balls, Manifold
from gan_audit.stats.neighbours.rows import Rows, looseness
from tests.stats import oracles


def filled(left, right, left_radii, right_radii, k, slack=0.0):
    """Every pair offered, with its exact squared distance less `slack` of what rounding may take as the bound."""
    first, second, frame = prepare(Rows.of(left), Rows.of(right))
    balls = Balls(second, first, right_radii, left_radii, frame.scale)
    i, j = (x.ravel() for x in np.indices((len(right), len(left))))
    squared = oracles.squares(right[second.order], left[first.order]) * frame.scale**2
    rounding = looseness(left.shape[1]) * (second.lengths[i] + first.lengths[j])
    bound = (squared[i, j] - slack * rounding).astype(np.float32)
    balls.around_right(i, j, bound)
    balls.around_left(i, j, bound)
    return balls.manifold(k)


def test_points_on_a_line_are_counted_by_hand():
    """Left at 0, 1, 2 and 10 with radii 1.5 and 9; right at 0.4, 1.6 and 30 with radii 1.2, 1.2 and 1."""
    left, right = (np.array(x)[:, None] for x in ([0.0, 1.0, 2.0, 10.0], [0.4, 1.6, 30.0]))
    radii = np.array([1.5, 1.5, 1.5, 9.0]) ** 2, np.array([1.2, 1.2, 1.0]) ** 2
    found = filled(left, right, *radii, k=1)
    # 0.4 lies in the balls of 0 and 1; 1.6 in those of 1, 2 and 10; 30 in none. 0, 1 and 2 lie in right balls.
    assert found == Manifold(precision=2 / 3, recall=3 / 4, density=5 / 3, coverage=1.0)


def test_a_row_on_the_rim_is_outside_whatever_rounding_says():
    left, right = np.array([[0.0], [8.0]]), np.array([[0.1], [8.1]])
    rim = np.square(left[:1, 0] - right[:1, 0])
    inside = rim * (1 + 1e-12)
    for radius, expected in ((rim, 0.0), (inside, 0.5)):
        radii = np.array([radius[0], 1e-30])
        found = filled(left, right, radii, np.full(2, 1e-30), k=1, slack=1.0)
        assert (found.precision, found.coverage, found.recall) == (expected, expected, 0.0)


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 4), st.floats(0, 1), st.sampled_from(["plain", "doubles", "offset"]))
def test_bounds_loosened_by_rounding_change_nothing(seed, k, slack, kind):
    rng = np.random.default_rng(seed)
    left, right = oracles.sample(kind, 20, 3, rng), oracles.sample(kind, 15, 3, rng)
    radii = [np.sort(oracles.squares(x, x), axis=1)[:, k] for x in (left, right)]
    found = filled(left, right, *radii, k, slack)
    assert astuple(found) == pytest.approx(oracles.manifold(left, right, k), abs=1e-12)
