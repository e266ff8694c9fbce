from __future__ import annotations

import pytest
import torch

from trainers.networks.base import NetworkOptions
from trainers.networks.blocks import averaged, enlarged
from trainers.networks.progressive import ProgressiveDiscriminator, ProgressiveGenerator, growth
from trainers.networks.registry import build
from trainers.types import Shape

SHAPE = Shape(1, (16, 16), 0)
OPTIONS = NetworkOptions(latent=6, width=4)


@pytest.fixture
def pair() -> tuple[ProgressiveGenerator, ProgressiveDiscriminator]:
    return build("progressive", SHAPE, OPTIONS, 0)


def test_alpha_zero_is_the_old_resolution_and_one_the_new(pair: tuple) -> None:
    generator, z = pair[0], torch.randn(3, 6, generator=torch.Generator().manual_seed(0))
    made = {}
    for stage in (0.0, 1.0, 1.0 + 1e-6, 1.5, 2.0 - 1e-6, 2.0):
        generator.grow(stage)
        made[stage] = generator(z)
    torch.testing.assert_close(made[1.0 + 1e-6], made[1.0], atol=1e-4, rtol=0)
    torch.testing.assert_close(made[2.0 - 1e-6], made[2.0], atol=1e-4, rtol=0)
    halfway = (torch.atanh(made[1.0]) + torch.atanh(made[2.0])) / 2
    torch.testing.assert_close(torch.atanh(made[1.5]), halfway, atol=1e-4, rtol=1e-3)
    assert not torch.allclose(made[1.0], made[2.0], atol=1e-3)


@pytest.mark.parametrize(("stage", "block"), [(0.0, 4), (1.0, 2), (2.0, 1)])
def test_pixels_are_as_large_as_the_stage_is_low(pair: tuple, stage: float, block: int) -> None:
    generator = pair[0]
    generator.grow(stage)
    images = generator(torch.randn(2, 6, generator=torch.Generator().manual_seed(0)))
    factors = (block, block)
    torch.testing.assert_close(enlarged(averaged(images, factors), factors), images)


def test_the_discriminator_sees_no_more_than_the_stage_shows(pair: tuple) -> None:
    discriminator = pair[1]
    images = torch.rand(4, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    coarse = enlarged(averaged(images, (2, 2)), (2, 2))
    discriminator.grow(1.0)
    torch.testing.assert_close(discriminator(images), discriminator(coarse))
    discriminator.grow(2.0)
    assert not torch.allclose(discriminator(images), discriminator(coarse))


def test_fading_in_starts_from_the_discriminator_of_the_stage_before(pair: tuple) -> None:
    discriminator = pair[1]
    images = torch.rand(4, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    logits = []
    for stage in (1.0, 1.0 + 1e-6):
        discriminator.grow(stage)
        logits.append(discriminator(images))
    torch.testing.assert_close(logits[0], logits[1], atol=1e-4, rtol=1e-4)


def test_the_stage_is_part_of_the_weights(pair: tuple) -> None:
    generator = pair[0]
    generator.grow(0.25)
    other = build("progressive", SHAPE, OPTIONS, 1)[0]
    other.load_state_dict(generator.state_dict())
    z = torch.randn(2, 6, generator=torch.Generator().manual_seed(0))
    assert torch.equal(other(z), generator(z))
    with pytest.raises(ValueError, match="from 0 to 2"):
        generator.grow(2.5)


def test_growth_rests_on_each_size_then_fades_the_next_one_in() -> None:
    stages = [growth(progress, 2) for progress in (0.0, 0.2, 0.375, 0.5, 0.7, 0.875, 1.0)]
    assert stages == [0.0, 0.0, 0.5, 1.0, 1.0, 1.5, 2.0]
    assert growth(0.5, 3, share=0.5) == 3.0
    rising = [growth(step / 97, 3, share=0.6) for step in range(98)]
    assert rising == sorted(rising)
