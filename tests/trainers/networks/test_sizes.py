from __future__ import annotations

from math import prod

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.networks.sizes import SMALLEST, fitted, pyramid

SIDES = st.lists(st.integers(4, 70), min_size=2, max_size=3)


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((16, 16), ((4, 4), (8, 8), (16, 16))),
        ((28, 28), ((7, 7), (14, 14), (28, 28))),
        ((30, 22), ((8, 6), (16, 12), (32, 24))),
        ((8, 64, 64), ((4, 4, 4), (8, 8, 8), (8, 16, 16), (8, 32, 32), (8, 64, 64))),
    ],
)
def test_a_worked_pyramid(size: tuple[int, ...], sizes: tuple[tuple[int, ...], ...]) -> None:
    assert pyramid(size).sizes == sizes


@settings(max_examples=60)
@given(SIDES, st.integers(0, 5))
def test_a_pyramid_covers_the_image_with_little_to_spare(size: list[int], levels: int) -> None:
    found = pyramid(size, levels)
    assert found.levels >= 1
    assert levels == 0 or found.levels <= levels
    for side, finest, coarsest in zip(size, found.sizes[-1], found.base, strict=True):
        assert side <= finest < side + finest / coarsest
        assert coarsest >= min(SMALLEST, side)
    steps = [prod(factors[axis] for factors in found.factors) for axis in range(len(size))]
    assert [base * step for base, step in zip(found.base, steps, strict=True)] == list(found.sizes[-1])


def test_channels_grow_towards_the_coarse_sizes_up_to_four_times() -> None:
    assert pyramid((64, 64)).channels(16) == (64, 64, 32, 16, 8)


def test_fitting_and_cutting_again_gives_the_image_back() -> None:
    images = torch.arange(2 * 1 * 5 * 3, dtype=torch.float32).reshape(2, 1, 5, 3)
    larger = fitted(images, (8, 6))
    assert larger.shape == (2, 1, 8, 6)
    assert larger.sum() == images.sum()
    assert torch.equal(fitted(larger, (5, 3)), images)
