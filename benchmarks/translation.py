"""Translations of real X-rays against doing nothing, the mean image and interpolation, on pairs that were held out.

python benchmarks/translation.py ../shared/data/pneumoniamnist_train/images --out RUNS --seconds 540

Two targets are made from the images themselves: inverted and blurred (cyclegan, unpaired; pix2pix, paired), and the
image at full resolution from half of it (srgan). A fifth of the images, equal ones together, is never trained on.
A run that is in --out already is gone on with, so that an interrupted benchmark repeats nothing.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

sys.path.insert(0, str(Path(__file__).parents[1]))

from trainers.config import preset_for
from trainers.train import Request, train_request

Images = NDArray[np.float32]
HELD_OUT = 0.2
BLUR = 1.0
"""Standard deviation of the blur, in pixels."""
RANGE = 2.0
"""Of the intensities, from -1 to 1."""
WINDOW = 1.5
"""Standard deviation of SSIM's window, in pixels."""


@dataclass(frozen=True)
class Task:
    """Held-out pairs, and what to train on."""

    source: Images
    target: Images
    data: NDArray[np.uint8]
    targets: NDArray[np.uint8] | None
    pairs: tuple[Images, Images]
    """Inputs and targets of the training pairs, for the baselines."""


def main(
    images: Annotated[Path, typer.Argument(help="Folder of grey PNG images of one size.")],
    out: Annotated[Path, typer.Option(help="Folder of the runs.")],
    model: Annotated[list[str] | None, typer.Option(help="What to measure; all three without.")] = None,
    seconds: Annotated[float, typer.Option(help="Training time of each model, on one core.")] = 540.0,
    limit: Annotated[int, typer.Option(help="Images to use; 0 for all.")] = 0,
) -> None:
    """Prints one table."""
    train, held = split(read(images, limit))
    print(f"{len(train)} images to train on, {len(held)} held out; PSNR in dB and SSIM, mean ± 95 % interval\n")
    print("| model | output | PSNR | SSIM | steps | CPU s | MiB |\n| --- | --- | --- | --- | --- | --- | --- |")
    for name in model or TASKS:
        task = TASKS[name](train, held)
        for output, made in baselines(task).items():
            print(row(name, output, made, task.target))
        made, cost = trained(name, task, out / name, seconds)
        print(row(name, f"**{name}**", made, task.target, cost), flush=True)


def read(folder: Path, limit: int = 0) -> NDArray[np.uint8]:
    """(n, H, W), in the order of the SHA-256 of the pixels: equal images are neighbours, and the order is random."""
    files = sorted(folder.iterdir())
    found = [np.asarray(Image.open(file).convert("L")) for file in files]
    found.sort(key=lambda image: sha256(image.tobytes()).digest())
    return np.stack(found[:limit] if limit else found)


def split(images: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Training and held-out images; no image is in both."""
    cut = round(len(images) * (1 - HELD_OUT))
    while np.array_equal(images[cut], images[cut - 1]):
        cut -= 1
    return images[:cut], images[cut:]


def unit(images: NDArray[np.uint8]) -> Images:
    """(n, 1, H, W) in [-1, 1]."""
    return (images[:, None].astype(np.float32) / 255) * 2 - 1


def inverted(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Blurred, and bright where the image is dark."""
    blurred = gaussian_filter(images.astype(np.float64), (0, BLUR, BLUR), mode="nearest")
    return np.rint(255 - blurred).astype(np.uint8)


def unpaired(train: NDArray[np.uint8], held: NDArray[np.uint8]) -> Task:
    """Inputs from one half of the images, targets from the other."""
    middle = len(train) // 2
    there = inverted(train)
    pairs = (unit(train), unit(there))
    return Task(unit(held), unit(inverted(held)), train[:middle], there[middle:], pairs)


def paired(train: NDArray[np.uint8], held: NDArray[np.uint8]) -> Task:
    """Every image with its counterpart."""
    there = inverted(train)
    return Task(unit(held), unit(inverted(held)), train, there, (unit(train), unit(there)))


def enlarged(train: NDArray[np.uint8], held: NDArray[np.uint8]) -> Task:
    """Full resolution from half of it."""
    from trainers.data.translation import halved

    return Task(halved(unit(held)), unit(held), train, None, (halved(unit(train)), unit(train)))


TASKS: Mapping[str, Callable[[NDArray[np.uint8], NDArray[np.uint8]], Task]] = {
    "cyclegan": unpaired,
    "pix2pix": paired,
    "srgan": enlarged,
}


def baselines(task: Task) -> dict[str, Images]:
    """What costs no training: the input, the mean target, interpolation, and the best straight line of intensities."""
    inputs, targets = task.pairs
    mean = np.broadcast_to(targets.mean(axis=0), task.target.shape)
    same, fitting = resized(task.source, "nearest", task.target), resized(inputs, "nearest", targets)
    slope, offset = np.polyfit(fitting.ravel(), targets.ravel(), 1)
    found = {"identity": same, "mean target": mean, "straight line": np.clip(slope * same + offset, -1, 1)}
    if task.source.shape != task.target.shape:
        found |= {mode: resized(task.source, mode, task.target) for mode in ("bilinear", "bicubic")}
    return {name: np.asarray(made, np.float32) for name, made in found.items()}


def resized(images: Images, mode: str, like: Images) -> Images:
    """Brought to the size of `like` by torch's interpolation; the same images where the size is right already."""
    import torch
    from torch.nn.functional import interpolate

    if images.shape[2:] == like.shape[2:]:
        return images
    corners = None if mode == "nearest" else False
    made = interpolate(torch.from_numpy(images), size=like.shape[2:], mode=mode, align_corners=corners)
    return made.clamp(-1, 1).numpy()


def trained(name: str, task: Task, out: Path, seconds: float) -> tuple[Images, tuple[int, float, float]]:
    """The held-out images as the model translates them; steps, CPU seconds of the run, peak memory of this process."""
    import torch

    from trainers.loops.driver import load_weights
    from trainers.loops.table import build
    from trainers.run.folder import checkpoint_of
    from trainers.sampling.sampler import sampling_network

    request = Request(name, task.data, out, targets=task.targets, seconds=seconds, device="cpu")
    with charged(out.with_name(f"{out.name}.cpu")) as account:
        run = train_request(request).run
    spent = float(account.read_text())
    checkpoint, objective = checkpoint_of(run), build(run.config, "cpu")
    load_weights(objective.modules, checkpoint.weights)
    network = sampling_network(objective.modules)
    with torch.inference_mode():
        parts = [network(part) for part in torch.from_numpy(task.source).split(64)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return torch.cat(parts).numpy(), (checkpoint.step, spent, peak)


@contextmanager
def charged(account: Path) -> Iterator[Path]:
    """Adds the CPU seconds spent inside to those in a file, which earlier, interrupted parts of the run left there."""
    account.parent.mkdir(parents=True, exist_ok=True)
    before, earlier = time.process_time(), float(account.read_text()) if account.exists() else 0.0
    try:
        yield account
    finally:
        account.write_text(str(earlier + time.process_time() - before))


def psnr(made: Images, target: Images) -> NDArray[np.float64]:
    """(n,) 10 log10(range² / mean square error), in dB."""
    errors = ((made.astype(np.float64) - target) ** 2).reshape(len(made), -1).mean(axis=1)
    return 10 * np.log10(RANGE**2 / np.maximum(errors, 1e-12))


def ssim(made: Images, target: Images) -> NDArray[np.float64]:
    """(n,) structural similarity with a Gaussian window (Wang et al. 2004, eq. 13), averaged over the pixels."""

    def smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return gaussian_filter(values, (0, 0, WINDOW, WINDOW), truncate=3.5)

    x, y = made.astype(np.float64) + 1, target.astype(np.float64) + 1  # defined for intensities from 0 up
    mean_x, mean_y = smooth(x), smooth(y)
    var_x, var_y = smooth(x * x) - mean_x**2, smooth(y * y) - mean_y**2
    covariance = smooth(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * RANGE) ** 2, (0.03 * RANGE) ** 2
    numerator = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return (numerator / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).reshape(len(x), -1).mean(axis=1)


def row(name: str, output: str, made: Images, target: Images, cost: tuple[int, float, float] | None = None) -> str:
    """One line of the table."""
    steps, spent, peak = (str(cost[0]), f"{cost[1]:.0f}", f"{cost[2]:.0f}") if cost else ("", "", "")
    figures = [interval(measure(made, target), digits) for measure, digits in ((psnr, 2), (ssim, 3))]
    preset = preset_for(name).network
    shown = f"{name} ({preset})" if cost else name
    return "| " + " | ".join([shown, output, *figures, steps, spent, peak]) + " |"


def interval(values: NDArray[np.float64], digits: int) -> str:
    """Mean over images and 1.96 standard errors."""
    return f"{values.mean():.{digits}f} ± {1.96 * values.std(ddof=1) / len(values) ** 0.5:.{digits}f}"


if __name__ == "__main__":
    typer.run(main)
