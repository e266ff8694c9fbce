from __future__ import annotations

from math import log, pi

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from torch.distributions import Normal, kl_divergence

from trainers.losses.elbo import divergence, draw, elbo, log_likelihood


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_divergence_by_hand_and_against_torch() -> None:
    assert divergence(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, log(4.0)]])).item() == pytest.approx(
        0.5 + 0.5 * (4 - 1 - log(4.0)), rel=1e-6
    )
    mean, logvar = torch.randn(6, 3, generator=rng()), torch.randn(6, 3, generator=rng(1))
    expected = kl_divergence(Normal(mean, (0.5 * logvar).exp()), Normal(0.0, 1.0)).sum(dim=1)
    torch.testing.assert_close(divergence(mean, logvar), expected)
    assert not divergence(torch.zeros(2, 3), torch.zeros(2, 3)).any()


def test_likelihood_by_hand_and_against_torch() -> None:
    images, made = torch.randn(5, 1, 2, 3, generator=rng()), torch.randn(5, 1, 2, 3, generator=rng(1))
    noise = torch.tensor(0.3)
    expected = Normal(made, noise).log_prob(images).flatten(1).sum(dim=1)
    torch.testing.assert_close(log_likelihood(images, made, noise), expected)
    one = log_likelihood(torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, 1), torch.tensor(2.0))
    assert one.item() == pytest.approx(-0.5 * (0.25 + 2 * log(2.0) + log(2 * pi)), rel=1e-6)


class Model:
    """x = W z + b + noise of deviation s, z standard normal: everything about it is known in closed form."""

    def __init__(self) -> None:
        self.W = torch.tensor([[1.0, 0.2], [-0.5, 0.8], [0.3, -1.1]], dtype=torch.float64)
        self.b = torch.tensor([0.1, -0.2, 0.4], dtype=torch.float64)
        self.s = torch.tensor(0.7, dtype=torch.float64)
        self.x = torch.randn((40, 3), generator=rng(3), dtype=torch.float64)

    def posterior(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean (40, 2) and covariance (2, 2) of z for each x."""
        precision = torch.eye(2, dtype=torch.float64) + self.W.T @ self.W / self.s**2
        covariance = torch.linalg.inv(precision)
        return (self.x - self.b) @ self.W @ covariance.T / self.s**2, covariance

    def bound(self, mean: torch.Tensor, logvar: torch.Tensor) -> float:
        """The ELBO with a diagonal code, integrated by hand: the squares' mean gains the trace of W C W^T."""
        residual = (self.x - self.b - mean @ self.W.T).square().sum(dim=1)
        spread = (logvar.exp() * self.W.square().sum(dim=0)).sum(dim=1)
        likelihood = -0.5 * ((residual + spread) / self.s**2 + 3 * torch.log(2 * pi * self.s**2))
        return (likelihood - divergence(mean, logvar)).mean().item()


def estimated(model: Model, mean: torch.Tensor, logvar: torch.Tensor, count: int) -> float:
    z = draw(mean.repeat(count, 1), logvar.repeat(count, 1), rng(4))
    made = (z @ model.W.T + model.b).reshape(-1, 1, 3, 1)
    found = elbo(
        model.x.repeat(count, 1).reshape(-1, 1, 3, 1),
        made, model.s, mean.repeat(count, 1), logvar.repeat(count, 1),
    )  # fmt: skip
    return -found.loss.item()


def test_the_elbo_equals_the_closed_form_of_a_linear_gaussian_model() -> None:
    model = Model()
    mean, covariance = model.posterior()
    logvar = covariance.diagonal().log().expand(40, 2)
    assert estimated(model, mean, logvar, 4000) == pytest.approx(model.bound(mean, logvar), abs=0.02)
    elsewhere, wider = mean + 0.5, logvar + 1.0
    assert estimated(model, elsewhere, wider, 4000) == pytest.approx(model.bound(elsewhere, wider), abs=0.05)


def test_the_bound_is_tight_for_the_exact_posterior_and_below_the_evidence_else() -> None:
    model = Model()
    model.W = torch.tensor([[1.0, 0.0], [0.0, 0.5], [0.0, 0.0]], dtype=torch.float64)  # a diagonal posterior
    mean, covariance = model.posterior()
    logvar = covariance.diagonal().log().expand(40, 2)
    marginal = (model.W @ model.W.T + model.s**2 * torch.eye(3, dtype=torch.float64)).numpy()
    evidence = multivariate_normal(model.b.numpy(), marginal).logpdf(model.x.numpy()).mean()
    assert model.bound(mean, logvar) == pytest.approx(evidence, rel=1e-10)
    assert estimated(model, mean, logvar, 4000) == pytest.approx(evidence, abs=0.02)
    assert estimated(model, mean + 0.3, logvar, 500) < evidence


def test_beta_weighs_the_divergence() -> None:
    mean, logvar = torch.ones(2, 3), torch.zeros(2, 3)
    images = torch.zeros(2, 1, 2, 2)
    plain, heavy = (elbo(images, images, torch.tensor(1.0), mean, logvar, beta=beta) for beta in (1.0, 4.0))
    assert (heavy.loss - plain.loss).item() == pytest.approx(3 * plain.divergence.item())
    assert plain.loss.item() == pytest.approx(1.5 + 2 * log(2 * pi))


def test_codes_have_the_moments_asked_for_and_repeat() -> None:
    mean, logvar = torch.full((20000, 1), 2.0), torch.full((20000, 1), log(0.25))
    code = draw(mean, logvar, rng())
    assert np.allclose([code.mean(), code.std()], [2.0, 0.5], atol=0.02)
    assert torch.equal(code, draw(mean, logvar, rng()))
