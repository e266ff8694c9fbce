from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from trainers.losses.penalties import CONSTRAINTS, PENALTIES, PathLength, lengths, slopes
from trainers.networks.base import NetworkOptions
from trainers.networks.registry import build
from trainers.types import Shape


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def images(seed: int, n: int = 5, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.randn((n, 1, 3, 2), generator=rng(seed), dtype=dtype)


def linear(weight: Tensor) -> object:
    return lambda x, labels: x.flatten(1) @ weight


def test_r1_of_a_linear_discriminator_is_half_the_weights_square() -> None:
    weight = torch.tensor([1.0, -2.0, 0.5, 0.0, 3.0, 1.0])
    for name in ("r1", "r2"):
        found = PENALTIES[name](linear(weight), images(0), images(1), None, rng())
        assert found.item() == pytest.approx(weight.square().sum().item() / 2, rel=1e-5)
    for name in ("gradient", "dragan"):
        found = PENALTIES[name](linear(weight), images(0), images(1), None, rng())
        assert found.item() == pytest.approx((weight.norm().item() - 1) ** 2, rel=1e-5)


def quadratic(x: Tensor, labels: Tensor | None) -> Tensor:
    """D(x) = |x|² / 2, whose gradient is x."""
    return x.flatten(1).square().sum(dim=1) / 2


def test_r1_looks_at_real_images_and_r2_at_fake_ones() -> None:
    real, fake = images(0), images(1)
    squares = [x.flatten(1).square().sum(dim=1).mean().item() / 2 for x in (real, fake)]
    assert PENALTIES["r1"](quadratic, real, fake, None, rng()).item() == pytest.approx(squares[0], rel=1e-5)
    assert PENALTIES["r2"](quadratic, real, fake, None, rng()).item() == pytest.approx(squares[1], rel=1e-5)


def test_the_gradient_penalty_is_taken_on_the_line_between_a_real_and_a_fake_image() -> None:
    real, fake = torch.zeros(4, 1, 2, 2), torch.ones(4, 1, 2, 2)
    share = torch.rand((4, 1, 1, 1), generator=rng(7))
    expected = (2 * (1 - share).flatten() - 1).square().mean()
    torch.testing.assert_close(PENALTIES["gradient"](quadratic, real, fake, None, rng(7)), expected)


class Smooth(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 2, 2), nn.Linear(4, 1)

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.second(torch.tanh(self.first(x)).flatten(1))[:, 0]


@pytest.mark.parametrize("name", ["gradient", "r1", "r2", "dragan"])
def test_the_penalties_gradient_by_the_discriminators_weights_is_right(name: str) -> None:
    torch.manual_seed(0)
    network = Smooth().double()
    names = [key for key, _ in network.named_parameters()]
    real, fake = images(0, 3, torch.float64), images(1, 3, torch.float64)

    def measured(*weights: Tensor) -> Tensor:
        def judge(x: Tensor, labels: Tensor | None) -> Tensor:
            return torch.func.functional_call(network, dict(zip(names, weights, strict=True)), (x, labels))

        return PENALTIES[name](judge, real, fake, None, rng(2))

    weights = tuple(weight.detach().clone().requires_grad_(True) for weight in network.parameters())
    assert torch.autograd.gradcheck(measured, weights)


def test_slopes_equal_autograd_image_by_image() -> None:
    torch.manual_seed(0)
    network, batch = Smooth(), images(0)
    for row, slope in zip(batch, slopes(network, batch, None), strict=True):
        (found,) = torch.autograd.functional.jacobian(lambda x: network(x[None]), row)
        assert slope.item() == pytest.approx(found.norm().item(), rel=1e-5)


def test_a_flat_discriminator_has_a_finite_gradient() -> None:
    rows = torch.zeros(2, 3, requires_grad=True)
    found = lengths(rows)
    found.sum().backward()
    assert found.tolist() == [0.0, 0.0]
    assert torch.equal(rows.grad, torch.zeros(2, 3))


@pytest.mark.parametrize("network", ["dense", "convolutional", "progressive", "style"])
@pytest.mark.parametrize("name", PENALTIES)
def test_penalties_reach_every_networks_weights(network: str, name: str) -> None:
    shape = Shape(1, (8, 8), 2)
    judge = build(network, shape, NetworkOptions(latent=4, width=2, conditioning="projection"), 0)[1]
    real, fake = (torch.randn((4, 1, 8, 8), generator=rng(seed)) for seed in (0, 1))
    labels = torch.tensor([0, 1, 0, 1])
    found = PENALTIES[name](judge, real, fake, labels, rng())
    assert found.isfinite()
    if name == "none":
        assert found == 0
        return
    found.backward()
    reached = [p.grad.abs().max().item() for p in judge.parameters() if p.grad is not None]
    assert max(reached) > 0
    repeated = PENALTIES[name](judge, real, fake, labels, rng())
    assert torch.equal(repeated, found)


def test_clipping_cuts_every_weight_and_the_other_leaves_them() -> None:
    network = Smooth()
    before = [weight.detach().clone() for weight in network.parameters()]
    CONSTRAINTS["none"](network, 0.01)
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    CONSTRAINTS["clip"](network, 0.01)
    for old, new in zip(before, network.parameters(), strict=True):
        assert torch.equal(new.detach(), old.clamp(-0.01, 0.01))


def test_path_length_of_a_linear_generator_is_that_of_its_matrix() -> None:
    matrix = torch.randn(6, 12, generator=rng(3))
    w = torch.randn(4, 6, generator=rng(4), requires_grad=True)
    made = (w @ matrix).reshape(4, 1, 4, 3)
    noise = torch.randn((4, 1, 4, 3), generator=rng(5)).reshape(4, 12) / 12**0.5
    expected = (noise @ matrix.T).norm(dim=1)
    path = PathLength()
    torch.testing.assert_close(path.lengths(made, w, rng(5)), expected)
    found = path(made, w, rng(5))
    mean = 0.01 * expected.mean()
    torch.testing.assert_close(path.mean, mean)
    torch.testing.assert_close(found, (expected - mean).square().mean())
    assert list(path.state_dict()) == ["mean"]


def test_path_length_vanishes_for_an_even_generator_and_differentiates_through_a_style_network() -> None:
    w = torch.randn(3, 12, generator=rng(0), requires_grad=True)
    path = PathLength(decay=1.0)
    ones = torch.ones(3, 12)
    assert path(w.reshape(3, 1, 4, 3) * ones.reshape(3, 1, 4, 3), w, rng()).item() == pytest.approx(
        path.lengths(w.reshape(3, 1, 4, 3), w, rng()).var(unbiased=False).item(), abs=1e-6
    )
    generator = build("style", Shape(1, (8, 8), 0), NetworkOptions(latent=4, width=2), 0)[0]
    z = torch.randn(2, 4, generator=rng(1))
    styles = generator.mapping(z)
    PathLength()(generator.synthesis(styles, z), styles, rng(2)).backward()
    assert generator.maps[0].parametrizations.weight.original.grad.abs().max() > 0
