"""A run that was killed and resumed has the weights of one that was not, bit for bit."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch

from gan_audit.errors import InputError, UsageError
from tests.trainers.digits import train
from trainers.errors import InterruptedRunError
from trainers.loops import driver
from trainers.run import checkpoints
from trainers.run.files import lines_of
from trainers.run.folder import checkpoint_of, open_run

MODELS = {
    "cgan": {"augmentation": ("translation", "cutout"), "adaptive": True},
    "wgan-gp": {},
    "stylegan": {"path_length": 1.0},
    "progan": {"grow": 2},
    "cvae": {},
}
"""Between them: every kind of state a loop has."""


class Killed(BaseException):
    """What a kill looks like from inside: nothing gets a chance to tidy up."""


def same(one, other):
    found, expected = checkpoint_of(open_run(one)), checkpoint_of(open_run(other))
    assert found.step == expected.step
    for mine, theirs in ((found.weights, expected.weights), (found.optimizers, expected.optimizers)):
        assert set(mine) == set(theirs)
        assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
    return found


@pytest.mark.parametrize("model", MODELS)
def test_a_killed_run_goes_on_as_if_nothing_had_happened(model, digits, tmp_path, monkeypatch):
    changes = MODELS[model]
    train(digits, tmp_path / "whole", model, steps=6, changes=changes)
    monkeypatch.setattr(driver, "LOG_EVERY", 2)
    real = driver.train

    def killed(run, data, objective, plan, display=None):
        step = objective.step

        def dying(number, *arguments):
            if number == 5:
                raise Killed
            return step(number, *arguments)

        objective.step = dying
        return real(run, data, objective, replace(plan, save_seconds=0.0, hooks={}), display)

    monkeypatch.setattr(driver, "train", killed)
    with pytest.raises(Killed):
        train(digits, tmp_path / "killed", model, steps=6, changes=changes)
    assert checkpoint_of(open_run(tmp_path / "killed")).step == 4
    (tmp_path / "killed" / "checkpoints" / ".00000006.0a0a.new").mkdir()  # what a kill while saving leaves
    monkeypatch.setattr(driver, "train", real)
    train(digits, tmp_path / "killed", model, steps=6, changes=changes)
    found = same(tmp_path / "killed", tmp_path / "whole")
    assert found.step == 6


def test_the_log_of_steps_that_a_kill_undid_is_written_once(digits, tmp_path, monkeypatch):
    monkeypatch.setattr(driver, "LOG_EVERY", 1)
    train(digits, tmp_path / "run", "gan", steps=2)
    with (tmp_path / "run" / "metrics.jsonl").open("a") as stream:
        stream.write('{"step": 3, "losses": {}}\n{"step": 4, "lo')
    train(digits, tmp_path / "run", "gan", steps=4)
    assert [row["step"] for row in lines_of(tmp_path / "run" / "metrics.jsonl")] == [1, 2, 3, 4]


def test_a_process_that_is_killed_leaves_a_run_that_goes_on(digits, tmp_path):
    code = f"""
import torch; torch.set_num_threads(1)
from pathlib import Path
from trainers.loops import driver
driver.LOG_EVERY = 1
start = driver.TrainingPlan.__init__
start.__defaults__ = (None, 0.0, *start.__defaults__[2:])  # save at every step
from tests.trainers.digits import train
train(Path({str(digits)!r}), Path({str(tmp_path / "run")!r}), "gan", steps=10**6)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    folder = tmp_path / "run" / "checkpoints"
    end = time.monotonic() + 240
    while len(checkpoints.places(folder)) < 2 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, process.stderr.read().decode()
    step = checkpoint_of(open_run(tmp_path / "run")).step
    train(digits, tmp_path / "run", "gan", steps=step + 3)
    train(digits, tmp_path / "whole", "gan", steps=step + 3)
    same(tmp_path / "run", tmp_path / "whole")


def test_more_steps_later_are_the_same_as_all_at_once(digits, tmp_path):
    train(digits, tmp_path / "parts", "vae", steps=2)
    train(digits, tmp_path / "parts", "vae", steps=5)
    train(digits, tmp_path / "whole", "vae", steps=5)
    same(tmp_path / "parts", tmp_path / "whole")


def test_an_interruption_ends_after_the_step_and_saves_it(digits, tmp_path, monkeypatch):
    real = driver.Means.add

    def interrupt(self, losses):
        signal.raise_signal(signal.SIGINT)
        real(self, losses)

    monkeypatch.setattr(driver.Means, "add", interrupt)
    with pytest.raises(InterruptedRunError) as stopped:
        train(digits, tmp_path / "run", "gan", steps=5)
    assert stopped.value.exit_code == 130
    assert checkpoint_of(open_run(tmp_path / "run")).step == 1


def test_other_settings_or_other_images_are_not_mixed_into_a_run(digits, tmp_path):
    from tests.trainers.digits import write_folder

    train(digits, tmp_path / "run", "gan")
    with pytest.raises(UsageError, match="generator_lr"):
        train(digits, tmp_path / "run", "gan", changes={"generator_lr": 0.5})
    other = write_folder(tmp_path / "other", count=20)
    with pytest.raises(UsageError, match="other images"):
        train(other, tmp_path / "run", "gan")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="neither"):
        train(digits, tmp_path / "full", "gan")


def test_weights_that_were_tampered_with_are_refused(digits, tmp_path):
    train(digits, tmp_path / "run", "gan")
    place = checkpoints.latest(tmp_path / "run" / "checkpoints")
    content = bytearray((place / checkpoints.WEIGHTS).read_bytes())
    content[-1] ^= 1
    (place / checkpoints.WEIGHTS).write_bytes(content)
    with pytest.raises(InputError, match="not those that were saved"):
        checkpoint_of(open_run(tmp_path / "run"))


def test_a_checkpoint_holds_no_pickle(conditional):
    for path in (conditional / "checkpoints").rglob("*"):
        assert path.is_dir() or path.suffix in (".safetensors", ".json")
