"""Every preset trains and samples; a combination of parts is refused with words or works."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from gan_audit.errors import UsageError
from tests.trainers.digits import prepared
from trainers.config import RunConfig, preset_for
from trainers.loops.table import build
from trainers.presets import PRESETS
from trainers.randomness import Draw
from trainers.sampling.sampler import draw_samples
from trainers.types import Batch, Shape
from trainers.validation import checked

SMALL = {"width": 4, "latent": 6, "batch": 4}
GENERATORS = [name for name, preset in PRESETS.items() if preset.kind != "translation"]
VOLUMES = [name for name in GENERATORS if 3 in PRESETS[name].dimensions]


def two_steps(model, shape, changes=None):
    """The objective after two steps, and losses of the second."""
    preset = preset_for(model, {**SMALL, **(changes or {})})
    labels = tuple("abc") if preset.conditional else ()
    shape = Shape(shape.channels, shape.size, len(labels))
    objective = build(RunConfig(model, checked(preset, changes or {}), shape, labels), "cpu")
    for step in range(2):
        count = objective.images_per_step
        images = torch.rand((count, shape.channels, *shape.size), generator=torch.Generator().manual_seed(step)) * 2 - 1
        codes = torch.arange(count) % 3 if labels else None
        losses = objective.step(step, Batch(images, codes), Draw(0, step))
    return objective, shape, {name: float(value) for name, value in losses.items()}


def latents(objective, shape, count=3):
    network = objective.modules["average"].model if "average" in objective.modules else objective.modules["generator"]
    network.eval()
    given = [torch.randn(count, network.latent), torch.arange(count) % 3 if shape.classes else None]
    if getattr(network, "needs_images", False):
        given.append(torch.zeros(count, shape.channels, *shape.size))
    with torch.no_grad():
        return network(*given)


@pytest.mark.parametrize("model", GENERATORS)
def test_every_preset_trains_on_colour_images_of_an_odd_size(model):
    objective, shape, losses = two_steps(model, Shape(3, (9, 14), 0))
    assert np.isfinite(list(losses.values())).all()
    found = latents(objective, shape)
    assert found.shape == (3, 3, 9, 14)
    assert torch.isfinite(found).all()


@pytest.mark.parametrize("model", VOLUMES)
def test_presets_for_volumes_train_on_volumes(model):
    objective, shape, losses = two_steps(model, Shape(1, (6, 8, 10), 0))
    assert np.isfinite(list(losses.values())).all()
    assert latents(objective, shape).shape == (3, 1, 6, 8, 10)


@pytest.mark.parametrize(
    "changes",
    [
        {"objective": "hinge", "spectral_norm": True, "penalty": "none"},
        {"objective": "relativistic", "conditioning": "concat"},
        {"objective": "wasserstein", "penalty": "gradient", "attention": True},
        {"constraint": "clip", "penalty": "none", "objective": "wasserstein", "optimizer": "rmsprop", "ema": 0.0},
        {"augmentation": ("translation", "cutout"), "penalty_interval": 2, "critic_steps": 2},
    ],
    ids=lambda changes: next(iter(changes.values())),
)
def test_parts_combine_freely(changes):
    _, _, losses = two_steps("cgan", Shape(1, (8, 8), 0), changes)
    assert np.isfinite(list(losses.values())).all()


def test_every_step_moves_generator_discriminator_and_average():
    torch.manual_seed(0)
    objective, _, _ = two_steps("cgan", Shape(1, (8, 8), 0))
    fresh = build(objective.config, "cpu")
    for name in ("generator", "discriminator", "average"):
        before, after = fresh.modules[name].state_dict(), objective.modules[name].state_dict()
        assert any(not torch.equal(before[key], after[key]) for key in before), name


def test_compiled_networks_train_to_the_very_same_weights(monkeypatch):
    """Held against plain ones with the backend that compiles nothing: what is tested is that they can be traced."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    shape, preset = Shape(1, (8, 8), 0), preset_for("lsgan", {**SMALL, "penalty": "none"})
    averages = []
    for compiled in (False, True):
        objective = build(RunConfig("lsgan", preset, shape, (), compiled=compiled), "cpu")
        assert (objective.make is objective.generator) != compiled
        for step in range(3):
            images = torch.rand((4, 1, 8, 8), generator=torch.Generator().manual_seed(step))
            objective.step(step, Batch(images, None), Draw(0, step))
        averages.append(objective.modules["average"].state_dict())
    assert all(torch.equal(averages[0][key], averages[1][key]) for key in averages[0])


def test_training_leaves_the_global_random_state_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    two_steps("stylegan", Shape(1, (8, 8), 0), {"path_length": 1.0})
    assert torch.equal(before, torch.get_rng_state())


def test_a_labels_class_reaches_the_generator():
    images, found = prepared(conditional=True)
    del images
    preset = preset_for("cgan", SMALL)
    objective = build(RunConfig("cgan", preset, found.shape, found.labels), "cpu")
    samples = draw_samples(objective, found.data, 8, 0)
    assert samples.shape == (8, 1, 8, 8)
    network = objective.modules["average"].model.eval()
    z = torch.zeros(2, network.latent)
    one, other = network(z, torch.tensor([0, 2]))
    assert not torch.equal(one, other)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"objective": "hing"}, "hinge"),
        ({"penalty": "r3"}, "--penalty among"),
        ({"batch": 1}, "at least 2"),
        ({"ema": 1.0}, "below 1"),
        ({"augmentation": ("blur",)}, "--augment among"),
        ({"adaptive": True}, "--augment"),
        ({"path_length": 1.0}, "style"),
        ({"generator_lr": 0.0}, "above 0"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_in_words(changes, words):
    with pytest.raises(UsageError, match=words):
        checked(preset_for("cgan", changes), changes)


def test_a_penalty_chosen_by_name_comes_with_its_published_weight():
    assert checked(preset_for("dcgan", {"penalty": "gradient"}), {"penalty": "gradient"}).penalty_weight == 10


def test_an_unknown_model_is_answered_with_the_nearest_one():
    with pytest.raises(UsageError, match="Did you mean dcgan"):
        preset_for("dcgam")


def test_the_configuration_survives_its_file():
    config = RunConfig("cgan", preset_for("cgan"), Shape(1, (8, 8), 2), ("a", "b"), source=Shape(3, (4, 4), 0))
    assert RunConfig.from_json(config.as_json()) == config
    assert config.digest != RunConfig("cgan", preset_for("cgan", {"ema": 0.9}), config.shape, config.labels).digest
