"""A synthetic set of real images, each changed within the limits of its modality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gan_audit.errors import UsageError
from gan_audit.runtime.progress import SILENT, Progress
from gan_audit.types import Sample
from trainers.augment.modalities import MODALITIES, Limits
from trainers.augment.operations import changed
from trainers.data.images import Images, load_images
from trainers.data.prepare import Prepared, Wishes, prepare
from trainers.data.pseudonyms import training_groups
from trainers.data.scaling import Scaling
from trainers.data.sets import planes
from trainers.randomness import rng_of
from trainers.sampling.output import check_target, write_set
from trainers.sampling.provenance import of_augmentation
from trainers.sampling.sampler import Made, image_seed
from trainers.sampling.writing import Style


@dataclass(frozen=True)
class AugmentRequest:
    """What `gan-audit augment` was asked for."""

    data: Any
    """A folder, a list of paths or an array."""
    modality: str
    count: int
    out: Path
    labels: Any = None
    seed: int = 0
    overwrite: bool = False


def augment(order: AugmentRequest, progress: Progress = SILENT) -> int:
    """Writes the set and returns how many images it holds; every image keeps its own size.

    Raises UsageError for an unknown modality or a count below 1, InputError for images that cannot be read.
    """
    if order.modality not in MODALITIES:
        raise UsageError(f"Expected --modality among {', '.join(MODALITIES)}, got {order.modality!r}.")
    if order.count < 1:
        raise UsageError(f"Expected --n of at least 1, got {order.count}.")
    check_target(order.out, order.overwrite)
    limits = MODALITIES[order.modality]
    images = load_images(order.data, order.labels, progress=progress)
    labelled = all(sample.label is not None for sample in images.set.samples)
    prepared = prepare(images, Wishes(size="4"))
    labels = sorted({str(sample.label) for sample in images.set.samples}) if labelled else []
    operations = {"modality": order.modality, "limits": asdict(limits)}
    with progress.stage("Making images", order.count) as step:
        write_set(
            order.out, _made(images, prepared.scaling, limits, order, labelled), labels, _style(images, prepared),
            lambda rows: of_augmentation(
                prepared.facts(images), training_groups(images, prepared), operations, rows, order.seed
            ),
            step,
        )  # fmt: skip
    return order.count


def one(images: Images, sample: Sample, scaling: Scaling, limits: Limits, seed: int, *, labelled: bool) -> Made:
    """The image that a seed makes of a real one."""
    image = images.set.read(sample)
    found = changed(planes(image, image.channels).astype(np.float64), limits, rng_of("augment", seed))
    share = (found - scaling.low) / (scaling.high - scaling.low)
    pixels = scaling.back(share * 2 - 1)
    pixels = np.ascontiguousarray(np.moveaxis(pixels, 0, -1)) if len(pixels) == 3 else pixels[0]
    return Made(pixels, seed, sample.label if labelled else None, sample.pseudonym)


def _made(images: Images, scaling: Scaling, limits: Limits, order: AugmentRequest, labelled: bool) -> Iterator[Made]:
    """Every real image in turn, in an order drawn anew each round, so that classes stay as frequent as they are."""
    chosen = _turns(len(images.set.samples), order.count, order.seed)
    for number, row in enumerate(chosen):
        sample = images.set.samples[row]
        yield one(images, sample, scaling, limits, image_seed(order.seed, number), labelled=labelled)


def _turns(length: int, count: int, seed: int) -> Sequence[int]:
    rounds = -(-count // length)
    orders = [rng_of(seed, "sources", turn).permutation(length) for turn in range(rounds)]
    return [int(row) for row in np.concatenate(orders)[:count]]


def _style(images: Images, prepared: Prepared) -> Style:
    """Stored as the originals are; their spacing only where it is one for all."""
    spacings = {sample.spacing for sample in images.set.samples}
    return Style(prepared.suffix, prepared.scaling, spacings.pop() if len(spacings) == 1 else None)
