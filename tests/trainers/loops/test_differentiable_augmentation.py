from __future__ import annotations

from dataclasses import asdict

import pytest
import torch
from torch import Tensor

from gan_audit.errors import UsageError
from trainers.loops.differentiable_augmentation import AUGMENTATIONS, AdaptiveProbability, Augmentation

KINDS = list(AUGMENTATIONS)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def batch(*size: int, n: int = 16) -> Tensor:
    return torch.rand((n, 2, *size), generator=rng(9)) * 2 - 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(16, 16), (15, 9), (6, 8, 10)])
def test_shape_repeatability_and_effect(kind: str, size: tuple[int, ...]) -> None:
    images, change = batch(*size), Augmentation([kind])
    first = change(images, rng(1))
    assert first.shape == images.shape
    assert torch.equal(first, change(images, rng(1)))
    assert not torch.equal(first, change(images, rng(2)))
    assert not torch.equal(first, images)
    assert torch.equal(Augmentation([kind], probability=0.0)(images, rng(1)), images)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_pass_through_and_are_those_of_an_affine_map(kind: str) -> None:
    images = batch(4, 4, n=3).double().requires_grad_(True)
    assert torch.autograd.gradcheck(lambda x: Augmentation([kind])(x, rng(3)), (images,))
    assert torch.autograd.gradgradcheck(lambda x: Augmentation([kind])(x, rng(3)).square(), (images,))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_state_of_the_generator_changes_two_sets_alike(kind: str) -> None:
    """What is done to an image depends on its place in the batch alone, not on its values: real and fake alike."""
    change, images, other = Augmentation([kind]), batch(8, 8), batch(8, 8).flip(0)
    mixed = change(0.5 * images + 0.5 * other, rng(4))
    torch.testing.assert_close(mixed, 0.5 * change(images, rng(4)) + 0.5 * change(other, rng(4)))


def test_translation_moves_whole_pixels_up_to_an_eighth_and_fills_with_zero() -> None:
    images = torch.zeros(200, 1, 16, 16)
    images[:, :, 8, 8] = 1.0
    moved = Augmentation(["translation"])(images, rng())
    assert torch.equal(moved.sum(dim=(1, 2, 3)), torch.ones(200))
    places = moved.flatten(1).argmax(dim=1)
    rows, columns = places // 16 - 8, places % 16 - 8
    for steps in (rows, columns):
        assert sorted(set(steps.tolist())) == [-2, -1, 0, 1, 2]
    ones = Augmentation(["translation"])(torch.ones(50, 1, 16, 16), rng())
    assert set(ones.unique().tolist()) == {0.0, 1.0}


def test_cutout_sets_one_box_of_half_the_side_to_zero() -> None:
    found = Augmentation(["cutout"])(torch.ones(300, 1, 16, 16), rng())
    holes = found[:, 0] == 0
    heights, widths = holes.any(dim=2).sum(dim=1), holes.any(dim=1).sum(dim=1)
    assert torch.equal(holes.sum(dim=(1, 2)), heights * widths)
    assert heights.max() == widths.max() == 8
    assert heights.min() == 4


def test_brightness_and_contrast_by_their_law() -> None:
    images = batch(8, 8, n=400)
    added = (Augmentation(["brightness"])(images, rng()) - images).flatten(1)
    assert added.std(dim=1).max() < 1e-6
    assert added.min() >= -0.5 - 1e-6
    assert added.max() <= 0.5 + 1e-6
    stretched = Augmentation(["contrast"])(images, rng()).flatten(1)
    torch.testing.assert_close(stretched.mean(dim=1), images.flatten(1).mean(dim=1), atol=1e-5, rtol=0)
    factor = stretched.std(dim=1) / images.flatten(1).std(dim=1)
    assert 0.5 <= factor.min() < 0.55
    assert 1.45 < factor.max() <= 1.5 + 1e-5


def test_probability_counts_images() -> None:
    images = torch.ones(4000, 1, 4, 4)
    changed = Augmentation(["brightness"], probability=0.3)(images, rng()) != images
    assert changed.flatten(1).any(dim=1).float().mean().item() == pytest.approx(0.3, abs=0.03)


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="translation"):
        Augmentation(["cutuot"])


def test_adaptive_probability_rises_while_overfitting_and_falls_else() -> None:
    ada = AdaptiveProbability(images=1000)
    values = [ada.update(torch.ones(10)) for _ in range(60)]
    assert values[0] == 0.0
    assert values[-1] == pytest.approx(0.01 * 57, abs=0.011)
    for _ in range(200):
        ada.update(torch.ones(10))
    assert ada.value == ada.highest
    for _ in range(300):
        ada.update(torch.cat([torch.ones(6), -torch.ones(4)]))
    assert ada.value == 0.0


def test_adaptive_probability_goes_on_from_its_state() -> None:
    ada = AdaptiveProbability()
    for _ in range(5):
        ada.update(torch.ones(7))
    other = AdaptiveProbability(**asdict(ada))
    assert other.update(torch.ones(7)) == ada.update(torch.ones(7))
    assert other == ada
