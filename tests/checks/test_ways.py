"""Who is accused: nobody where none of the set is sure, and then everybody up to the false-discovery rate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audit.checks.copies import Matches
from gan_audit.checks.ways import FALSE, SURE, Way


def matches(closeness, row=None):
    n = len(closeness)
    far = np.exp(np.minimum(closeness, 0.0))
    return Matches(np.arange(n) if row is None else np.array(row), far, np.asarray(closeness, float), ("",) * n)


def chance(n, seed, directions=8):
    return np.log(np.random.default_rng(seed).random(n)) / directions


def judged(across, among, judged=None, usable=None):
    n, m = len(among), len(across)
    judged = np.ones(m, bool) if judged is None else judged
    return Way.of(matches(across), matches(among), judged, np.ones(n, bool) if usable is None else usable)


def test_copies_far_beyond_chance_are_accused_and_nobody_else():
    way = judged(np.concatenate([np.full(5, -20.0), chance(95, 1)]), chance(300, 0))
    assert np.flatnonzero(way.accused).tolist() == [0, 1, 2, 3, 4]
    assert way.limit == -20.0
    assert not way.twins.any()
    assert (way.score[:5] < SURE).all()


def test_without_a_sure_one_nobody_is_accused_and_the_limit_is_that_of_a_lone_copy():
    way = judged(chance(100, 1), chance(300, 0))
    assert (way.score == 1).all()
    assert not way.accused.any()
    assert judged(np.append(chance(99, 1), way.limit - 1e-6), chance(300, 0)).accused.sum() == 1
    assert judged(np.append(chance(99, 1), way.limit + 0.05), chance(300, 0)).accused.sum() == 0


def test_sound_sets_are_accused_about_as_rarely_as_promised():
    hit = [judged(chance(200, 2 * s + 1), chance(200, 2 * s)).accused.any() for s in range(300)]
    assert np.mean(hit) < 3 * SURE


def test_who_is_not_judged_is_not_accused():
    across = np.concatenate([np.full(5, -20.0), chance(95, 1)])
    way = judged(across, chance(300, 0), judged=np.arange(100) != 2)
    assert np.flatnonzero(way.accused).tolist() == [0, 1, 3, 4]


def test_images_of_one_picture_under_two_patients_are_no_measure_of_chance():
    among = np.concatenate([np.full(100, -20.0), chance(300, 0)])
    across = np.concatenate([np.full(5, -20.0), chance(95, 1)])
    blind = judged(across, among)
    told = judged(across, among, usable=among > -20)
    assert not blind.accused.any()
    assert told.accused.sum() == 5
    assert told.twins[:100].all()


def test_pairs_among_real_images_are_counted_once():
    across, among = np.concatenate([np.full(5, -20.0), chance(95, 1)]), chance(300, 0)
    among[[3, 4, 9]] = -30.0
    row = np.arange(300)
    row[3], row[4], row[9] = 4, 3, 3
    usable = among > -30
    way = Way.of(matches(across), matches(among, row), np.ones(100, bool), usable)
    assert np.flatnonzero(way.twins).tolist() == [3, 4, 9]
    assert way.pairs() == 2


def test_shares_are_ranks_among_real_images():
    way = judged(np.array([-5.0, 2.5, 1.0]), np.array([4.0, 1.0, 2.0, 3.0]))
    assert way.shares(np.arange(3)).tolist() == [0, 0.5, 0]


@settings(max_examples=50)
@given(st.lists(st.floats(-15, 5), min_size=1, max_size=60), st.lists(st.floats(-15, 5), min_size=2, max_size=60))
def test_a_closer_image_is_never_less_suspect(across, among):
    way = judged(np.array(across), np.array(among))
    order = np.argsort(across, kind="stable")
    assert (np.diff(way.score[order]) >= -1e-12).all()
    assert way.accused.sum() == (way.score <= FALSE).sum()
    assert np.isfinite(way.limit)
    if way.accused.any():
        assert way.limit == pytest.approx(np.array(across)[way.accused].max())
