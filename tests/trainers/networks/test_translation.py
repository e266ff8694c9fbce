"""Networks that make images out of images."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from gan_audit.errors import MissingDependencyError, UsageError
from trainers.networks.base import NetworkOptions
from trainers.networks.perceptual import Perceptual
from trainers.networks.superresolution import dealt
from trainers.networks.translation import TRANSLATORS, build
from trainers.types import Shape

OPTIONS = NetworkOptions(width=4)


def images(shape: Shape, n: int = 2, seed: int = 0) -> torch.Tensor:
    draw = torch.Generator().manual_seed(seed)
    return torch.rand((n, shape.channels, *shape.size), generator=draw) * 2 - 1


@pytest.mark.parametrize("name", TRANSLATORS)
@pytest.mark.parametrize(("channels", "size"), [(1, (28, 28)), (3, (30, 22)), (1, (12, 16, 10))])
def test_shapes_ranges_and_gradients(name: str, channels: int, size: tuple[int, ...]) -> None:
    target = Shape(channels, size, 0)
    source = Shape(channels, tuple(side // 2 for side in size), 0) if name == "super-resolution" else target
    generator, discriminator = build(name, source, target, OPTIONS, 0)
    with torch.no_grad():
        for weight in generator.parameters():
            weight.add_(0.01)
    made = generator(images(source))
    assert made.shape == (2, channels, *size)
    assert made.abs().max() <= 1
    shown = torch.cat([made, images(source)], dim=1) if TRANSLATORS[name].sees_source else made
    logits = discriminator(shown)
    assert logits.dim() == 2
    assert logits.shape[1] > 1
    logits.sum().backward()
    assert all(weight.grad is not None for weight in generator.parameters())


@pytest.mark.parametrize("name", ["unet", "residual"])
def test_channels_may_change_and_sizes_may_not(name: str) -> None:
    generator = build(name, Shape(1, (16, 16), 0), Shape(3, (16, 16), 0), OPTIONS, 0)[0]
    assert generator(images(Shape(1, (16, 16), 0))).shape == (2, 3, 16, 16)
    with pytest.raises(UsageError, match="one size"):
        build(name, Shape(1, (16, 16), 0), Shape(1, (16, 32), 0), OPTIONS, 0)


def test_super_resolution_starts_as_bicubic_interpolation_and_enlarges_by_any_power_of_two() -> None:
    source = Shape(1, (8, 8), 0)
    for side, shuffles in [(16, 1), (32, 2), (15, 1)]:
        generator = build("super-resolution", source, Shape(1, (side, side), 0), OPTIONS, 0)[0]
        expected = functional.interpolate(images(source), size=(side, side), mode="bicubic").clamp(-1, 1)
        torch.testing.assert_close(generator(images(source)), expected)
        assert len(generator.larger) == 3 * shuffles
    with pytest.raises(UsageError, match="larger"):
        build("super-resolution", source, source, OPTIONS, 0)


def test_dealing_pixels_equals_torchs_pixel_shuffle_and_works_for_volumes() -> None:
    features = torch.arange(2 * 8 * 3 * 5, dtype=torch.float32).reshape(2, 8, 3, 5)
    assert torch.equal(dealt(features), functional.pixel_shuffle(features, 2))
    volume = torch.arange(8 * 2, dtype=torch.float32).reshape(1, 8, 2, 1, 1)
    assert dealt(volume).shape == (1, 1, 4, 2, 2)
    assert sorted(dealt(volume).flatten().tolist()) == list(range(16))


def test_the_patch_discriminator_judges_patches() -> None:
    shape = Shape(1, (32, 32), 0)
    discriminator = build("residual", shape, shape, OPTIONS, 0)[1]
    plain = images(shape, 1)
    touched = plain.clone()
    touched[:, :, :2, :2] += 1
    difference = (discriminator(plain) - discriminator(touched)).reshape(8, 8).abs()
    assert difference[0, 0] > 0
    assert difference[4:, 4:].max() == 0


def test_weights_follow_from_the_seed() -> None:
    shape = Shape(1, (8, 8), 0)
    first, second, other = (build("unet", shape, shape, OPTIONS, seed)[0].state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert not torch.equal(first["last.0.weight"], other["last.0.weight"])
    with pytest.raises(UsageError, match="super-resolution"):
        build("superresolution", shape, shape, OPTIONS, 0)


@pytest.mark.parametrize("shape", [Shape(1, (12, 12), 0), Shape(3, (9, 7), 0), Shape(1, (8, 8, 8), 0)])
def test_perceptual_distance_is_zero_for_equals_and_grows_with_blur(shape: Shape) -> None:
    distance = Perceptual("random", shape.dimensions, shape.channels)
    target = images(shape)
    assert distance(target, target) == 0
    assert distance(0.5 * target, target) > distance(0.9 * target, target) > 0
    again = Perceptual("random", shape.dimensions, shape.channels)
    assert torch.equal(again(0.5 * target, target), distance(0.5 * target, target))
    made = images(shape, seed=1).requires_grad_(True)
    distance(made, target).backward()
    assert made.grad.abs().max() > 0
    assert not any(weight.requires_grad for weight in distance.parameters())


def test_random_features_are_of_about_unit_size() -> None:
    found = Perceptual("random", 2, 1).features(torch.randn(8, 1, 32, 32, generator=torch.Generator().manual_seed(0)))
    assert [tuple(block.shape[1:]) for block in found] == [(16, 32, 32), (32, 16, 16), (32, 8, 8)]
    assert all(0.2 < block.square().mean().sqrt().item() < 2 for block in found)


def test_missing_or_wrong_vgg_weights_are_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(MissingDependencyError, match="VGG19"):
        Perceptual("vgg19", 2, 1)
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "vgg19-dcbb9e9d.pth").write_bytes(b"something else")
    with pytest.raises(MissingDependencyError, match="VGG19"):
        Perceptual("vgg19", 2, 1)
    with pytest.raises(UsageError, match="random"):
        Perceptual("vgg", 2, 1)
