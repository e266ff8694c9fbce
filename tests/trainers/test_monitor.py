"""What a run measures of itself: copies are seen, sound samples pass, and it changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from gan_audit.errors import UsageError
from tests.trainers.digits import prepared, train
from trainers.loops import driver
from trainers.loops.base import Means
from trainers.loops.driver import StopTraining
from trainers.monitor import measure
from trainers.monitor.measure import Monitor
from trainers.run.folder import checkpoint_of, open_run


@pytest.fixture
def halves():
    """Digits to train on and others nobody saw, in [-1, 1]."""
    images = (load_digits().images[:, None] / 8 - 1).astype(np.float32)
    return images[:300], images[300:600]


def measured(monkeypatch, samples, stop_on=()):
    _, found = prepared(count=300)
    monkeypatch.setattr(measure, "draw_samples", lambda objective, data, count, seed: samples[:count])
    return Monitor(found.data, found.scaling, 0, stop_on)(None, None, 0)


def test_copies_are_seen_and_stop_a_run_that_was_told_to(monkeypatch, halves):
    trained, _ = halves
    found = measured(monkeypatch, trained)
    assert found["memorization_ratio"] < 0.01
    assert found["recall"] > 0.8
    with pytest.raises(StopTraining, match="memorizes"):
        measured(monkeypatch, trained, ("memorization",))


def test_unseen_images_pass(monkeypatch, halves):
    _, unseen = halves
    found = measured(monkeypatch, unseen, ("memorization",))
    assert 0.9 < found["memorization_ratio"] < 1.2
    assert 0.5 < found["frechet_ratio"] < 6  # other people wrote them


def test_noise_is_far_from_everything(monkeypatch, halves):
    noise = np.random.default_rng(0).uniform(-1, 1, (300, 1, 8, 8)).astype(np.float32)
    found = measured(monkeypatch, noise)
    assert found["frechet_ratio"] > 20
    assert found["recall"] < 0.05


def test_measuring_changes_no_weight(digits, tmp_path):
    train(digits, tmp_path / "watched", "dcgan", steps=4, monitor_every=1)
    train(digits, tmp_path / "alone", "dcgan", steps=4)
    watched, alone = (checkpoint_of(open_run(tmp_path / name)).weights for name in ("watched", "alone"))
    assert all(torch.equal(watched[name], alone[name]) for name in alone)
    rows = [row["monitor"] for row in open_run(tmp_path / "watched").rows() if "monitor" in row]
    assert len(rows) == 4
    assert (tmp_path / "watched" / "curves.svg").read_text().count('stroke-width="1.8"') == 3


def test_a_run_stops_on_memorization_and_keeps_its_weights(digits, tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "MEMORIZED", 10**6)
    outcome = train(digits, tmp_path / "run", "gan", steps=9, stop_on=("memorization",), monitor_every=3)
    assert "memorizes" in outcome.reason
    assert checkpoint_of(open_run(tmp_path / "run")).step == 3
    with pytest.raises(UsageError, match="--stop-on memorization"):
        train(digits, tmp_path / "other", "gan", stop_on=("boredom",))


def test_means_forget_what_was_read():
    means = Means.empty()
    means.add({"a": 1.0})
    means.add({"a": torch.tensor(3.0)})
    assert means.read() == {"a": 2.0}
    assert means.read() == {}
    assert driver.LOG_EVERY == 50
