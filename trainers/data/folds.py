"""Folds by patient: what a generator trains on, and what it must never have seen."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gan_audit.errors import InputError, UsageError
from gan_audit.types import Sample
from trainers.randomness import seed_of

Places = NDArray[np.int64]


def folds_of(samples: Sequence[Sample], folds: int, seed: int) -> Places:
    """The fold of each image, 1 to `folds`: all images of a patient in one, classes spread evenly.

    Images without a group count as a patient each; images of equal content, and the patients they belong to, stay
    together. The same images, seed and number give the same folds in any order.
    Raises UsageError for fewer than 2 folds, InputError where there are fewer patients than folds.
    """
    if folds < 2:
        raise UsageError(f"Expected --folds of at least 2, got {folds}.")
    order = np.argsort([f"{sample.digest}/{sample.id}" for sample in samples], kind="stable")
    units = units_of(samples)[order]
    found = len(set(units.tolist()))
    if found < folds:
        raise InputError(f"{folds} folds need at least {folds} patients, got {found}; give fewer folds.")
    names = [samples[place].label for place in order]
    placed = np.zeros(len(samples), np.int64)
    for number, held in enumerate(_divide(names, units, folds, seed), start=1):
        placed[order[held]] = number
    return placed


def units_of(samples: Sequence[Sample]) -> Places:
    """A number for each image, equal for images that must not be parted: one patient, or the same content."""
    parents: dict[str, str] = {}

    def root(key: str) -> str:
        while parents.setdefault(key, key) != key:
            parents[key] = parents[parents[key]]
            key = parents[key]
        return key

    owners = [_owner(sample) for sample in samples]
    for sample, owner in zip(samples, owners, strict=True):
        first, second = sorted((root(owner), root(f"content/{sample.digest}")))
        parents[second] = first
    roots = [root(owner) for owner in owners]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(sorted(roots)))}
    return np.array([numbers[name] for name in roots], np.int64)


def _owner(sample: Sample) -> str:
    return f"image/{sample.id}" if sample.group is None else f"patient/{sample.group}"


def _divide(names: Sequence[str | None], units: Places, folds: int, seed: int) -> list[Places]:
    from sklearn.model_selection import StratifiedGroupKFold

    state = seed_of(seed, "folds") % 2**32
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=state)
    classes = np.array(["" if name is None else name for name in names])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        try:
            parts = [held for _, held in splitter.split(np.zeros(len(units)), classes, units)]
        except ValueError as error:
            raise InputError(f"The images cannot be divided into {folds} folds: {error}. Give fewer folds.") from error
    empty = [number for number, held in enumerate(parts, start=1) if not len(held)]
    if empty:
        raise InputError(f"Fold {empty[0]} of {folds} would be empty: too few patients. Give fewer folds.")
    return parts
