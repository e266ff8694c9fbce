"""Kind of model to the loop that trains it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from trainers.config import RunConfig
from trainers.loops.base import Objective
from trainers.types import Kind

LOOPS: Mapping[Kind, str] = {
    "adversarial": "trainers.loops.adversarial",
    "variational": "trainers.loops.variational",
    "translation": "trainers.loops.translation",
}
"""Each module has `build(config, device) -> Objective`; it is imported when a run needs it."""


def build(config: RunConfig, device: str) -> Objective:
    """The untrained networks of a run on a device, their weights a function of the run's seed."""
    make: Callable[[RunConfig, str], Objective] = import_module(LOOPS[config.preset.kind]).build
    return make(config, device)
