"""A trained generator, ready to make images: each from its own seed, and the same whoever asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gan_audit.errors import UsageError
from trainers.data.scaling import Scaling
from trainers.loops.base import Objective
from trainers.randomness import rng_of, seed_of, torch_generator
from trainers.run.folder import Run, checkpoint_of, open_run
from trainers.run.restore import source_set

if TYPE_CHECKING:
    from torch import Tensor, nn

    from trainers.data.sets import TrainingSet


@dataclass(frozen=True)
class Made:
    """One image that a generator made."""

    pixels: NDArray[Any]
    """(H, W), (H, W, 3) or (D, H, W) in the units of the training images."""
    seed: int
    """What makes it again."""
    label: str | None
    source: str | None = None
    """Pseudonym of the real image that it started from, where the model takes one."""


class LoadedGenerator:
    """The averaged generator of a run's last checkpoint, on the CPU and for use alone."""

    def __init__(self, run: Run) -> None:
        from trainers.loops.driver import load_weights
        from trainers.loops.table import build

        checkpoint = checkpoint_of(run)
        objective = build(run.config, "cpu")
        load_weights(objective.modules, checkpoint.weights)
        self.run, self.step = run, checkpoint.step
        self.weights_sha256 = str(checkpoint.state["weights_sha256"])
        self.network: Any = sampling_network(objective.modules)
        self.scaling = Scaling(**run.facts["scaling"])

    @property
    def run_digest(self) -> str:
        """SHA-256 over configuration, data and weights: names the generator."""
        parts = (self.run.config.digest, self.run.facts["sha256"], self.weights_sha256)
        return hashlib.sha256("/".join(parts).encode()).hexdigest()


class Sampler(LoadedGenerator):
    """Makes images from seeds.

    Every image is made by itself, in a batch of one: sums are rounded differently in batches of another size, and an
    image made again alone has to be the same in every bit.
    """

    def __init__(self, run: Run) -> None:
        if run.config.source is not None:
            raise UsageError(f"{run.config.model} translates images: give them with --inputs.")
        super().__init__(run)
        self.data: TrainingSet | None = source_set(run) if getattr(self.network, "needs_images", False) else None

    @classmethod
    def open(cls, folder: Path) -> Sampler:
        """InputError where the folder is no run, or has no checkpoint yet."""
        return cls(open_run(folder))

    def make(self, seed: int, label: str | None = None) -> Made:
        """The image of a seed and, for a conditional model, of a label; UsageError for a label it never saw."""
        import torch

        labels = self.run.config.labels
        if labels and label not in labels:
            raise UsageError(f"Expected a label among {', '.join(labels)}, got {label!r}.")
        code = torch.tensor([labels.index(str(label))]) if labels else None
        z = torch.randn((1, int(self.network.latent)), generator=torch_generator(seed))
        row = None if self.data is None else int(rng_of(seed, "source").integers(len(self.data)))
        with one_thread(), torch.inference_mode():
            image = self._call(z, code, row)[0].numpy()
        source = None if self.data is None or row is None else self.data.samples[row].pseudonym
        return Made(stored(image, self.scaling), seed, label if labels else None, source)

    def _call(self, z: Tensor, code: Tensor | None, row: int | None) -> Tensor:
        import torch

        network: Callable[..., Tensor] = self.network
        if self.data is None or row is None:
            return network(z, code)
        return network(z, code, torch.from_numpy(self.data.images[row][None]))


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums are rounded differently on another number of cores: one, for images that have to repeat exactly."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def sampling_network(modules: Any) -> nn.Module:
    """The averaged generator, or else the generator, for sampling alone."""
    network: nn.Module = modules["average"].model if "average" in modules else modules["generator"]
    return network.eval()


def stored(image: NDArray[Any], scaling: Scaling) -> NDArray[Any]:
    """An image (c, *size) in [-1, 1] as the user's own: colours last, in their units."""
    pixels = scaling.back(image)
    return np.ascontiguousarray(np.moveaxis(pixels, 0, -1)) if len(pixels) == 3 else pixels[0]


def image_seed(seed: int, number: int) -> int:
    """Seed of the image with a running number in a set made with `seed`."""
    return seed_of("image", seed, number)


def labels_for(run: Run, count: int, wishes: Sequence[str] = (), *, balanced: bool = False) -> list[str | None]:
    """The label of each of `count` images, class by class.

    wishes: `LABEL=N`, which set the count; balanced: as many of each class as of any other; else as the training
    images are. Raises UsageError for a wish about no class of the run.
    """
    names = run.config.labels
    if not names:
        if wishes or balanced:
            raise UsageError(f"The model {run.config.model} has no classes; leave --per-class and --balanced out.")
        return [None] * count
    counts = _wished(wishes, names) if wishes else _shared_out(run, count, balanced)
    return [name for name in names for _ in range(counts.get(name, 0))]


def _wished(wishes: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    counts = {}
    for wish in wishes:
        name, equals, number = wish.rpartition("=")
        if not equals or not number.isdigit() or name not in names:
            raise UsageError(f"Expected --per-class LABEL=N with LABEL among {', '.join(names)}, got {wish!r}.")
        counts[name] = int(number)
    return counts


def _shared_out(run: Run, count: int, balanced: bool) -> dict[str, int]:
    """Whole numbers that add up to `count`, in proportion (largest remainders)."""
    names = run.config.labels
    weights = np.ones(len(names)) if balanced else np.array([run.facts["classes"][name] for name in names], float)
    exact = count * weights / weights.sum()
    whole = np.floor(exact).astype(int)
    whole[np.argsort(whole - exact, kind="stable")[: count - whole.sum()]] += 1
    return dict(zip(names, whole.tolist(), strict=True))


BATCH = 64


def draw_samples(objective: Objective, data: TrainingSet, count: int, seed: int) -> NDArray[np.float32]:
    """`count` images (n, c, *size) of the networks as they are now, labels as frequent as in training."""
    import torch

    network: Any = sampling_network(objective.modules)
    device = next(network.parameters()).device
    z = torch.randn((count, network.latent), generator=torch_generator(seed)).to(device)
    rows = rng_of(seed, "samples").permutation(len(data))[np.arange(count) % len(data)]
    labels = None if data.codes is None else torch.from_numpy(data.codes[rows]).to(device)
    given: list[Tensor | None] = [z, labels]
    if getattr(network, "needs_images", False):
        given.append(torch.from_numpy(data.images[rows]).to(device))
    with torch.no_grad():
        parts = [network(*(_slice(x, i) for x in given)) for i in range(0, count, BATCH)]
    if "average" not in objective.modules:
        network.train()
    found: NDArray[np.float32] = torch.cat(parts).float().clamp(-1, 1).cpu().numpy()
    return found


def _slice(values: Tensor | None, start: int) -> Tensor | None:
    return None if values is None else values[start : start + BATCH]
