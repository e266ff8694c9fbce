"""The second largest eigenvalue of many small matrices whose largest one is known to be 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

SQUARINGS = 13
"""Powers up to the 2^13th are tried before the eigenvalues are computed one and all."""
FIRST = 4
"""The first power looked at is the 2^4th; none before it is spread so far that it needs scaling."""
AGREED = 1e-11
"""Relative change between two estimates, the better of which errs by far less."""
PROVEN = 1e-13
"""Bound of the relative error by which taking the first eigenvalue away may move the second."""
SMALL = 0.03
"""Singular values below have lost digits by squaring."""


def second_eigenvalue(matrices: Tensor, first: Tensor) -> Tensor:
    """Second largest absolute eigenvalue, (...), with a relative error of about 1e-12.

    matrices: (..., k, k), symmetric, with the largest eigenvalue 1. first: (..., k), its eigenvector of length 1.
    Takes the first one away and squares the rest, products of matrices being what a GPU is best at, and eigenvalues of
    matrices wider than 32, one at a time in some versions of torch, what it is worst at. The traces of the powers name
    the largest eigenvalue long before it stands alone. Where they do not agree, `eigvalsh` decides.
    """
    import torch

    *lead, size, _ = matrices.shape
    flat, vectors = matrices.reshape(-1, size, size), first.reshape(-1, size, 1)
    if size < 2:
        return matrices.new_ones(lead)
    found = matrices.new_full((len(flat),), torch.nan)
    if size > 8:
        _by_squaring(flat - vectors @ vectors.mT, found)
    unsure = (~_proven(flat, vectors, found)).nonzero()[:, 0]
    if len(unsure):
        values = torch.linalg.eigvalsh(flat[unsure])
        found[unsure] = values[:, -2].maximum(-values[:, 0])
    return found.view(lead)


def second_singular_value(matrices: Tensor, first: Tensor) -> Tensor:
    """Second largest singular value, (...); 1 where the matrices have one row. first: (..., k), the right singular
    vector that belongs to the largest one, 1.
    """
    import torch

    found = second_eigenvalue(matrices.mT @ matrices, first).sqrt()
    small = found < SMALL
    if bool(small.any()):
        found[small] = torch.linalg.svdvals(matrices[small])[..., 1]
    return found


def _proven(matrices: Tensor, vectors: Tensor, found: Tensor) -> Tensor:
    """Whether the vectors are near enough to the first eigenvector for the second eigenvalue to be right.

    To second order taking r too much away moves that eigenvalue by the squared residual over its distance from 1.
    """
    image = matrices @ vectors
    residual = image - vectors * (vectors * image).sum(1, keepdim=True)
    return residual.square().sum((1, 2)) <= PROVEN * found * (1 - found)


def _by_squaring(power: Tensor, found: Tensor) -> None:
    """Fills in the largest absolute eigenvalue of each matrix where two successive estimates agree."""
    import torch

    left = torch.arange(len(power), device=power.device)
    scale, before = torch.zeros_like(found), torch.full_like(found, torch.inf)
    for exponent in range(1, SQUARINGS + 1):
        power = power @ power
        if exponent < FIRST:
            continue
        norm = torch.linalg.matrix_norm(power)
        norm = norm.where(norm > 0, 1.0)
        power /= norm[:, None, None]
        scale = 2 * scale + norm.log()
        now = ((scale + _larger_of_two(power).log()) / 2**exponent).exp()
        done = (now - before).abs() <= AGREED * now
        found[left[done]] = now[done]
        go = (~done).nonzero()[:, 0]
        if not len(go):
            return
        left, power, scale, before = left[go], power[go], scale[go], now[go]


def _larger_of_two(power: Tensor) -> Tensor:
    """Of two positive eigenvalues with the given sum and with squares that sum to 1; 1 where there must be more."""
    total = power.diagonal(dim1=1, dim2=2).sum(1)
    larger = (total + (2 - total.square()).clamp(min=0).sqrt()) / 2
    return larger.where((total >= 1) & (total < 2**0.5), 1.0)
