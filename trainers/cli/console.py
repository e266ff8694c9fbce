"""What the commands do with their options, and what they print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from gan_audit.errors import UsageError
from gan_audit.runtime.terminal import progress_for
from trainers.augment.generate import AugmentRequest, augment
from trainers.cli.display import bar_for
from trainers.data.prepare import Wishes
from trainers.sampling.generate import FOLD, GenerateRequest, fold_folders, generate
from trainers.train import Request, train_request
from trainers.validation import terms_for

CHANGES = (
    "network", "objective", "penalty", "penalty_weight", "penalty_interval", "conditioning", "adaptive", "attention",
    "spectral_norm", "path_length", "latent", "width", "depth", "batch", "critic_steps", "generator_lr",
    "discriminator_lr", "ema", "beta", "noise_floor",
)  # fmt: skip
"""Options of train that replace a field of the preset of the same name."""


def run_training(given: Mapping[str, Any]) -> None:
    """gan-audit train: one run, or one for each fold."""
    request = request_of(given)
    for number in _folds(given):
        one = _fold(request, number) if number else request
        title = f"{request.model}, fold {number}" if number else request.model
        with bar_for(given["quiet"], title, request.steps, request.seconds) as bar:
            outcome = train_request(one, bar, progress_for(given["quiet"]))
        if not given["quiet"]:
            typer.echo(f"{title}: {outcome.reason}. Run: {one.out}")


def run_generation(given: Mapping[str, Any]) -> None:
    """gan-audit generate: one set, or one for each fold."""
    order = GenerateRequest(
        given["run"], given["out"], given["n"], given["seed"], tuple(given["per_class"] or ()), given["balanced"],
        given["image_seed"], given["label"], given["inputs"], given["overwrite"],
    )  # fmt: skip
    orders = [order]
    if given["folds"]:
        orders = [replace(order, run=run, out=order.out / run.name) for run in fold_folders(order.run)]
    for one in orders:
        count = generate(one, progress_for(given["quiet"]))
        if not given["quiet"]:
            typer.echo(f"{count} images in {one.out}")


def run_augmentation(given: Mapping[str, Any]) -> None:
    """gan-audit augment."""
    order = AugmentRequest(
        given["data"], given["modality"].value, given["n"], given["out"], given["labels"], given["seed"],
        given["overwrite"],
    )  # fmt: skip
    count = augment(order, progress_for(given["quiet"]))
    if not given["quiet"]:
        typer.echo(f"{count} images in {order.out}")


def request_of(given: Mapping[str, Any]) -> Request:
    """The options of train as one object."""
    changes = {name: given[name] for name in CHANGES} | {"terms": terms_for(given["model"], given["term"] or ())}
    if given["augment"] is not None:
        kinds = tuple(kind.strip() for kind in given["augment"].split(",") if kind.strip())
        changes["augmentation"] = () if kinds == ("none",) else kinds
    if given["channels"] == 2:
        raise UsageError("Expected --channels 1 or 3, got 2.")
    wishes = Wishes(
        given["size"], given["channels"], given["window"], False, given["folds"], given["fold"], given["seed"]
    )
    return Request(
        given["model"], given["data"], given["out"], given["labels"], given["targets"], changes, wishes,
        given["steps"], given["time_limit"], given["device"].value, given["precision"].value, given["compiled"],
        given["threads"], given["monitor"], tuple(given["stop_on"] or ()), given["jobs"],
    )  # fmt: skip


def _folds(given: Mapping[str, Any]) -> list[int]:
    """Numbers of the folds to train; 0 stands for a run on everything."""
    folds, fold = given["folds"], given["fold"]
    if not folds and fold:
        raise UsageError("--fold needs --folds, the number of parts.")
    if fold > folds:
        raise UsageError(f"Expected --fold from 1 to {folds}, got {fold}.")
    if folds == 1:
        raise UsageError("Expected --folds of at least 2, got 1.")
    return [fold] if fold else list(range(1, folds + 1)) if folds else [0]


def _fold(request: Request, number: int) -> Request:
    out: Path = request.out / f"{FOLD}{number}"
    return replace(request, out=out, wishes=replace(request.wishes, fold=number))
