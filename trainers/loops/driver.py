"""Runs the steps of any loop: logs, saves, draws samples, measures, and stops where it must."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from trainers.data.sets import TrainingSet
from trainers.errors import InterruptedRunError
from trainers.loops.base import Means, Objective
from trainers.loops.early_stopping import Watch
from trainers.loops.optimizers import restore, tensors_of
from trainers.randomness import Draw
from trainers.run import checkpoints
from trainers.run.folder import Run

LOG_EVERY = 50
"""Steps that a row of the log is the mean of."""


class Display(Protocol):
    """Something that can show how far a run has come."""

    def update(self, step: int, losses: Mapping[str, float], rate: float, seconds: float) -> None:
        """Called at each reading; rate is images a second, seconds those of the whole run."""
        ...


Hook = Callable[[Run, Objective, int], Mapping[str, Any]]
"""(run, networks, step) to what goes into the log, under the hook's name."""


@dataclass(frozen=True)
class TrainingPlan:
    """How long to train, and what to do on the way. Nothing of it changes the weights of a step."""

    steps: int
    """Of the whole run, earlier parts included."""
    seconds: float | None = None
    """Of the whole run, earlier parts included; None for no limit."""
    save_seconds: float = 60.0
    clock: Callable[[], float] = time.perf_counter
    """What seconds are counted by; `time.process_time` for those of the processor."""
    hooks: Mapping[str, tuple[int, Hook]] = field(default_factory=dict)
    """Name to (steps from one call to the next, hook)."""
    device: str = "cpu"


class StopTraining(Exception):  # noqa: N818 - it is no error
    """Raised by a hook to end a run in good order; its text is shown."""


def train(run: Run, data: TrainingSet, objective: Objective, plan: TrainingPlan, display: Display | None = None) -> str:
    """Trains from the last checkpoint on, and says why it ended.

    Raises TrainingStoppedError where going on is useless, InterruptedRunError where the user stopped it; both leave
    a checkpoint from which the same command goes on, with the weights of a run that was never stopped.
    """
    step, spent = resume(run, objective)
    clock = _Clock(spent, plan.clock)
    watch, means = Watch(objective.chance), Means.empty()
    reason, saved = "all steps are done", step
    with _interruptions() as stopped:
        try:
            while step < plan.steps and not stopped.is_set():
                if plan.seconds is not None and clock.seconds >= plan.seconds:
                    reason = "the time is up"
                    break
                batch = data.batch(run.config.seed, step, objective.images_per_step, plan.device)
                means.add(objective.step(step, batch, Draw(run.config.seed, step)))
                step += 1
                if step % LOG_EVERY == 0:
                    _read(run, step, means, watch, clock, objective.images_per_step, display)
                    saved = save(run, objective, step, clock.seconds) if clock.due(plan.save_seconds) else saved
                _call(plan.hooks, run, objective, step)
        except StopTraining as stop:
            reason = str(stop)
    if step > saved or not checkpoints.places(run.checkpoints):
        watch.look(step, means.read())
        save(run, objective, step, clock.seconds)
    if stopped.is_set():
        raise InterruptedRunError(f"Stopped at step {step}, which is saved; the same command goes on from there.")
    return f"{reason} (step {step})"


def save(run: Run, objective: Objective, step: int, seconds: float) -> int:
    """Writes a checkpoint and returns its step."""
    weights = {
        f"{name}.{key}": value
        for name, module in objective.modules.items()
        for key, value in module.state_dict().items()
    }
    state = {**objective.state(), "seconds": seconds}
    checkpoints.save(run.checkpoints, checkpoints.Checkpoint(step, weights, tensors_of(objective.optimizers), state))
    return step


def resume(run: Run, objective: Objective) -> tuple[int, float]:
    """Step and seconds of the last checkpoint, its weights in place; 0 for a new run."""
    place = checkpoints.latest(run.checkpoints)
    found = checkpoints.load(place) if place else None
    run.rewind(found.step if found else 0)
    if found is None:
        return 0, 0.0
    load_weights(objective.modules, found.weights)
    restore(objective.optimizers, found.optimizers)
    objective.load(found.state)
    return found.step, float(found.state["seconds"])


def load_weights(modules: Mapping[str, Any], weights: Mapping[str, Any]) -> None:
    """Puts the weights `module.parameter` into their modules."""
    for name, module in modules.items():
        own = {key.removeprefix(f"{name}."): value for key, value in weights.items() if key.startswith(f"{name}.")}
        module.load_state_dict(own)


def _read(run: Run, step: int, means: Means, watch: Watch, clock: _Clock, images: int, display: Display | None) -> None:
    rate = images * means.count / clock.lap()
    losses = means.read()
    watch.look(step, losses)
    run.log({"step": step, "seconds": round(clock.seconds, 2), "losses": losses, "images_per_second": round(rate, 1)})
    if display is not None:
        display.update(step, losses, rate, clock.seconds)


def _call(hooks: Mapping[str, tuple[int, Hook]], run: Run, objective: Objective, step: int) -> None:
    for name, (every, hook) in hooks.items():
        if step % every == 0:
            found = hook(run, objective, step)
            if found:
                run.log({"step": step, name: dict(found)})


class _Clock:
    """Seconds of the whole run, of a lap, and since the last checkpoint."""

    def __init__(self, spent: float, now: Callable[[], float]) -> None:
        self.now = now
        self.start, self.last, self.saved = now() - spent, now(), now()

    @property
    def seconds(self) -> float:
        return self.now() - self.start

    def lap(self) -> float:
        passed, self.last = self.now() - self.last, self.now()
        return max(passed, 1e-9)

    def due(self, every: float) -> bool:
        if self.now() - self.saved < every:
            return False
        self.saved = self.now()
        return True


@contextmanager
def _interruptions() -> Iterator[threading.Event]:
    """Ctrl-C and a polite kill end the run after the step that is under way."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: asked.set()) for number in signals]
    try:
        yield asked
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
