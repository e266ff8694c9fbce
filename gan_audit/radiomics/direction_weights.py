"""Directions put together: their plain mean, or one matrix summed with weights that follow the distance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gan_audit.radiomics.block import Block
from gan_audit.radiomics.offsets import Offset, offsets
from gan_audit.types import FloatArray

NORMS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "infinity": lambda lengths: lengths.max(axis=-1),
    "euclidean": lambda lengths: np.sqrt(np.square(lengths).sum(axis=-1)),
    "manhattan": lambda lengths: lengths.sum(axis=-1),
    "no_weighting": lambda lengths: np.ones(lengths.shape[:-1]),
}


def along(values: FloatArray) -> FloatArray:
    """Mean over the last axis of the values that are defined; NaN where none is."""
    known = ~np.isnan(values)
    number = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    found: FloatArray = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    return found


def distances(block: Block) -> FloatArray:
    """(n, directions at distance 1): millimetres from a voxel to its neighbour, in the norm of the settings."""
    return _norms(block, block.steps)


def closeness(block: Block) -> FloatArray:
    """(n, directions at the distances of the settings): exp(-d^2), 1 without weighting."""
    norms = _norms(block, offsets(block.rule.distances, block.flat))
    return np.exp(-np.square(norms)) if block.rule.weighting != "no_weighting" else norms


def _norms(block: Block, directions: list[Offset]) -> FloatArray:
    norm = NORMS[block.rule.weighting or "no_weighting"]
    spacing = np.array([(1.0,) * (3 - len(region.spacing)) + region.spacing for region in block.regions])
    found: FloatArray = norm(np.abs(np.array(directions))[None] * spacing[:, None])
    return found
