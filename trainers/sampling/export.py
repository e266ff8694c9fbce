"""The generator as one file that runs without this package: TorchScript."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

from gan_audit.errors import UsageError
from trainers.run.folder import open_run
from trainers.sampling.sampler import Sampler

DESCRIPTION = "description.json"
"""Extra file inside the TorchScript archive: what goes in, what comes out, and how it becomes stored values."""


def export(run: Path, out: Path) -> Path:
    """Writes the averaged generator, traced, as `out`; the trace is held against the network on other input.

    `torch.jit.load(out)` gives a function of z (n, latent) and, for a conditional model, labels (n,) int64, to images
    (n, c, *size) in [-1, 1]. Raises UsageError for a model that needs real images at every call, or where the file
    exists.
    """
    import torch

    if out.exists():
        raise UsageError(f"{out} exists already. Choose another file.")
    if open_run(run).config.source is not None:
        raise UsageError("A translation cannot be exported; generate its images with --data.")
    sampler = Sampler.open(run)
    if sampler.data is not None:
        raise UsageError(f"{sampler.run.config.model} needs a real image at every call and cannot be exported.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sizes are constants of a run, and the trace is checked on another batch
        example, other = (_inputs(sampler, count) for count in (2, 5))
        jit: Any = torch.jit
        traced = jit.trace(sampler.network, example, check_inputs=[other])
        partial = out.with_name(f".{out.name}.new")
        text = json.dumps(_description(sampler), sort_keys=True)
        jit.save(traced, str(partial), _extra_files={DESCRIPTION: text})
    partial.replace(out)
    return out


def _inputs(sampler: Sampler, count: int) -> tuple[Any, ...]:
    import torch

    z = torch.linspace(-2, 2, count * int(sampler.network.latent)).reshape(count, -1)
    classes = len(sampler.run.config.labels)
    return (z, torch.arange(count) % classes) if classes else (z,)


def _description(sampler: Sampler) -> dict[str, Any]:
    config = sampler.run.config
    return {
        "model": config.model,
        "run_digest": sampler.run_digest,
        "latent": int(sampler.network.latent),
        "labels": list(config.labels),
        "channels": config.shape.channels,
        "size": list(config.shape.size),
        "scaling": sampler.scaling.as_json(),
    }
