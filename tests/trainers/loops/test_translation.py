"""The loop of translations: its losses by hand, its repeatability, and that it learns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gan_audit.errors import UsageError
from trainers.config import RunConfig, preset_for
from trainers.data.sets import TrainingSet
from trainers.loops.base import Means
from trainers.loops.driver import load_weights
from trainers.loops.optimizers import restore, tensors_of
from trainers.loops.table import build
from trainers.losses.adversarial import OBJECTIVES
from trainers.losses.translation import TERMS, Direction, Scene
from trainers.randomness import Draw
from trainers.types import Batch, Shape

SIZES = {"cyclegan": ((8, 8), (8, 8)), "pix2pix": ((8, 8), (8, 8)), "srgan": ((4, 4), (8, 8))}


def config(model: str, **changes: object) -> RunConfig:
    source, target = SIZES[model]
    preset = preset_for(model, {"width": 4, "batch": 4, "depth": 1} | changes)
    return RunConfig(model, preset, Shape(1, target, 0), (), source=Shape(1, source, 0))


def batch(model: str, seed: int = 0, n: int = 4) -> Batch:
    source, target = SIZES[model]
    draw = torch.Generator().manual_seed(seed)
    return Batch(*(_images(size, n, draw) for size in (source,)), None, _images(target, n, draw))


def _images(size: tuple[int, ...], n: int, draw: torch.Generator) -> Tensor:
    return torch.rand((n, 1, *size), generator=draw) * 2 - 1


class Times(nn.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, images: Tensor) -> Tensor:
        return self.factor * images


class Mean(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images.flatten(1).mean(dim=1, keepdim=True)


def scene(*, sees_source: bool = False, objective: str = "least-squares") -> Scene:
    """G doubles and F is a quarter, so that F(G(x)) is half of x; x is 0.4 and y is 0.6 everywhere."""
    there, again = Direction(Times(2.0), Mean(), sees_source), Direction(Times(0.25), Mean(), sees_source)
    source, target = torch.full((3, 1, 2, 2), 0.4), torch.full((3, 1, 2, 2), 0.6)
    made, back = there.generator(source), again.generator(target)
    return Scene(source, target, made, back, there, again, OBJECTIVES[objective], None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cycle", 0.2 + 0.3),
        ("identity", 0.6 + 0.3),
        ("l1", 0.2),
        ("l2", 0.04),
        ("adversarial", 0.5 * (0.8 - 1) ** 2 + 0.5 * (0.15 - 1) ** 2),
    ],
)
def test_losses_by_hand(name: str, expected: float) -> None:
    assert TERMS[name](scene()).item() == pytest.approx(expected, rel=1e-5)


def test_a_discriminator_that_sees_the_source_and_a_relativistic_objective() -> None:
    found = TERMS["adversarial"](replace(scene(sees_source=True), again=None, back=None))
    assert found.item() == pytest.approx(0.5 * (0.6 - 1) ** 2, rel=1e-5)
    relativistic = TERMS["adversarial"](replace(scene(objective="relativistic"), again=None, back=None))
    assert relativistic.item() == pytest.approx(np.log1p(np.exp(0.6 - 0.8)), rel=1e-5)


def test_losses_that_lack_their_network_say_so() -> None:
    one_way = replace(scene(), again=None, back=None)
    for name in ("cycle", "identity"):
        with pytest.raises(ValueError, match="two ways"):
            TERMS[name](one_way)
    with pytest.raises(ValueError, match="perceptual network"):
        TERMS["perceptual"](one_way)


@pytest.mark.parametrize("model", SIZES)
def test_a_step_moves_every_network_and_repeats(model: str) -> None:
    runs = [build(config(model), "cpu") for _ in range(2)]
    before = {name: {k: v.clone() for k, v in m.state_dict().items()} for name, m in runs[0].modules.items()}
    for objective in runs:
        for step in range(3):
            losses = objective.step(step, batch(model, step), Draw(0, step))
    assert {"discriminator", "adversarial"} <= set(losses)
    assert all(np.isfinite(float(value)) for value in losses.values())
    for name, module in runs[0].modules.items():
        state = module.state_dict()
        assert any(not torch.equal(state[key], before[name][key]) for key in state), name
        other = runs[1].modules[name].state_dict()
        assert all(torch.equal(state[key], other[key]) for key in state), name


@pytest.mark.parametrize("model", SIZES)
def test_a_resumed_run_gives_the_same_weights(model: str) -> None:
    whole, first, second = (build(config(model), "cpu") for _ in range(3))
    for step in range(4):
        whole.step(step, batch(model, step), Draw(0, step))
    for step in range(2):
        first.step(step, batch(model, step), Draw(0, step))
    weights = {f"{n}.{k}": v.clone() for n, m in first.modules.items() for k, v in m.state_dict().items()}
    load_weights(second.modules, weights)
    restore(second.optimizers, {key: value.clone() for key, value in tensors_of(first.optimizers).items()})
    second.load(first.state())
    for step in range(2, 4):
        second.step(step, batch(model, step), Draw(0, step))
    for name, module in whole.modules.items():
        state, other = module.state_dict(), second.modules[name].state_dict()
        assert all(torch.equal(state[key], other[key]) for key in state), name


def test_only_two_way_losses_build_a_way_back() -> None:
    assert set(build(config("cyclegan"), "cpu").modules) == {
        "generator", "discriminator", "backward", "backward_discriminator", "average",
    }  # fmt: skip
    assert set(build(config("pix2pix", ema=0.0), "cpu").modules) == {"generator", "discriminator"}


def test_the_loss_at_chance_is_that_of_a_discriminator_that_knows_nothing() -> None:
    objective = build(config("cyclegan"), "cpu")
    for way in (objective.there, objective.again):
        nn.init.zeros_(way.discriminator.layers[-2].weight)
        nn.init.zeros_(way.discriminator.layers[-2].bias)
    losses = objective.step(0, batch("cyclegan"), Draw(0, 0))
    assert float(losses["discriminator"]) == pytest.approx(objective.chance, rel=1e-5)


def test_a_loss_of_weight_zero_is_left_out_and_any_other_is_added() -> None:
    without, plain = config("cyclegan", terms=(("cycle", 10.0), ("identity", 0.0))), config("cyclegan")
    assert "identity" not in build(without, "cpu").step(0, batch("cyclegan"), Draw(0, 0))
    weights = []
    for chosen in (without, config("cyclegan", terms=(("cycle", 10.0), ("identity", 5.0)))):
        objective = build(chosen, "cpu")
        objective.step(0, batch("cyclegan"), Draw(0, 0))
        weights.append(objective.there.generator.layers[0].weight.detach().clone())
    assert not torch.equal(*weights)
    assert set(build(plain, "cpu").terms) <= {"adversarial", "cycle", "identity"}


def test_a_penalty_is_an_option() -> None:
    losses = []
    for penalty in ("none", "r1"):
        objective = build(config("pix2pix", penalty=penalty, penalty_weight=10.0), "cpu")
        losses.append(float(objective.step(0, batch("pix2pix"), Draw(0, 0))["discriminator"]))
    assert losses[1] > losses[0]


def test_unknown_losses_and_missing_targets_are_named() -> None:
    with pytest.raises(UsageError, match="perceptual"):
        build(config("pix2pix", terms=(("ssim", 1.0),)), "cpu")
    objective = build(config("pix2pix"), "cpu")
    with pytest.raises(ValueError, match="targets"):
        objective.step(0, Batch(batch("pix2pix").images, None), Draw(0, 0))


def test_paired_translation_learns_an_inversion() -> None:
    draw = np.random.default_rng(0)
    images = draw.uniform(-1, 1, (64, 1, 2, 2)).repeat(4, axis=2).repeat(4, axis=3).astype(np.float32)
    data = TrainingSet(images, None, (), -images)
    objective = build(config("pix2pix", generator_lr=2e-3, ema=0.9), "cpu")
    means = Means.empty()
    for step in range(60):
        if step == 50:
            means = Means.empty()
        means.add(objective.step(step, data.batch(0, step, 16), Draw(0, step)))
    assert means.read()["l1"] < 0.12  # 0.5 for a guess of zero, 1 for the identity
