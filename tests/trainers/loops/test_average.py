from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from trainers.loops.average import Average
from trainers.networks.base import NetworkOptions
from trainers.networks.registry import build
from trainers.types import Shape


def moved(network: nn.Module, seed: int) -> nn.Module:
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(torch.randn(weight.shape, generator=draw))
    return network


def test_the_average_follows_its_recursion() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, 1.0)
    average = Average(network, 0.9, ramp=False)
    for target, expected in [(2.0, 1.1), (2.0, 1.19), (0.0, 1.071)]:
        nn.init.constant_(network.weight, target)
        average.update(network)
        assert average.model.weight.item() == pytest.approx(expected, rel=1e-6)


def test_without_ramp_it_equals_torchs_own() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    average = Average(network, 0.95, ramp=False)
    peer = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.95))
    peer.update_parameters(network)  # its first update copies
    for seed in range(5):
        moved(network, seed)
        average.update(network)
        peer.update_parameters(network)
    for mine, theirs in zip(average.model.parameters(), peer.module.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)


def test_the_ramp_forgets_the_first_weights_soon() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, 0.0)
    slow, ramped = Average(network, 0.999, ramp=False), Average(network, 0.999)
    nn.init.constant_(network.weight, 1.0)
    left = 1.0
    for done in range(50):
        slow.update(network)
        ramped.update(network)
        left *= min(0.999, (1 + done) / (10 + done))
    assert ramped.model.weight.item() == pytest.approx(1 - left, rel=1e-4)
    assert ramped.model.weight.item() > 0.999
    assert slow.model.weight.item() < 0.05


def test_buffers_are_copied_and_the_state_goes_on() -> None:
    shape, options = Shape(1, (8, 8), 0), NetworkOptions(latent=4, width=2)
    network = build("convolutional", shape, options, 0)[0]
    average = Average(network, 0.9)
    for seed in range(3):
        network(torch.randn(4, 4, generator=torch.Generator().manual_seed(seed)))
        average.update(moved(network, seed))
    for mine, theirs in zip(average.model.buffers(), network.buffers(), strict=True):
        assert torch.equal(mine, theirs)
    other = Average(build("convolutional", shape, options, 1)[0], 0.9)
    other.load_state_dict(average.state_dict())
    moved(network, 9)
    for one in (average, other):
        one.update(network)
    for mine, theirs in zip(average.state_dict().values(), other.state_dict().values(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize("name", ["progressive", "style", "dense", "attention-image"])
def test_every_network_can_be_averaged_without_touching_it(name: str) -> None:
    network = build(name, Shape(1, (8, 8), 0), NetworkOptions(latent=4, width=2), 0)[0]
    before = {key: value.clone() for key, value in network.state_dict().items()}
    average = Average(network, 0.5)
    average.update(network)
    after = network.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert not any(weight.requires_grad for weight in average.parameters())
    z, images = torch.zeros(2, 4), torch.zeros(2, 1, 8, 8)
    inputs = (z, None, images) if network.needs_images else (z, None)
    torch.testing.assert_close(average.eval()(*inputs), network.eval()(*inputs))


def test_a_decay_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="below 1"):
        Average(nn.Linear(1, 1), 1.0)
