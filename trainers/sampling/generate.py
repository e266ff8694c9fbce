"""From a run to a synthetic set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gan_audit.errors import InputError, UsageError
from gan_audit.runtime.progress import SILENT, Progress
from trainers.data.images import load_images
from trainers.data.scaling import Scaling
from trainers.run.folder import Run, open_run
from trainers.sampling.output import check_target, write_set
from trainers.sampling.provenance import of_run
from trainers.sampling.sampler import Made, Sampler, image_seed, labels_for
from trainers.sampling.translator import Translator
from trainers.sampling.writing import Style

FOLD = "fold-"
"""Beginning of the name of a fold's folder, its number after it."""


@dataclass(frozen=True)
class GenerateRequest:
    """What `gan-audit generate` was asked for."""

    run: Path
    out: Path
    count: int = 0
    seed: int = 0
    per_class: tuple[str, ...] = ()
    """`LABEL=N`."""
    balanced: bool = False
    single: int | None = None
    """Seed of one image to make again, from a provenance.json."""
    label: str | None = None
    """Its label."""
    inputs: Path | None = None
    """Images to translate, for a model that does."""
    overwrite: bool = False


def generate(order: GenerateRequest, progress: Progress = SILENT) -> int:
    """Writes the set and returns how many images it holds.

    Raises UsageError for counts or labels that do not fit the run, InputError for a folder that is no run.
    """
    check_target(order.out, order.overwrite)
    if order.inputs is not None:
        return _translated(order, progress)
    sampler = Sampler.open(order.run)
    wanted = _wanted(order, sampler.run)
    if not wanted:
        raise UsageError("Expected --n of at least 1, or --per-class LABEL=N.")
    seed = None if order.single is not None else order.seed
    with progress.stage("Making images", len(wanted)) as step:
        write_set(
            order.out, _made(sampler, wanted), sampler.run.config.labels, style_of(sampler.run),
            lambda rows: of_run(sampler, rows, seed), step,
        )  # fmt: skip
    return len(wanted)


def _translated(order: GenerateRequest, progress: Progress) -> int:
    """Every image of a folder, or the first `count`, as the run's model translates it."""
    translator = Translator(open_run(order.run))
    images = load_images(order.inputs, progress=progress)
    count = min(order.count or len(images.set.samples), len(images.set.samples))
    with progress.stage("Translating images", count) as step:
        write_set(
            order.out, (translator.make(images.set, sample) for sample in images.set.samples[:count]), (),
            style_of(translator.run), lambda rows: of_run(translator, rows, None), step,
        )  # fmt: skip
    return count


def fold_folders(run: Path) -> list[Path]:
    """The runs of all folds under a folder; InputError where there are none, or one is missing."""
    found = sorted((p for p in run.glob(f"{FOLD}*") if (p / "config.json").is_file()), key=lambda p: (len(p.name), p))
    if not found:
        raise InputError(f"{run} holds no folds. Train them with `gan-audit train --folds K`.")
    count = open_run(found[0]).config.folds
    missing = [number for number in range(1, count + 1) if run / f"{FOLD}{number}" not in found]
    if missing:
        raise InputError(f"Fold {missing[0]} of {count} is missing in {run}. Train it with --folds {count}.")
    return found


def style_of(run: Run) -> Style:
    """How images of a run are stored."""
    spacing = run.facts["spacing"]
    return Style(run.facts["suffix"], Scaling(**run.facts["scaling"]), tuple(spacing) if spacing else None)


def _wanted(order: GenerateRequest, run: Run) -> list[tuple[int, str | None]]:
    """Seed and label of every image."""
    if order.single is not None:
        return [(order.single, order.label)]
    if order.label is not None:
        raise UsageError("--label belongs to --image-seed; use --per-class LABEL=N for many images.")
    labels = labels_for(run, order.count, order.per_class, balanced=order.balanced)
    return [(image_seed(order.seed, number), label) for number, label in enumerate(labels)]


def _made(sampler: Sampler, wanted: Sequence[tuple[int, str | None]]) -> Iterator[Made]:
    for seed, label in wanted:
        yield sampler.make(seed, label)
