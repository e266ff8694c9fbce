"""What a run trains on: chosen images, their limits and classes, and what the run folder remembers of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gan_audit.data.formats.readers import suffix_of
from gan_audit.errors import InputError, UsageError
from gan_audit.types import Sample
from trainers.data.fitting import size_for
from trainers.data.folds import folds_of
from trainers.data.images import Images
from trainers.data.scaling import Scaling, scaling_for
from trainers.data.sets import TrainingSet, codes_of, tensor_of
from trainers.types import Shape

LEAST = 2
"""Images below which nothing is trained."""


@dataclass(frozen=True)
class Wishes:
    """What the user asked of the data."""

    size: str | None = None
    """`32` or `32x48`; None for the images' own."""
    channels: int | None = None
    """1 or 3; None for colour where any image has it."""
    window: tuple[float, float] | None = None
    """Limits of the intensities, in the images' unit."""
    conditional: bool = False
    """Whether labels are needed."""
    folds: int = 0
    fold: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Prepared:
    """Everything about the data that training and sampling need."""

    data: TrainingSet
    held: tuple[Sample, ...] = field(repr=False)
    """Images of the fold that is left out."""
    folds: tuple[int, ...] = field(repr=False)
    """Fold of each image of the folder, in its order; 0 without folds."""
    shape: Shape
    labels: tuple[str, ...]
    scaling: Scaling
    spacing: tuple[float, ...] | None
    """Millimetres between the pixels of a sample, where every image says them."""
    suffix: str
    """Of the files, the commonest; empty for arrays."""
    source: Shape | None = None
    """What a translation starts from; None where images are made from noise."""
    source_scaling: Scaling | None = None
    """Its limits."""

    def facts(self, images: Images) -> dict[str, Any]:
        """data.json: no name, no path, no patient."""
        used = self.data.samples
        groups = {sample.group for sample in used} - {None}
        return {
            "sha256": images.set.sha256,
            "n_images": len(images.set.samples),
            "n_rejected": len(images.set.rejected),
            "n_training_images": len(used),
            "n_training_groups": len(groups) + sum(sample.group is None for sample in used),
            "grouped": bool(groups),
            "classes": _counted(used),
            "sizes": _sizes(used),
            "scaling": self.scaling.as_json(),
            "source_scaling": self.source_scaling.as_json() if self.source_scaling else None,
            "spacing": list(self.spacing) if self.spacing else None,
            "suffix": self.suffix,
            "notes": list(images.set.notes),
        }


def prepare(images: Images, wishes: Wishes) -> Prepared:
    """The training set of a run: by fold where asked for, its limits learnt from the training images alone.

    Raises UsageError for wishes that do not fit the images, InputError where labels are needed and lacking or fewer
    than 2 images are left.
    """
    samples = images.set.samples
    folds = _folds(samples, wishes)
    chosen = tuple(s for s, fold in zip(samples, folds, strict=True) if not wishes.folds or fold != wishes.fold)
    held = tuple(s for s, fold in zip(samples, folds, strict=True) if wishes.folds and fold == wishes.fold)
    labels = _labels(chosen) if wishes.conditional else ()
    if len(chosen) < LEAST:
        raise InputError(f"Expected at least {LEAST} training images, got {len(chosen)}.")
    size = size_for(chosen, wishes.size)
    channels = wishes.channels or (3 if any(sample.channels == 3 for sample in chosen) else 1)
    floating = images.set.read(chosen[0]).pixels.dtype.kind == "f"
    scaling = scaling_for(chosen, floating=floating, window=wishes.window)
    data = TrainingSet(
        tensor_of(images.set, chosen, scaling, channels, size), codes_of(chosen, labels) if labels else None, chosen
    )
    shape = Shape(channels, size, len(labels))
    return Prepared(data, held, folds, shape, labels, scaling, _spacing(chosen, size), _suffix(chosen))


def _folds(samples: Sequence[Sample], wishes: Wishes) -> tuple[int, ...]:
    if not wishes.folds and not wishes.fold:
        return (0,) * len(samples)
    if not 1 <= wishes.fold <= wishes.folds:
        raise UsageError(f"Expected --fold from 1 to --folds, got {wishes.fold} of {wishes.folds}.")
    return tuple(int(fold) for fold in folds_of(samples, wishes.folds, wishes.seed))


def _labels(samples: Sequence[Sample]) -> tuple[str, ...]:
    lacking = sum(sample.label is None for sample in samples)
    names = tuple(sorted({sample.label for sample in samples if sample.label is not None}))
    if lacking or len(names) < 2:
        found = f"{lacking} of {len(samples)} have none" if lacking else f"found {len(names)}"
        raise InputError(
            f"A conditional model needs a label for every image and at least 2 classes; {found}. Give --labels CSV, or "
            "one sub-folder a class; or choose an unconditional model."
        )
    return names


def _counted(samples: Sequence[Sample]) -> dict[str, int]:
    return dict(sorted(Counter(s.label for s in samples if s.label is not None).items()))


def _sizes(samples: Sequence[Sample]) -> list[list[int]]:
    """The smallest and the largest size."""
    shapes = np.array([sample.shape for sample in samples])
    return [shapes.min(axis=0).tolist(), shapes.max(axis=0).tolist()]


def _spacing(samples: Sequence[Sample], size: tuple[int, ...]) -> tuple[float, ...] | None:
    """The median spacing, stretched as the images are."""
    if any(sample.spacing is None for sample in samples):
        return None
    scaled = []
    for sample in samples:
        shrink = max(length / target for length, target in zip(sample.shape, size, strict=True))
        scaled.append([step * shrink for step in sample.spacing or ()])
    return tuple(float(step) for step in np.median(np.array(scaled), axis=0))


def _suffix(samples: Sequence[Sample]) -> str:
    found = Counter(suffix_of(sample.id) for sample in samples)
    return min(found, key=lambda suffix: (-found[suffix], suffix))
