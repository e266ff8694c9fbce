"""What `gan-audit train` was asked for, and whether it can be."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gan_audit.errors import UsageError
from trainers.data.prepare import Wishes
from trainers.presets import Preset
from trainers.types import Shape


@dataclass(frozen=True)
class Request:
    """What `gan-audit train` was asked for."""

    model: str
    data: Any
    """A folder, a list of paths or an array."""
    out: Path
    labels: Any = None
    targets: Any = None
    """Images that a translation aims at, a folder or an array."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the preset to replace; None leaves one as it is."""
    wishes: Wishes = field(default_factory=Wishes)
    steps: int | None = None
    seconds: float | None = None
    device: str = "auto"
    precision: str = "float32"
    compiled: bool = False
    threads: int = 1
    monitor_every: int = 0
    """Steps from one measurement to the next; 0 for none."""
    stop_on: tuple[str, ...] = ()
    jobs: int | None = None
    clock: Callable[[], float] = time.perf_counter
    """What seconds are counted by."""


def device_for(name: str) -> str:
    """`cuda` where asked for, or where there is one and nothing was asked; UsageError where it is not there."""
    import torch

    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise UsageError("Expected a CUDA device for --device cuda, found none. Use --device cpu.")
    return "cuda" if there and name in ("auto", "cuda") else "cpu"


def check_request(request: Request, preset: Preset, device: str) -> None:
    """UsageError for options that make no sense together."""
    if request.precision != "float32" and device != "cuda":
        raise UsageError(f"--precision {request.precision} needs a CUDA device. Leave it out on the CPU.")
    if request.steps is not None and request.steps < 1:
        raise UsageError(f"Expected --steps of at least 1, got {request.steps}.")
    unknown = set(request.stop_on) - {"memorization"}
    if unknown:
        raise UsageError(f"Expected --stop-on memorization, got {', '.join(sorted(unknown))}.")
    if preset.kind == "variational" and (preset.augmentation or preset.penalty != "none"):
        raise UsageError(f"{request.model} has no discriminator to penalize or augment.")
    if preset.kind == "translation" and (request.monitor_every or request.stop_on):
        raise UsageError(
            f"--monitor and --stop-on are for models that make images from noise, not for {request.model}."
        )
    if preset.kind == "translation" and preset.augmentation:
        raise UsageError(f"{request.model} translates pairs, which --augment would part. Leave it out.")


def check_dimensions(model: str, preset: Preset, shape: Shape) -> None:
    """UsageError where a model is not made for the images' number of axes."""
    axes = shape.dimensions
    if axes not in preset.dimensions:
        kind = {2: "images", 3: "volumes"}
        raise UsageError(
            f"{model} is made for {kind[preset.dimensions[0]]}, and the folder holds {kind[axes]}. "
            "Volumes: dcgan, cgan, wgan-gp, vae or cvae."
        )
