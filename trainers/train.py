"""From what the user asked for to a trained run: the only file that knows data, run, loops and monitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gan_audit.errors import UsageError
from gan_audit.runtime.progress import SILENT, Progress
from trainers.config import RunConfig, preset_for
from trainers.data.images import Images, load_images
from trainers.data.prepare import Prepared, prepare
from trainers.data.translation import prepare_translation
from trainers.presets import Preset
from trainers.request import Request, check_dimensions, check_request, device_for
from trainers.run.checkpoints import latest
from trainers.run.folder import Run, create
from trainers.validation import checked

if TYPE_CHECKING:
    from trainers.loops.base import Objective
    from trainers.loops.driver import Display, Hook

__all__ = ["Outcome", "Request", "train_request"]
SAMPLE_EVERY = 500
"""Steps from one grid of samples to the next."""
GRID = 64
"""Samples on a grid."""


@dataclass(frozen=True)
class Outcome:
    """A run and why it ended."""

    run: Run
    reason: str


def train_request(request: Request, display: Display | None = None, progress: Progress = SILENT) -> Outcome:
    """Trains, or goes on training, until steps or seconds are used up.

    Raises UsageError for options that make no sense together, InputError for data that cannot be trained on,
    TrainingStoppedError where training is useless, InterruptedRunError where the user stopped it.
    """
    device = device_for(request.device)
    preset = checked(preset_for(request.model, request.changes), request.changes)
    check_request(request, preset, device)
    request = replace(request, wishes=replace(request.wishes, conditional=preset.conditional))
    images = load_images(request.data, request.labels, jobs=request.jobs, progress=progress)
    prepared = _prepared(request, preset, images, progress)
    check_dimensions(request.model, preset, prepared.shape)
    config = RunConfig(
        request.model, preset, prepared.shape, prepared.labels, request.wishes.seed, request.wishes.folds,
        request.wishes.fold, request.precision, request.compiled, request.threads, prepared.source,
    )  # fmt: skip
    run = create(request.out, config, images, prepared, _private(request))
    return Outcome(run, _trained(run, prepared, request, device, display))


def _prepared(request: Request, preset: Preset, images: Images, progress: Progress) -> Prepared:
    if preset.kind == "translation":
        targets = (
            None if request.targets is None else load_images(request.targets, jobs=request.jobs, progress=progress)
        )
        return prepare_translation(images, targets, request.wishes, request.model)
    if request.targets is not None:
        raise UsageError(f"--targets is for cyclegan and pix2pix; {request.model} makes images from noise.")
    return prepare(images, request.wishes)


def _trained(run: Run, prepared: Prepared, request: Request, device: str, display: Display | None) -> str:
    import torch

    from trainers.loops.driver import TrainingPlan, train
    from trainers.loops.table import build

    threads = torch.get_num_threads()
    torch.set_num_threads(run.config.threads)
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
    preset = run.config.preset
    steps = request.steps or (preset.steps if request.seconds is None else 10**9)
    hooks = _hooks(request, prepared, run)
    objective = build(run.config, device)
    plan = TrainingPlan(steps, request.seconds, hooks=hooks, device=device, clock=request.clock)
    try:
        reason = train(run, prepared.data, objective, plan, display)
    finally:
        torch.set_num_threads(threads)
        _draw_curves(run)
    _last_grid(run, prepared, objective)
    return reason


def _last_grid(run: Run, prepared: Prepared, objective: Objective) -> None:
    place = latest(run.checkpoints)
    if run.config.source is None and place is not None:
        Grids(prepared)(run, objective, int(place.name))


def _hooks(request: Request, prepared: Prepared, run: Run) -> dict[str, tuple[int, Hook]]:
    hooks: dict[str, tuple[int, Hook]] = {}
    if run.config.source is None:
        hooks["grid"] = (SAMPLE_EVERY, Grids(prepared))
    if request.monitor_every or request.stop_on:
        from trainers.monitor.measure import Monitor

        monitor = Monitor(prepared.data, prepared.scaling, run.config.seed, request.stop_on)
        hooks["monitor"] = (request.monitor_every or SAMPLE_EVERY, monitor)
    return hooks


@dataclass(frozen=True)
class Grids:
    """Draws a grid of samples, always from the same latents, and the curves."""

    prepared: Prepared

    def __call__(self, run: Run, objective: Objective, step: int) -> Mapping[str, Any]:
        """samples/STEP.png; nothing for the log."""
        from trainers.run.grids import write_grid
        from trainers.sampling.sampler import draw_samples

        images = draw_samples(objective, self.prepared.data, GRID, run.config.seed)
        write_grid(run.samples / f"{step:08d}.png", images, columns=8)
        _draw_curves(run)
        return {}


def _draw_curves(run: Run) -> None:
    from trainers.run.curves import curves_of, write_curves

    write_curves(run.folder / "curves.svg", curves_of(run.rows()))


def _private(request: Request) -> dict[str, Any]:
    """Where the images lie: for this machine alone."""
    places = {"data": request.data, "labels": request.labels, "targets": request.targets}
    return {name: str(Path(place).resolve()) for name, place in places.items() if isinstance(place, str | Path)}
