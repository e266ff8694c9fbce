"""Early stop: runs that can only get worse end with advice, others do not."""

from __future__ import annotations

import pytest

from tests.trainers.digits import train
from trainers.errors import TrainingStoppedError
from trainers.loops.early_stopping import PATIENCE, Watch
from trainers.run.folder import open_run


def test_values_that_are_not_finite_stop_a_run():
    with pytest.raises(TrainingStoppedError, match="generator is no longer finite"):
        Watch(None).look(3, {"generator": float("nan"), "discriminator": 1.0})


def test_a_discriminator_that_wins_for_long_stops_a_run():
    watch = Watch(chance=1.386)
    for step in range(PATIENCE - 1):
        watch.look(step, {"discriminator": 1e-4})
    with pytest.raises(TrainingStoppedError, match="--penalty r1"):
        watch.look(PATIENCE, {"discriminator": 1e-4})


def test_a_discriminator_that_wins_now_and_then_does_not():
    watch = Watch(chance=1.386)
    for step in range(5 * PATIENCE):
        watch.look(step, {"discriminator": 1.0 if step % PATIENCE == 5 else 1e-4})


def test_a_critic_and_an_elbo_cannot_win():
    watch = Watch(None)
    for step in range(3 * PATIENCE):
        watch.look(step, {"discriminator": -50.0})


def test_a_run_that_diverges_ends_with_exit_code_1_and_no_broken_checkpoint(digits, tmp_path):
    changes = {"generator_lr": 1e30, "discriminator_lr": 1e30, "penalty": "none", "optimizer": "rmsprop"}
    with pytest.raises(TrainingStoppedError) as stopped:
        train(digits, tmp_path / "run", "gan", steps=60, changes=changes)
    assert stopped.value.exit_code == 1
    assert not list((tmp_path / "run" / "checkpoints").glob("*"))
    assert open_run(tmp_path / "run").rows() == []
