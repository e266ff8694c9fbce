from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import norm

from trainers.networks.latent_mixture import DECAY, Codes

LATENT = 3
FACTOR = torch.tensor([[1.0, 0.0, 0.0], [0.8, 0.5, 0.0], [-0.3, 0.2, 0.9]])


def rng(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("classes", [6, 20])
def test_before_any_update_z_is_the_code_where_a_class_has_one_gaussian(classes: int) -> None:
    codes = Codes(LATENT, classes)
    z = torch.randn(5, LATENT, generator=rng(0))
    torch.testing.assert_close(codes(z, torch.arange(5)), z, rtol=0, atol=1e-3)


def test_codes_take_the_mean_and_the_covariance_of_each_class() -> None:
    codes = Codes(LATENT, 6)
    for step in range(3000):
        labels = torch.randint(6, (32,), generator=rng(step))
        codes.update(2.0 * labels[:, None] + torch.randn(32, LATENT, generator=rng(step + 10**6)) @ FACTOR.T, labels)
    z = torch.randn(20000, LATENT, generator=rng(1))
    for label in (0, 5):
        made = codes(z, torch.full((len(z),), label))
        torch.testing.assert_close(made.mean(dim=0), torch.full((LATENT,), 2.0 * label), rtol=0, atol=0.15)
        torch.testing.assert_close(made.T.cov(), FACTOR @ FACTOR.T, rtol=0, atol=0.15)


def test_a_mixture_finds_clusters_that_one_gaussian_would_bridge() -> None:
    centres = torch.tensor([[4.0, 0.0, 0.0], [-4.0, 0.0, 0.0], [0.0, 4.0, 0.0]])
    codes = Codes(LATENT)
    for step in range(1500):
        which = torch.randint(3, (64,), generator=rng(step))
        codes.update(centres[which] + 0.3 * torch.randn(64, LATENT, generator=rng(step + 10**6)))
    made = codes(torch.randn(3000, LATENT, generator=rng(1)))
    nearest, owner = torch.cdist(made, centres).min(dim=1)
    assert (nearest < 1.5).float().mean() > 0.97
    assert np.allclose(torch.bincount(owner, minlength=3) / 3000, 1 / 3, atol=0.06)


def test_one_batch_by_hand() -> None:
    codes = Codes(1, 10)
    codes.update(torch.tensor([[2.0], [4.0]]), torch.tensor([3, 3]))
    mean = 6 / (2 + DECAY)  # what is left of the code that stands for none
    square = (4 + 16 + DECAY) / (2 + DECAY)
    found = codes.moments()
    assert found[0][3].item() == pytest.approx(mean, rel=1e-5)
    assert found[1][3].item() == pytest.approx(square - mean**2, rel=1e-3)
    assert found[0][4].item() == 0.0


def test_shares_follow_from_densities_by_hand() -> None:
    codes = Codes(1, 5)  # two Gaussians for each class
    codes.weight[:] = torch.tensor([1.0, 3.0] * 5)
    codes.first[:] = codes.weight[:, None] * torch.tensor([[0.0], [2.0]] * 5)
    codes.second[:] = codes.weight[:, None, None] * torch.tensor([[[1.0]], [[4.25]]] * 5)
    found = codes.shares(torch.tensor([[1.5]]), torch.tensor([2]))[0]
    first, second = norm.pdf(1.5), 3 * norm.pdf(1.5, 2, 0.5)
    assert found[4].item() == pytest.approx(first / (first + second), abs=1e-3)
    assert found[[4, 5]].sum().item() == pytest.approx(1)
    assert not found[[0, 1, 2, 3, 6, 7, 8, 9]].any()


def test_choosing_a_component_leaves_z_standard_normal() -> None:
    codes = Codes(1, 5)
    codes.weight[:] = torch.tensor([0.2, 0.8] * 5)
    component, left = codes._chosen(torch.randn(40000, generator=rng(0)), torch.zeros(40000, dtype=torch.long))
    assert component.float().mean().item() == pytest.approx(0.8, abs=0.01)
    for one in (0, 1):
        chosen = left[component == one]
        assert [chosen.mean().item(), chosen.std().item()] == pytest.approx([0, 1], abs=0.03)


def test_a_conditional_one_needs_labels() -> None:
    codes = Codes(LATENT, 2)
    with pytest.raises(ValueError, match="labels"):
        codes(torch.zeros(1, LATENT))
    with pytest.raises(ValueError, match="labels"):
        codes.update(torch.zeros(1, LATENT))
