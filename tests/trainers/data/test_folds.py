"""Folds by patient: nothing leaks, every image has one place, classes are spread."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_audit.errors import InputError, UsageError
from gan_audit.types import Sample
from tests.trainers.digits import train
from trainers.data.folds import folds_of, units_of
from trainers.data.prepare import Wishes


def samples(groups, labels=None, digests=None):
    count = len(groups)
    labels = labels or [None] * count
    digests = digests or [f"{number:064x}" for number in range(count)]
    return [
        Sample(f"{i}", "real", f"R-{i}", digests[i], labels[i], groups[i], (8, 8), 1, 8, 0, 255) for i in range(count)
    ]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 20)), min_size=30, max_size=60),
    st.integers(2, 4),
    st.integers(0, 3),
)
def test_no_patient_and_no_content_is_on_two_sides(rows, folds, seed):
    given_samples = samples([f"p{g}" for g, _ in rows], digests=[f"{d:064x}" for _, d in rows])
    if len(set(units_of(given_samples).tolist())) < folds:
        return
    try:
        found = folds_of(given_samples, folds, seed)
    except InputError:  # one patient may hold nearly everything
        return
    assert set(found.tolist()) == set(range(1, folds + 1))
    for fold in range(1, folds + 1):
        held = [s for s, place in zip(given_samples, found, strict=True) if place == fold]
        kept = [s for s, place in zip(given_samples, found, strict=True) if place != fold]
        assert {s.group for s in held}.isdisjoint(s.group for s in kept)
        assert {s.digest for s in held}.isdisjoint(s.digest for s in kept)


def test_images_without_a_patient_count_one_by_one():
    assert len(set(units_of(samples([None, None, "a", "a"])).tolist())) == 3


def test_equal_content_joins_two_patients():
    assert len(set(units_of(samples(["a", "b", "c"], digests=["x", "x", "y"])).tolist())) == 2


def test_the_order_of_the_images_does_not_matter():
    given_samples = samples([f"p{i // 2}" for i in range(40)], [str(i % 2) for i in range(40)])
    order = np.random.default_rng(0).permutation(40)
    found = folds_of(given_samples, 4, 1)
    assert np.array_equal(found[order], folds_of([given_samples[i] for i in order], 4, 1))


def test_classes_are_spread_over_the_folds():
    given_samples = samples([f"p{i}" for i in range(60)], ["rare" if i < 12 else "common" for i in range(60)])
    found = folds_of(given_samples, 4, 0)
    assert np.bincount(found[:12]).tolist() == [0, 3, 3, 3, 3]


@pytest.mark.parametrize(("folds", "error"), [(1, UsageError), (5, InputError)])
def test_folds_that_cannot_be_are_refused(folds, error):
    with pytest.raises(error):
        folds_of(samples(["a", "b", "c"]), folds, 0)


def test_a_run_trains_on_its_fold_alone_and_says_so(digits, tmp_path):
    seen = {}
    for fold in (1, 2, 3):
        train(digits, tmp_path / str(fold), "gan", wishes=Wishes(folds=3, fold=fold), steps=1)
        rows = list(csv.DictReader((tmp_path / str(fold) / "split.csv").open()))
        held = {row["group"] for row in rows if row["part"] == "held-out"}
        assert held
        assert held.isdisjoint(row["group"] for row in rows if row["part"] == "training")
        seen[fold] = held
    assert len(set().union(*seen.values())) == sum(len(held) for held in seen.values()) == 16


def test_limits_are_learnt_from_the_training_part_alone(tmp_path):
    from trainers.data.images import load_images
    from trainers.data.prepare import prepare

    values = np.random.default_rng(0).integers(0, 1000, (8, 6, 6)).astype(np.uint16)
    values[3, 0, 0] = 60000
    images = load_images(values)
    folds = prepare(images, Wishes(folds=4, fold=1)).folds
    outlier = folds[3]
    for fold in range(1, 5):
        found = prepare(images, Wishes(folds=4, fold=fold))
        assert (found.scaling.high < 1000) == (fold == outlier)
