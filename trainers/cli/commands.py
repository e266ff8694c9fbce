"""The commands train, generate, augment and export: arguments to objects; torch is loaded when one of them runs."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gan_audit.cli.options import DEVICE, SEED, Device, Modality
from gan_audit.errors import UsageError
from trainers.presets import PRESETS

Opt = typer.Option
MODELS = "; ".join(f"{name}: {preset.summary}" for name, preset in PRESETS.items())
TERM = "NAME=WEIGHT; repeatable: adversarial, cycle, identity, l1, l2 or perceptual; cyclegan, pix2pix, srgan."
NETWORK = "Architecture, instead of the model's own: dense, convolutional, progressive, style or attention-image."
OBJECTIVE = (
    "Adversarial loss, instead of the model's own: minimax, non-saturating, least-squares, wasserstein, hinge or "
    "relativistic."
)
PENALTY = "Regularization of the discriminator, instead of the model's own: none, r1, r2, gradient or dragan."
OVERWRITE = "Replace an earlier synthetic set in the output folder."


class Precision(StrEnum):
    """Floating-point format of a network's arithmetic."""

    float32 = "float32"
    bfloat16 = "bfloat16"


def train(
    model: Annotated[str, Opt("--model", help=MODELS)],
    data: Annotated[Path, Opt("--data", help="Folder of real images.")],
    out: Annotated[Path, Opt("--out", help="The run's folder; an earlier run there goes on.")],
    labels: Annotated[Path | None, Opt("--labels", help="CSV: filename,label[,group].")] = None,
    targets: Annotated[Path | None, Opt("--targets", help="What a translation aims at: a folder.")] = None,
    steps: Annotated[
        int | None, Opt("--steps", min=1, help="Generator steps of the whole run, earlier parts included.")
    ] = None,
    time_limit: Annotated[
        float | None,
        Opt("--time-limit", min=0, help="Seconds after which the run stops with a checkpoint, earlier parts included."),
    ] = None,
    size: Annotated[str | None, Opt("--size", help="Resolution, 32 or 32x48; by default the images' own.")] = None,
    channels: Annotated[int | None, Opt("--channels", min=1, max=3, help="1 for grey, 3 for colour.")] = None,
    window: Annotated[tuple[float, float] | None, Opt("--window", help="Limits of the intensities: LOW HIGH.")] = None,
    seed: Annotated[int, Opt("--seed", min=0, help=SEED)] = 0,
    folds: Annotated[int, Opt("--folds", min=0, help="Divide the patients into so many parts; a run for each.")] = 0,
    fold: Annotated[int, Opt("--fold", min=0, help="Train the run that leaves this part out, alone.")] = 0,
    network: Annotated[str | None, Opt("--network", help=NETWORK)] = None,
    objective: Annotated[str | None, Opt("--objective", help=OBJECTIVE)] = None,
    penalty: Annotated[str | None, Opt("--penalty", help=PENALTY)] = None,
    penalty_weight: Annotated[
        float | None, Opt("--penalty-weight", help="Factor of the penalty in the discriminator's loss, from 0.")
    ] = None,
    penalty_interval: Annotated[
        int | None,
        Opt("--penalty-interval", help="Discriminator steps from one evaluation of the penalty to the next."),
    ] = None,
    conditioning: Annotated[str | None, Opt("--conditioning", help="none, concat or projection.")] = None,
    augment: Annotated[str | None, Opt("--augment", help="For few images: translation,cutout.")] = None,
    adaptive: Annotated[bool | None, Opt("--adaptive/--no-adaptive", help="Augment as overfitting demands.")] = None,
    attention: Annotated[
        bool | None, Opt("--attention/--no-attention", help="Self-attention at half the resolution, in both networks.")
    ] = None,
    spectral_norm: Annotated[
        bool | None,
        Opt("--spectral-norm/--no-spectral-norm", help="Spectral normalization of the discriminator's layers."),
    ] = None,
    path_length: Annotated[
        float | None, Opt("--path-length", help="Factor of the path length regularization, from 0; stylegan only.")
    ] = None,
    latent: Annotated[int | None, Opt("--latent", help="Length of the latent vector z.")] = None,
    width: Annotated[
        int | None, Opt("--width", help="Channels at half the resolution; units of a dense layer.")
    ] = None,
    depth: Annotated[
        int | None, Opt("--depth", help="Halvings of the image, or hidden layers; 0 chooses by its size.")
    ] = None,
    batch: Annotated[int | None, Opt("--batch", help="Images in a training step.")] = None,
    critic_steps: Annotated[
        int | None, Opt("--critic-steps", help="Discriminator steps for each step of the generator.")
    ] = None,
    generator_lr: Annotated[float | None, Opt("--generator-lr", help="Learning rate of the generator.")] = None,
    discriminator_lr: Annotated[
        float | None, Opt("--discriminator-lr", help="Learning rate of the discriminator.")
    ] = None,
    ema: Annotated[
        float | None, Opt("--ema", help="Decay of the exponential moving average of the weights, [0, 1); 0 for none.")
    ] = None,
    beta: Annotated[
        float | None, Opt("--beta", help="Factor of the Kullback-Leibler divergence in the loss; vae and cvae only.")
    ] = None,
    noise_floor: Annotated[
        float | None,
        Opt(
            "--noise-floor",
            help="Smallest standard deviation of the decoder's noise, on the scale of [-1, 1]; vae and cvae only.",
        ),
    ] = None,
    term: Annotated[list[str] | None, Opt("--term", help=TERM)] = None,
    monitor: Annotated[
        int,
        Opt(
            "--monitor", min=0, help="Steps from one measurement of memorization and fidelity to the next; 0 for none."
        ),
    ] = 0,
    stop_on: Annotated[
        list[str] | None, Opt("--stop-on", help="Stop when a measurement of --monitor finds this: memorization.")
    ] = None,
    device: Annotated[Device, Opt("--device", help=DEVICE)] = Device.auto,
    precision: Annotated[
        Precision, Opt("--precision", help="Arithmetic of the networks; bfloat16 is mixed precision on CUDA.")
    ] = Precision.float32,
    compiled: Annotated[bool, Opt("--compile", help="Compile the networks; pays on CUDA.")] = False,
    threads: Annotated[int, Opt("--threads", min=1, help="Cores; weights repeat exactly for one number.")] = 1,
    jobs: Annotated[int | None, Opt("--jobs", min=1, help="Processes that read images.")] = None,
    quiet: Annotated[bool, Opt("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Train a reference generator; the same command goes on where it stopped."""
    given = dict(locals())
    from trainers.cli.console import run_training

    run_training(given)


def generate(
    run: Annotated[Path, Opt("--run", help="Folder that train wrote.")],
    out: Annotated[Path, Opt("--out", help="Folder to write.")],
    n: Annotated[int, Opt("--n", min=0, help="Images in all.")] = 0,
    per_class: Annotated[list[str] | None, Opt("--per-class", help="LABEL=N; repeatable.")] = None,
    balanced: Annotated[bool, Opt("--balanced", help="As many of each class; else as in training.")] = False,
    seed: Annotated[
        int, Opt("--seed", min=0, help="Seed of the whole set, from 0; each image has its own, derived from it.")
    ] = 0,
    image_seed: Annotated[int | None, Opt("--image-seed", min=0, help="Make this one image of a set again.")] = None,
    label: Annotated[str | None, Opt("--label", help="Label of the image that --image-seed makes again.")] = None,
    inputs: Annotated[Path | None, Opt("--inputs", help="Images for a translation.")] = None,
    folds: Annotated[bool, Opt("--folds", help="A set for each fold of the run.")] = False,
    overwrite: Annotated[bool, Opt("--overwrite", help=OVERWRITE)] = False,
    quiet: Annotated[bool, Opt("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Sample a trained generator: images, labels.csv and provenance.json."""
    given = dict(locals())
    from trainers.cli.console import run_generation

    run_generation(given)


def augment(
    data: Annotated[Path, Opt("--data", help="Folder of real images.")],
    modality: Annotated[Modality, Opt("--modality", help="What may be done to an image.")],
    n: Annotated[int, Opt("--n", min=1, help="Images to make.")],
    out: Annotated[Path, Opt("--out", help="Folder to write.")],
    labels: Annotated[Path | None, Opt("--labels", help="CSV: filename,label[,group].")] = None,
    seed: Annotated[int, Opt("--seed", min=0, help=SEED)] = 0,
    overwrite: Annotated[bool, Opt("--overwrite", help=OVERWRITE)] = False,
    quiet: Annotated[bool, Opt("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Classical augmentation as a baseline generator: the same outputs as generate."""
    given = dict(locals())
    from trainers.cli.console import run_augmentation

    run_augmentation(given)


def export(
    run: Annotated[Path, Opt("--run", help="Folder that train wrote.")],
    out: Annotated[Path, Opt("--out", help="File to write, such as generator.pt.")],
) -> None:
    """Write a trained generator as TorchScript, which runs without this package."""
    from trainers.sampling.export import export as write

    if out.suffix != ".pt":
        raise UsageError(f"Expected --out to end in .pt, got {out.name}.")
    typer.echo(str(write(run, out)))
