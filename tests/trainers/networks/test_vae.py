from __future__ import annotations

import pytest
import torch

from trainers.losses.elbo import draw, elbo
from trainers.networks.base import NetworkOptions
from trainers.networks.vae import build
from trainers.types import Shape


@pytest.mark.parametrize(("channels", "size"), [(1, (28, 28)), (3, (30, 22)), (1, (12, 16, 10))])
@pytest.mark.parametrize("classes", [0, 3])
def test_shapes_and_gradients(channels: int, size: tuple[int, ...], classes: int) -> None:
    shape = Shape(channels, size, classes)
    options = NetworkOptions(latent=5, width=4, conditioning="concat" if classes else "none")
    encoder, decoder = build(shape, options, 0)
    images = torch.rand((4, channels, *size), generator=torch.Generator().manual_seed(0)) * 2 - 1
    labels = torch.tensor([0, 1, 2, 0]) if classes else None
    mean, logvar = encoder(images, labels)
    assert mean.shape == logvar.shape == (4, 5)
    made = decoder.decode(draw(mean, logvar, torch.Generator().manual_seed(1)), labels)
    assert made.shape == images.shape
    elbo(images, made, decoder.noise(), mean, logvar).loss.backward()
    assert all(weight.grad is not None for network in (encoder, decoder) for weight in network.parameters())


def test_the_noise_stays_above_its_floor_and_can_still_learn() -> None:
    decoder = build(Shape(1, (8, 8), 0), NetworkOptions(latent=4, width=2), 0, 0.2)[1]
    assert decoder.noise().item() == pytest.approx((0.2**2 + 0.3**2) ** 0.5)
    with torch.no_grad():
        decoder.log_noise.fill_(-3.0)
    noise = decoder.noise()
    assert noise.item() == pytest.approx(0.206, abs=1e-3)
    noise.backward()
    assert decoder.log_noise.grad > 0


def test_weights_follow_from_the_seed() -> None:
    pairs = [build(Shape(1, (8, 8), 0), NetworkOptions(latent=4, width=2), 5) for _ in range(2)]
    for first, second in zip(*pairs, strict=True):
        states = first.state_dict(), second.state_dict()
        assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
