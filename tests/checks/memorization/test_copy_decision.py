"""Who is accused of resembling: nobody where none of the set is sure, or where real images are as near as often."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audit.checks.memorization.copy_decision import FALSE, SURE, Detector
from gan_audit.checks.memorization.whole_image_matches import ClosestMatches


def matches(closeness, row=None):
    n = len(closeness)
    far = np.exp(np.minimum(closeness, 0.0))
    return ClosestMatches(np.arange(n) if row is None else np.array(row), far, np.asarray(closeness, float), ("",) * n)


def chance(n, seed, directions=8):
    return np.log(np.random.default_rng(seed).random(n)) / directions


def judged(across, among, judged=None, told=None, row=None):
    n, m = len(among), len(across)
    judged = np.ones(m, bool) if judged is None else judged
    return Detector.of(matches(across), matches(among, row), judged, np.ones(n, bool) if told is None else told, 0.95)


def test_copies_far_beyond_chance_are_accused_and_nobody_else():
    detector = judged(np.concatenate([np.full(7, -20.0), chance(95, 1)]), chance(300, 0))
    assert np.flatnonzero(detector.flagged).tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert detector.limit == -20.0
    assert not detector.real_matches.any()
    assert (detector.score[:7] < SURE).all()
    assert 0 < detector.excess[0] <= detector.excess[1] == 7


def test_without_a_sure_one_nobody_is_near_and_the_limit_is_that_of_a_lone_copy():
    detector = judged(chance(100, 1), chance(300, 0))
    assert (detector.score == 1).all()
    assert not detector.near.any()
    assert detector.excess == (0, 0)
    assert judged(np.append(chance(99, 1), detector.limit - 1e-6), chance(300, 0)).near.sum() == 1
    assert judged(np.append(chance(99, 1), detector.limit + 0.05), chance(300, 0)).near.sum() == 0


def test_sound_sets_are_near_about_as_rarely_as_promised_and_accused_more_rarely():
    detectors = [judged(chance(200, 2 * s + 1), chance(200, 2 * s)) for s in range(300)]
    assert np.mean([detector.near.any() for detector in detectors]) < 4 * SURE
    assert np.mean([detector.flagged.any() for detector in detectors]) <= SURE


def test_who_is_not_judged_is_not_accused():
    across = np.concatenate([np.full(8, -20.0), chance(95, 1)])
    detector = judged(across, chance(300, 0), judged=np.arange(103) != 2)
    assert np.flatnonzero(detector.flagged).tolist() == [0, 1, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("share", [0.02, 0.05])
def test_near_identical_real_images_move_the_limit_little_but_excuse_as_many(share):
    """However near they are: the tail's rate survives them, and their number is taken away."""
    n = 300
    among = np.concatenate([np.full(round(share * n), -30.0), chance(n - round(share * n), 0)])
    clean, spoilt = (judged(np.full(1, -5.0), x).limit for x in (chance(n, 0), among))
    assert spoilt > clean - 0.75 * abs(clean)
    few = judged(np.concatenate([np.full(8, -20.0), chance(292, 1)]), among)
    many = judged(np.concatenate([np.full(90, -20.0), chance(210, 1)]), among)
    assert few.near.sum() == 8
    assert not few.flagged.any()
    assert many.flagged.sum() >= 90


def test_copies_nearer_than_any_real_pair_are_not_excused_by_pairs_farther_off():
    """Ten copies stand out; the false-discovery rate would carry the limit on to where real images match too."""
    among = np.concatenate([np.full(9, -2.6), chance(291, 0)])
    across = np.concatenate([np.full(10, -20.0), np.full(9, -2.55), chance(281, 1)])
    detector = judged(across, among)
    assert np.flatnonzero(detector.flagged).tolist() == list(range(10))
    assert not detector.real_matches.any()


def test_real_images_that_tell_nothing_are_no_measure_of_chance():
    among = np.concatenate([np.full(150, -20.0), chance(300, 0)])
    across = np.concatenate([np.full(8, -20.0), chance(95, 1)])
    assert not judged(across, among).flagged.any()
    told = judged(across, among, told=among > -20)
    assert told.flagged.sum() == 8
    assert not told.real_matches[:150].any()


def test_pairs_among_real_images_are_counted_once():
    across, among = np.concatenate([np.full(5, -20.0), chance(95, 1)]), chance(300, 0)
    among[[3, 4, 9]] = -30.0
    row = np.arange(300)
    row[3], row[4], row[9] = 4, 3, 3
    detector = judged(across, among, row=row)
    assert np.flatnonzero(detector.real_matches).tolist() == [3, 4, 9]
    assert detector.pairs() == 2


def test_without_real_images_to_judge_by_nobody_is_accused():
    detector = judged(np.full(5, -20.0), chance(20, 0), told=np.zeros(20, bool))
    assert not detector.near.any()
    assert not detector.real_matches.any()


def test_shares_are_ranks_among_real_images():
    detector = judged(np.array([-5.0, 2.5, 1.0]), np.array([4.0, 1.0, 2.0, 3.0]))
    assert detector.shares().tolist() == [0, 0.5, 0]


@settings(max_examples=50)
@given(st.lists(st.floats(-15, 5), min_size=1, max_size=60), st.lists(st.floats(-15, 5), min_size=2, max_size=60))
def test_a_closer_image_is_never_less_suspect(across, among):
    detector = judged(np.array(across), np.array(among))
    order = np.argsort(across, kind="stable")
    assert (np.diff(detector.score[order]) >= -1e-12).all()
    assert detector.near.sum() == (detector.score <= FALSE).sum()
    assert 0 <= detector.excess[0] <= detector.excess[1]
    if detector.near.any():
        assert detector.limit == pytest.approx(np.array(across)[detector.near].max())
