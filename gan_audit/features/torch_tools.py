"""What the feature spaces made with torch share: device, thread count, exact arithmetic and batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from gan_audit.errors import UsageError
from gan_audit.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 32


def torch_device(wanted: str) -> str:
    """`cpu` or `cuda`, for `auto` whichever the machine has; UsageError where CUDA is asked for and not there."""
    if wanted == "cpu":
        return wanted
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "auto":
        return "cpu"
    raise UsageError(f"Expected a device that this machine has, got {wanted}: torch finds none; use --device cpu.")


@contextmanager
def exact() -> Iterator[None]:
    """No gradient, one CPU thread, no reduced precision and no timing-dependent choice of algorithm."""
    import torch

    threads, matmul = torch.get_num_threads(), torch.backends.cuda.matmul.allow_tf32
    torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = False
    flags = torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
    try:
        with torch.inference_mode(), flags:
            yield
    finally:
        torch.set_num_threads(threads)
        torch.backends.cuda.matmul.allow_tf32 = matmul


def in_batches(forward: Callable[[Tensor], Tensor], inputs: Sequence[Tensor], device: str) -> FloatArray:
    """Runs over inputs (each (C, H, W)) in batches of one size, padded with zeros.

    A row therefore does not depend on its batch.

    Inputs of equal shape go together. Returns (n, d), float64.
    """
    import torch

    shapes: dict[tuple[int, ...], list[int]] = {}
    for row, tensor in enumerate(inputs):
        shapes.setdefault(tuple(tensor.shape), []).append(row)
    blocks = [rows[start : start + BATCH] for rows in shapes.values() for start in range(0, len(rows), BATCH)]
    found: dict[int, FloatArray] = {}
    for rows in blocks:
        filled = torch.zeros((BATCH, *inputs[rows[0]].shape), dtype=inputs[rows[0]].dtype)
        filled[: len(rows)] = torch.stack([inputs[row] for row in rows])
        features = forward(filled.to(device))[: len(rows)].cpu().double().numpy()
        found.update(zip(rows, features, strict=True))
    return np.stack([found[row] for row in range(len(inputs))])


def mean_row(rows: Sequence[Tensor]) -> FloatArray:
    """Mean of vectors of features, in float64."""
    stacked = np.stack([row.cpu().double().numpy() for row in rows])
    return np.asarray(stacked.mean(axis=0), dtype=np.float64)


def mean_rows(rows: FloatArray, counts: Sequence[int]) -> FloatArray:
    """Means of consecutive groups of rows, counts[i] in group i."""
    ends = np.cumsum(counts)
    return np.stack([part.mean(axis=0) for part in np.split(rows, ends[:-1])])
