"""Every objective against its published formula, on numbers worked by hand."""

from __future__ import annotations

from math import exp, log

import pytest
import torch
from torch.nn import functional

from trainers.losses.adversarial import OBJECTIVES

REAL, FAKE = [2.0, -1.0], [0.5, -3.0]


def s(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


CROSS = -mean([log(s(r)) for r in REAL]) - mean([log(1 - s(f)) for f in FAKE])
FORMULAS = {
    "minimax": (CROSS, mean([log(1 - s(f)) for f in FAKE])),
    "non-saturating": (CROSS, -mean([log(s(f)) for f in FAKE])),
    "least-squares": ((1 + 4) / 4 + (0.25 + 9) / 4, (0.25 + 16) / 4),
    "wasserstein": (-1.25 - 0.5, 1.25),
    "hinge": ((0 + 2) / 2 + (1.5 + 0) / 2, 1.25),
    "relativistic": (
        -mean([log(s(r - f)) for r, f in zip(REAL, FAKE, strict=True)]),
        -mean([log(s(f - r)) for r, f in zip(REAL, FAKE, strict=True)]),
    ),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_formulas_by_hand(name: str) -> None:
    real, fake = torch.tensor(REAL), torch.tensor(FAKE)
    for_discriminator, for_generator = FORMULAS[name]
    assert OBJECTIVES[name].discriminator(real, fake).item() == pytest.approx(for_discriminator, rel=1e-5)
    assert OBJECTIVES[name].generator(fake, real).item() == pytest.approx(for_generator, rel=1e-5)


def test_cross_entropies_equal_torchs() -> None:
    real, fake = torch.tensor(REAL), torch.tensor(FAKE)
    bce = functional.binary_cross_entropy_with_logits
    expected = bce(real, torch.ones(2)) + bce(fake, torch.zeros(2))
    torch.testing.assert_close(OBJECTIVES["minimax"].discriminator(real, fake), expected)
    torch.testing.assert_close(OBJECTIVES["minimax"].generator(fake), -bce(fake, torch.zeros(2)))
    torch.testing.assert_close(OBJECTIVES["non-saturating"].generator(fake), bce(fake, torch.ones(2)))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_each_side_is_pulled_its_own_way(name: str) -> None:
    real, fake = (torch.full((3,), 0.1, requires_grad=True) for _ in range(2))
    on_real, on_fake = torch.autograd.grad(OBJECTIVES[name].discriminator(real, fake), (real, fake))
    assert (on_real < 0).all()
    assert (on_fake > 0).all()
    (pull,) = torch.autograd.grad(OBJECTIVES[name].generator(fake, real), fake)
    assert (pull < 0).all()


@pytest.mark.parametrize("name", OBJECTIVES)
def test_values_stay_finite_for_a_sure_discriminator(name: str) -> None:
    real, fake = torch.full((2,), 200.0), torch.full((2,), -200.0)
    assert OBJECTIVES[name].discriminator(real, fake).isfinite()
    assert OBJECTIVES[name].generator(fake, real).isfinite()


def test_a_relativistic_generator_needs_the_real_logits() -> None:
    assert [name for name, objective in OBJECTIVES.items() if objective.needs_real] == ["relativistic"]
    with pytest.raises(ValueError, match="real images"):
        OBJECTIVES["relativistic"].generator(torch.zeros(2))
