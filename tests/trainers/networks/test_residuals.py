from __future__ import annotations

import pytest
import torch

from trainers.networks.base import NetworkOptions
from trainers.networks.residuals import Residuals
from trainers.networks.vae import build
from trainers.types import Shape


def rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def grain(count: int, seed: int) -> torch.Tensor:
    """Noise whose neighbours along the last axis correlate by 0.5, twice as strong in the lower half."""
    white = torch.randn(count, 1, 8, 9, generator=rng(seed))
    smooth = (white + white.roll(1, 3)) / 2**0.5
    smooth[:, :, 4:] *= 2
    return 0.1 * smooth


def neighbours(noise: torch.Tensor) -> float:
    return float((noise[..., 1:] * noise[..., :-1]).mean() / noise.square().mean())


def test_noise_has_the_spread_and_the_correlation_of_what_was_fed() -> None:
    residuals = Residuals(Shape(1, (8, 9), 0), 8)
    assert not residuals(torch.ones(2, 8)).any()
    for step in range(400):
        residuals.update(grain(64, step))
    made = residuals(torch.randn(4000, 8, generator=rng(7)))
    assert made.shape == (4000, 1, 8, 9)
    assert made[:, :, :4].std().item() == pytest.approx(0.1, rel=0.1)
    assert made[:, :, 4:].std().item() == pytest.approx(0.2, rel=0.1)
    assert neighbours(made) == pytest.approx(0.5, abs=0.05)
    assert abs(neighbours(made.transpose(2, 3))) < 0.05


def test_each_class_keeps_its_own_and_one_without_images_stays() -> None:
    residuals = Residuals(Shape(2, (4, 4, 4), 2), 8, 2)
    for step in range(50):
        residuals.update(0.3 * torch.randn(8, 2, 4, 4, 4, generator=rng(step)), torch.ones(8, dtype=torch.long))
    z = torch.randn(500, 8, generator=rng(0))
    assert not residuals(z, torch.zeros(500, dtype=torch.long)).any()
    assert residuals(z, torch.ones(500, dtype=torch.long)).std().item() == pytest.approx(0.3, rel=0.1)


def test_a_decoder_samples_where_the_codes_were_with_noise_that_follows_from_z() -> None:
    decoder = build(Shape(1, (8, 9), 0), NetworkOptions(latent=4, width=2), 0)[1].eval()
    z = torch.randn(4, 4, generator=rng(2))
    torch.testing.assert_close(decoder(z), decoder.decode(decoder.codes(z)))
    decoder.residuals.update(grain(64, 0))
    assert torch.equal(decoder(z), decoder(z))
    assert not torch.allclose(decoder(z), decoder.decode(decoder.codes(z)), atol=0.05)
    torch.testing.assert_close(decoder(z)[1:2], decoder(z[1:2]))
