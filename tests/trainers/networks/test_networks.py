"""What holds for every network: shapes, labels, determinism, options."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from gan_audit.errors import UsageError
from trainers.networks.base import NetworkOptions
from trainers.networks.blocks import SelfAttention
from trainers.networks.registry import NETWORKS, build
from trainers.types import Shape

FLAT, DEEP = [(16, 16), (28, 28), (30, 22)], (12, 16, 10)
SMALL = {"latent": 6, "width": 4}


def made(name: str, shape: Shape, seed: int = 0, **options: object) -> tuple[nn.Module, nn.Module]:
    return build(name, shape, NetworkOptions(**(SMALL | options)), seed)


def inputs(shape: Shape, n: int = 4, seed: int = 0) -> tuple[Tensor, Tensor | None, Tensor]:
    draw = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % shape.classes if shape.classes else None
    images = torch.rand((n, shape.channels, *shape.size), generator=draw) * 2 - 1
    return torch.randn((n, 6), generator=draw), labels, images


def generate(network: nn.Module, z: Tensor, labels: Tensor | None, images: Tensor) -> Tensor:
    return network(z, labels, images) if network.needs_images else network(z, labels)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("channels", "size"), [(1, FLAT[0]), (3, FLAT[1]), (1, FLAT[2]), (1, DEEP), (3, DEEP)])
@pytest.mark.parametrize("conditioning", ["none", "concat", "projection"])
def test_shapes_ranges_and_gradients(name: str, channels: int, size: tuple[int, ...], conditioning: str) -> None:
    shape = Shape(channels, size, 0 if conditioning == "none" else 3)
    generator, discriminator = made(name, shape, conditioning=conditioning)
    z, labels, images = inputs(shape)
    fake = generate(generator, z, labels, images)
    assert fake.shape == images.shape
    assert fake.abs().max() <= 1
    logits = discriminator(fake, labels)
    assert logits.shape == (4,)
    logits.sum().backward()
    unused = [n for n, p in generator.named_parameters() if p.grad is None and not n.startswith("to_image")]
    assert not unused


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_follow_from_the_seed_and_leave_torchs_own_state_alone(name: str) -> None:
    shape = Shape(1, (16, 16), 2)
    before = torch.random.get_rng_state()
    networks = [made(name, shape, seed, conditioning="projection") for seed in (3, 3, 4)]
    assert torch.equal(torch.random.get_rng_state(), before)
    for first, second, other in zip(*networks, strict=True):
        states = [network.state_dict() for network in (first, second, other)]
        assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])
        assert any(not torch.equal(states[0][key], states[2][key]) for key in states[0])


@pytest.mark.parametrize("name", NETWORKS)
def test_an_image_is_made_again_from_its_z_alone(name: str) -> None:
    shape = Shape(1, (16, 16), 2)
    generator = made(name, shape, conditioning="concat")[0].eval()
    z, labels, images = inputs(shape)
    together = generate(generator, z, labels, images)
    alone = generate(generator, z[2:3], labels[2:3], images[2:3])
    torch.testing.assert_close(together[2:3], alone, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", NETWORKS)
def test_labels_change_both_networks_answers(name: str) -> None:
    shape = Shape(1, (16, 16), 2)
    for conditioning in ("concat", "projection"):
        generator, discriminator = (n.eval() for n in made(name, shape, conditioning=conditioning))
        z, labels, images = inputs(shape)
        assert not torch.equal(generate(generator, z, labels, images), generate(generator, z, 1 - labels, images))
        assert not torch.equal(discriminator(images, labels), discriminator(images, 1 - labels))


@pytest.mark.parametrize("name", NETWORKS)
def test_missing_labels_are_named(name: str) -> None:
    shape = Shape(1, (16, 16), 2)
    generator, discriminator = made(name, shape, conditioning="projection")
    z, _, images = inputs(shape)
    with pytest.raises(ValueError, match="labels"):
        generate(generator, z, None, images)
    with pytest.raises(ValueError, match="labels"):
        discriminator(images, None)
    with pytest.raises(UsageError, match="labelled images"):
        made(name, Shape(1, (16, 16), 0), conditioning="projection")


@pytest.mark.parametrize("name", sorted(set(NETWORKS) - {"attention-image"}))
def test_z_moves_the_image(name: str) -> None:
    shape = Shape(1, (16, 16), 0)
    generator = made(name, shape)[0].eval()
    z = inputs(shape)[0]
    assert (generator(z) - generator(-z)).abs().max() > 1e-4


@pytest.mark.parametrize("name", ["convolutional", "attention-image"])
def test_attention_is_an_option(name: str) -> None:
    shape = Shape(1, (16, 16), 0)
    plain, attentive = (made(name, shape, attention=flag)[1] for flag in (False, True))
    counts = [sum(isinstance(module, SelfAttention) for module in network.modules()) for network in (plain, attentive)]
    assert counts == [0, 1]


@pytest.mark.parametrize("name", NETWORKS)
def test_spectral_norm_holds_every_layer_of_the_discriminator_near_one(name: str) -> None:
    shape = Shape(1, (16, 16), 2)
    discriminator = made(name, shape, conditioning="projection", spectral_norm=True)[1]
    images, labels = inputs(shape)[2], inputs(shape)[1]
    for _ in range(30):
        discriminator(images, labels)
    layers = (nn.Linear, nn.Embedding, nn.Conv2d)
    weights = [layer.weight for layer in discriminator.modules() if isinstance(layer, layers)]
    assert weights
    for weight in weights:
        largest = torch.linalg.matrix_norm(weight.detach().flatten(1), ord=2)
        assert largest == pytest.approx(1.0, abs=0.05)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NETWORKS)
def test_a_traced_generator_takes_batches_of_any_size(name: str) -> None:
    shape = Shape(1, (10, 12), 2)
    generator = made(name, shape, conditioning="projection")[0].eval()
    example, wanted = inputs(shape, 2), inputs(shape, 5, seed=1)
    given = [arguments if generator.needs_images else arguments[:2] for arguments in (example, wanted)]
    traced = torch.jit.trace(generator, given[0])
    torch.testing.assert_close(traced(*given[1]), generator(*given[1]))


def test_unknown_network_and_options_say_what_is_known() -> None:
    with pytest.raises(UsageError, match="convolutional"):
        made("convolution", Shape(1, (16, 16), 0))
    with pytest.raises(UsageError, match="projection"):
        NetworkOptions(conditioning="film")
    with pytest.raises(UsageError, match="at least 1"):
        NetworkOptions(width=0)


def test_an_image_conditioned_generator_asks_for_images_and_uses_them() -> None:
    shape = Shape(1, (16, 16), 0)
    generator = made("attention-image", shape)[0].eval()
    z, _, images = inputs(shape)
    with pytest.raises(ValueError, match="real images"):
        generator(z)
    assert not torch.equal(generator(z, None, images), generator(z, None, -images))
    assert not torch.equal(generator(z, None, images), generator(-z, None, images))
