"""Checkpoints: weights and optimizer state as safetensors, small numbers as JSON; never a pickled object.

A checkpoint is a folder `checkpoints/STEP` that appears in one step: a kill at any moment leaves the one before.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gan_audit.errors import InputError
from gan_audit.runtime.atomic import beside, swap
from trainers.run.files import read_json, write_json

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS, OPTIMIZERS, STATE = "weights.safetensors", "optimizers.safetensors", "state.json"
KEPT = 2
"""Checkpoints that stay; older ones are removed."""


@dataclass(frozen=True)
class Checkpoint:
    """Everything a run needs to go on."""

    step: int
    weights: Mapping[str, Tensor]
    """`module.parameter` to tensor."""
    optimizers: Mapping[str, Tensor]
    """`optimizer/parameter number/name` to tensor."""
    state: Mapping[str, Any]
    """Small JSON-ready numbers (the probability of an adaptive augmentation, seconds spent)."""


def save(folder: Path, checkpoint: Checkpoint) -> str:
    """Writes checkpoints/STEP unless it is there, removes old ones; returns the SHA-256 of the weights' file."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{checkpoint.step:08d}"
    if (target / STATE).is_file():
        return str(read_json(target / STATE, "a checkpoint's state")["weights_sha256"])
    with beside(target) as aside:
        save_file(_plain(checkpoint.weights), aside / WEIGHTS)
        save_file(_plain(checkpoint.optimizers), aside / OPTIMIZERS)
        digest = sha256_of(aside / WEIGHTS)
        write_json(aside / STATE, {**checkpoint.state, "step": checkpoint.step, "weights_sha256": digest})
        swap(aside, target)
    for old in places(folder)[:-KEPT]:
        _remove(old)
    return digest


def latest(folder: Path) -> Path | None:
    """The last whole checkpoint; None where there is none."""
    found = places(folder)
    return found[-1] if found else None


def load(place: Path) -> Checkpoint:
    """Reads a checkpoint; InputError where its weights are not the ones that were saved."""
    from safetensors.torch import load_file

    state = read_json(place / STATE, "a checkpoint's state")
    if sha256_of(place / WEIGHTS) != state["weights_sha256"]:
        raise InputError(f"The weights in {place} are not those that were saved. Remove this checkpoint, and resume.")
    return Checkpoint(state["step"], load_file(place / WEIGHTS), load_file(place / OPTIMIZERS), state)


def places(folder: Path) -> list[Path]:
    """Whole checkpoints, the oldest first."""
    return sorted(path for path in folder.glob("[0-9]*") if (path / STATE).is_file())


def sha256_of(path: Path) -> str:
    """Digest of a file; InputError where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Train again.") from error


def _plain(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """On the CPU, each with memory of its own, as the format wants it."""
    return {name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()}


def _remove(place: Path) -> None:
    (place / STATE).unlink(missing_ok=True)  # from here on it counts as none
    shutil.rmtree(place, ignore_errors=True)
