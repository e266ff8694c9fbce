from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from trainers.networks.blocks import SelfAttention, averaged, enlarged, shrinking, stretching
from trainers.networks.conditioning import Head, with_planes
from trainers.networks.equalized import equalized, equalized_convolution, minibatch_deviation, pixel_normalized
from trainers.networks.modulated import ModulatedConvolution, NoiseFromLatent, smoothly_enlarged


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def test_equalized_weights_have_unit_variance_and_work_scaled_by_the_fan_in() -> None:
    layer = equalized_convolution(2, 50, 60)
    stored = layer.parametrizations.weight.original
    assert stored.std().item() == pytest.approx(1.0, abs=0.02)
    torch.testing.assert_close(layer.weight, stored * (2 / (50 * 9)) ** 0.5)
    assert not layer.bias.any()


def test_an_equalized_step_is_the_plain_gradient_times_the_scale_squared() -> None:
    plain, scaled = nn.Linear(8, 3), equalized(nn.Linear(8, 3), gain=1.0)
    with torch.no_grad():
        plain.weight.copy_(scaled.weight)
        plain.bias.zero_()
    x, before = torch.randn(5, 8), scaled.weight.detach().clone()
    for layer in (plain, scaled):
        layer(x).square().sum().backward()
        torch.optim.SGD(layer.parameters(), lr=0.01).step()
    torch.testing.assert_close(scaled.weight - before, (plain.weight - before) / 8)


def test_adam_moves_equalized_layers_of_any_size_by_the_same_share() -> None:
    shares = []
    for width in (4, 400):
        layer = equalized(nn.Linear(width, 5))
        before = layer.weight.detach().clone()
        layer(torch.randn(64, width)).square().sum().backward()
        torch.optim.Adam(layer.parameters(), lr=0.01).step()
        shares.append(((layer.weight - before).norm() / before.norm()).item())
    assert shares[0] == pytest.approx(shares[1], rel=0.4)
    assert shares[1] == pytest.approx(0.01, rel=0.2)


def test_a_slow_rate_keeps_the_output_and_slows_the_weights() -> None:
    layer = equalized(nn.Linear(300, 200), gain=1.0, rate=0.01)
    assert layer(torch.randn(500, 300)).std().item() == pytest.approx(1.0, abs=0.05)
    assert layer.parametrizations.weight.original.std().item() == pytest.approx(100.0, rel=0.02)
    assert layer.parametrizations.bias[0].scale == 0.01


def test_pixel_norm_gives_every_pixel_a_root_mean_square_of_one() -> None:
    features = pixel_normalized(torch.randn(3, 8, 4, 5) * 7)
    torch.testing.assert_close(features.square().mean(dim=1), torch.ones(3, 4, 5))


def test_minibatch_deviation_by_hand() -> None:
    images = torch.tensor([0.0, 2.0, 4.0, 6.0]).reshape(4, 1, 1, 1).expand(4, 2, 3, 3)
    found = minibatch_deviation(images)
    assert found.shape == (4, 3, 3, 3)
    torch.testing.assert_close(found[:, 2], torch.full((4, 3, 3), 5.0**0.5))
    assert torch.equal(found[:, :2], images)
    assert minibatch_deviation(images[:1])[0, 2].max() < 1e-3
    assert minibatch_deviation(images[:3]).shape == (3, 3, 3, 3)


def test_minibatch_deviation_falls_to_zero_for_equal_images_with_a_finite_gradient() -> None:
    images = torch.ones(4, 2, 3, 3, requires_grad=True)
    minibatch_deviation(images)[:, 2].sum().backward()
    assert torch.isfinite(images.grad).all()


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("spread", [0.1, 1.0, 10.0])
def test_demodulation_gives_unit_variance_for_any_style(axes: int, spread: float) -> None:
    layer = ModulatedConvolution(axes, 16, 12, style=5)
    with torch.no_grad():
        layer.affine.parametrizations.weight.original.mul_(spread)
    features = torch.randn(4, 16, *(10,) * axes)
    inner = layer(features, torch.randn(4, 5))[(..., *(slice(1, -1),) * axes)]
    assert inner.std(dim=tuple(range(2, 2 + axes))).mean().item() == pytest.approx(1.0, abs=0.1)


def test_modulation_equals_scaled_and_normalized_weights_image_by_image() -> None:
    layer = ModulatedConvolution(2, 4, 3, style=5)
    features, w = torch.randn(2, 4, 6, 6), torch.randn(2, 5)
    found = layer(features, w)
    style = 1 + layer.affine(w)
    for row in range(2):
        weight = layer.weight * layer.scale * style[row][None, :, None, None]
        weight = weight / (weight.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8).sqrt()
        torch.testing.assert_close(found[row], functional.conv2d(features[row][None], weight, padding=1)[0])


def test_without_demodulation_the_style_scales_the_output() -> None:
    layer = ModulatedConvolution(2, 4, 3, style=5, kernel=1, demodulate=False)
    with torch.no_grad():
        layer.affine.bias.fill_(1.0)
    features = torch.randn(2, 4, 6, 6)
    weight = layer.weight * layer.scale
    torch.testing.assert_close(layer(features, torch.zeros(2, 5)), 2 * functional.conv2d(features, weight))


def test_noise_is_of_unit_variance_and_follows_from_z_alone() -> None:
    layer = NoiseFromLatent(16, [(4, 4), (8, 8), (8, 8)])
    z = torch.randn(2000, 16, generator=torch.Generator().manual_seed(1))
    maps = layer(z)
    assert [tuple(noise.shape) for noise in maps] == [(2000, 1, 4, 4), (2000, 1, 8, 8), (2000, 1, 8, 8)]
    pixels = torch.cat([noise.flatten(1) for noise in maps], dim=1)
    assert pixels.mean() == pytest.approx(0.0, abs=0.01)
    assert pixels.var() == pytest.approx(1.0, abs=0.01)
    between = torch.corrcoef(pixels.T) - torch.eye(pixels.shape[1])
    assert between.abs().mean() < 0.03
    images = torch.corrcoef(pixels[:200]) - torch.eye(200)
    assert images.mean().abs() < 0.01
    torch.testing.assert_close(layer(z[7:8])[1], maps[1][7:8], atol=1e-4, rtol=0)
    fresh = NoiseFromLatent(16, [(4, 4), (8, 8), (8, 8)])
    assert torch.equal(fresh(z[:3])[2], layer(z[:3])[2])


def test_smooth_enlargement_is_the_published_filter() -> None:
    impulse = torch.zeros(1, 1, 5, 5)
    impulse[0, 0, 2, 2] = 1.0
    taps = torch.tensor([0.25, 0.75, 0.75, 0.25])
    torch.testing.assert_close(smoothly_enlarged(impulse, (2, 2))[0, 0, 3:7, 3:7], torch.outer(taps, taps))
    assert smoothly_enlarged(torch.zeros(1, 1, 3, 4, 5), (1, 2, 2)).shape == (1, 1, 3, 8, 10)


def test_enlarging_equals_nearest_neighbours_and_averaging_undoes_it() -> None:
    images = torch.randn(2, 3, 4, 5)
    larger = enlarged(images, (2, 2))
    assert torch.equal(larger, functional.interpolate(images, scale_factor=2, mode="nearest"))
    torch.testing.assert_close(averaged(larger, (2, 2)), images)


@pytest.mark.parametrize("factors", [(1, 2), (2, 2), (2, 1, 2)])
def test_strided_layers_change_each_axis_by_its_factor(factors: tuple[int, ...]) -> None:
    small = (3, 4, 5)[: len(factors)]
    large = tuple(side * factor for side, factor in zip(small, factors, strict=True))
    assert stretching(factors, 2, 3)(torch.zeros(1, 2, *small)).shape == (1, 3, *large)
    assert shrinking(factors, 2, 3)(torch.zeros(1, 2, *large)).shape == (1, 3, *small)


def test_self_attention_starts_as_identity_and_equals_torchs_attention() -> None:
    layer = SelfAttention(2, 16)
    features = torch.randn(2, 16, 3, 4)
    assert torch.equal(layer(features), features)
    with torch.no_grad():
        layer.weight.fill_(1.0)
    query, key, value = (part(features).flatten(2).transpose(1, 2) for part in (layer.query, layer.key, layer.value))
    expected = functional.scaled_dot_product_attention(query, key, value, scale=1.0).transpose(1, 2)
    torch.testing.assert_close(layer(features), features + expected.reshape(features.shape))


def test_projection_is_the_inner_product_with_the_labels_vector() -> None:
    head = Head(4, 3)
    features, labels = torch.randn(5, 4), torch.tensor([0, 2, 1, 1, 0])
    weight, bias = head.linear.weight[0], head.linear.bias[0]
    expected = [weight @ f + bias + head.embedding.weight[y] @ f for f, y in zip(features, labels, strict=True)]
    torch.testing.assert_close(head(features, labels), torch.stack(expected))
    plain = Head(4, 0)
    torch.testing.assert_close(plain(features, None), plain.linear(features)[:, 0])


def test_label_planes_are_one_where_the_label_is() -> None:
    found = with_planes(torch.zeros(2, 1, 2, 2), torch.tensor([1, 0]), 2)
    assert found[:, 1:, 0, 0].tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert torch.equal(found[:, :, 0, 0], found[:, :, 1, 1])
