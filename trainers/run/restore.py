"""The training data of a run, found again where its private file says it lies."""

from __future__ import annotations

from gan_audit.errors import InputError
from gan_audit.runtime.progress import SILENT, Progress
from trainers.data.images import Images, load_images
from trainers.data.prepare import Prepared, Wishes, prepare
from trainers.data.sets import TrainingSet
from trainers.run.folder import Run


def source_set(run: Run, progress: Progress = SILENT) -> TrainingSet:
    """The images that a run was trained on; InputError where they are gone or have changed."""
    return restored(run, progress)[1].data


def restored(run: Run, progress: Progress = SILENT) -> tuple[Images, Prepared]:
    """The same with what is known of them."""
    private = run.private
    if not private.get("data"):
        raise InputError(f"The run {run.folder} was trained on images in memory, which cannot be found again.")
    images = load_images(private["data"], private.get("labels"), progress=progress)
    if images.set.sha256 != run.facts["sha256"]:
        raise InputError("The images that the run was trained on have changed. Put them back, or train again.")
    return images, prepare(images, wishes_of(run))


def wishes_of(run: Run) -> Wishes:
    """What was asked of the data when the run began."""
    config, scaling = run.config, run.facts["scaling"]
    size = "x".join(str(length) for length in config.shape.size)
    return Wishes(
        size, config.shape.channels, (scaling["low"], scaling["high"]), bool(config.labels), config.folds, config.fold,
        config.seed,
    )  # fmt: skip
