"""Pairs of images for models that translate: given as two folders, or made by halving the resolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gan_audit.data.formats.readers import stem_of
from gan_audit.errors import InputError, UsageError
from gan_audit.types import Sample
from trainers.data.fitting import resize
from trainers.data.images import Images
from trainers.data.prepare import Prepared, Wishes, prepare
from trainers.data.sets import TrainingSet, tensor_of
from trainers.types import Shape

FACTOR = 2
"""Of super-resolution, along each axis."""
PAIRED: Mapping[str, bool] = {"pix2pix": True, "cyclegan": False}
"""Models that take --targets, and whether its images have to be those of --data, by name."""


def prepare_translation(images: Images, targets: Images | None, wishes: Wishes, model: str) -> Prepared:
    """Inputs and targets of a translation.

    pix2pix: an image of `targets` for each of `images`, of the same name without suffix; cyclegan: any others, drawn
    apart; srgan: `images` are the targets, and the inputs are half as large. Raises UsageError for --targets too many
    or missing, InputError for images without a counterpart.
    """
    if model not in PAIRED:
        if targets is not None:
            raise UsageError(f"{model} makes its inputs itself; leave --targets out.")
        return _halved(prepare(images, wishes))
    if targets is None:
        raise UsageError(f"{model} needs --targets, the folder of what images are to become.")
    before = prepare(images, wishes)
    chosen = _partners(before.data.samples, targets) if PAIRED[model] else targets.set.samples
    after = prepare(replace(targets, set=replace(targets.set, samples=tuple(chosen))), _plain(wishes))
    aimed = tensor_of(targets.set, chosen, after.scaling, after.shape.channels, after.shape.size)
    data = replace(before.data, targets=aimed, paired=PAIRED[model])
    return replace(after, data=data, held=before.held, folds=before.folds, source=before.shape,
                   source_scaling=before.scaling, labels=(), suffix=after.suffix)  # fmt: skip


def halved(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Images (n, c, *size) at half their size."""
    size = tuple(length // FACTOR for length in images.shape[2:])
    return np.stack([resize(image, size) for image in images])


def _halved(prepared: Prepared) -> Prepared:
    uneven = [length for length in prepared.shape.size if length % FACTOR]
    if uneven:
        raise UsageError(f"Super-resolution needs even sides, got {uneven[0]}; choose others with --size.")
    inputs = halved(prepared.data.images)
    data = TrainingSet(inputs, None, prepared.data.samples, targets=prepared.data.images)
    source = Shape(prepared.shape.channels, inputs.shape[2:], 0)
    return replace(prepared, data=data, source=source, source_scaling=prepared.scaling)


def _partners(samples: Sequence[Sample], targets: Images) -> list[Sample]:
    by_name = {stem_of(sample.id): sample for sample in targets.set.samples}
    missing = [sample.pseudonym for sample in samples if stem_of(sample.id) not in by_name]
    if missing:
        raise InputError(
            f"{len(missing)} of {len(samples)} images have no counterpart of the same name in --targets, such as "
            f"{missing[0]}. Give both folders the same names."
        )
    return [by_name[stem_of(sample.id)] for sample in samples]


def _plain(wishes: Wishes) -> Wishes:
    return Wishes(wishes.size, wishes.channels, wishes.window, seed=wishes.seed)
