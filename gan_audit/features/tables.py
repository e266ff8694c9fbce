"""Image sets in, tables of features out: each image is read once, for all spaces that do not know it yet."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from gan_audit.errors import GanAuditError, InputError
from gan_audit.features.base import BatchExtractor, Extractor, GroupExtractor, RegionExtractor, WideBatchExtractor
from gan_audit.features.cache import FeatureStore, cache_key
from gan_audit.features.reliability import repeatability
from gan_audit.runtime.parallel import parallel_map
from gan_audit.runtime.progress import SILENT, Progress
from gan_audit.types import FeatureTable, FloatArray, Image, ImageSet, Role, Sample

LOGGER = logging.getLogger(__name__)
EXAMPLES = 20
"""Images tried in turn to learn the names of a space's features."""
BLOCK = 64
"""Images held in memory at once for an accelerator, unless the extractor wants more."""
GROUP, VOXELS = 64, 1 << 20
"""Images read and worked on together by one process: at most so many, and no more once they have so many voxels."""
WORTHWHILE = 50
"""Images that one more process must have before it is started, where the user names no number."""
SHARES = 4
"""Groups that each process is to get at least, so that all end at about one time."""
SampleReader = Callable[[Sample], Image]
Found = dict[str, FloatArray | str]
"""Space name to features, or to the reason why there are none."""


def extract(
    sets: Mapping[Role, ImageSet],
    extractors: Sequence[Extractor],
    *,
    cache: Path | None = None,
    jobs: int | None = None,
    progress: Progress = SILENT,
) -> dict[str, dict[Role, FeatureTable]]:
    """One table for each space and set, its rows in the order of the set's samples, values float64.

    sets: must hold `real`, to which the extractors are fitted. cache: folder to keep features in, or None.
    jobs: as in `parallel_map`; the result does not depend on it. Images of equal digest are computed once.
    A feature that cannot be computed, or is infinite, is NaN; where an extractor raises, the whole row is, the reason
    is logged without the image's name, and the row is not cached.
    Raises InputError where an image cannot be read any more, UsageError where the cache cannot be written.
    """
    if not sets["real"].samples:
        raise InputError("Expected at least one readable real image, got none; check the real folder.")
    fitted = {extractor.name: extractor.fit(sets["real"]) for extractor in extractors}
    axes = max(len(sample.shape) for sample in sets["real"].samples)
    stores = {name: FeatureStore(_folder(cache, extractor, axes)) for name, extractor in fitted.items()}
    tasks = _tasks(sets, stores)
    readers = {role: images.read for role, images in sets.items()}
    failures: Counter[tuple[str, str]] = Counter()
    try:
        _learn_names(tasks, fitted, stores, readers)
        for digest, found in _compute(tasks, fitted, readers, jobs, progress):
            failures += _keep(digest, found, stores)
    finally:
        for store in stores.values():
            store.flush()
    _report(failures)
    made = {
        name: {role: _table(fitted[name], stores[name], images) for role, images in sets.items()} for name in fitted
    }
    for name, extractor in fitted.items():
        table = made[name]["real"]
        if isinstance(extractor, RegionExtractor) and extractor.follows_region and table.names:
            workers = 1 if _accelerated(extractor) else jobs
            stable = repeatability(extractor, sets["real"], table.names, workers)
            made[name]["real"] = replace(table, repeatability=stable)
    return made


@dataclass(frozen=True)
class _Task:
    """One image to read, and the spaces that want it."""

    sample: Sample
    spaces: tuple[str, ...]


def _folder(cache: Path | None, extractor: Extractor, axes: int) -> Path | None:
    return cache / f"{extractor.name}-{cache_key(extractor.describe(0), axes)}" if cache else None


def _tasks(sets: Mapping[Role, ImageSet], stores: Mapping[str, FeatureStore]) -> list[_Task]:
    unique = {sample.digest: sample for images in sets.values() for sample in images.samples}
    wanted = (
        _Task(sample, tuple(name for name, store in stores.items() if digest not in store.rows))
        for digest, sample in sorted(unique.items())
    )
    return [task for task in wanted if task.spaces]


def _learn_names(
    tasks: Sequence[_Task],
    extractors: Mapping[str, Extractor],
    stores: Mapping[str, FeatureStore],
    readers: Mapping[Role, SampleReader],
) -> None:
    """Asks each extractor for its names by an image, and by the next one where that image is beyond it."""
    unknown = [name for name, store in stores.items() if store.names is None]
    for task in tasks[:EXAMPLES]:
        if not unknown:
            return
        image = _read(readers[task.sample.role], task.sample)
        for name in list(unknown):
            try:
                stores[name].names = extractors[name].names(image)
            except Exception as error:
                LOGGER.debug("No names of %s features from this image: %s", name, error)
            else:
                unknown.remove(name)


def _compute(
    tasks: Sequence[_Task],
    extractors: Mapping[str, Extractor],
    readers: Mapping[Role, SampleReader],
    jobs: int | None,
    progress: Progress,
) -> Iterator[tuple[str, Found]]:
    """(digest, features by space): on the accelerator here, everything else in worker processes."""
    here = {name for name, extractor in extractors.items() if _accelerated(extractor)}
    spread = [_Task(task.sample, rest) for task in tasks if (rest := tuple(n for n in task.spaces if n not in here))]
    if spread:
        work = partial(_vectors, readers=readers, extractors={n: e for n, e in extractors.items() if n not in here})
        workers = jobs or min(os.cpu_count() or 1, max(1, len(spread) // WORTHWHILE))
        groups = _groups(spread, max(1, min(GROUP, len(spread) // (SHARES * workers))))
        worthwhile = -(-WORTHWHILE * len(groups) // len(spread))
        with progress.stage("Computing features", len(spread)) as step:
            for group in parallel_map(work, groups, jobs=jobs, step=lambda _: None, worthwhile=worthwhile, most=1):
                for found in group:
                    step(1)
                    yield found
    for name in sorted(here):
        mine = [task.sample for task in tasks if name in task.spaces]
        yield from _on_accelerator(name, extractors[name], mine, readers, progress)


def _accelerated(extractor: Extractor) -> bool:
    return isinstance(extractor, BatchExtractor) and extractor.device != "cpu"


def _groups(tasks: Sequence[_Task], most: int) -> list[list[_Task]]:
    """At most `most` images of one shape that want the same spaces, few enough to be in memory at once."""
    ordered = sorted(tasks, key=lambda task: (task.sample.shape, task.sample.channels, task.spaces, task.sample.digest))
    groups: list[list[_Task]] = []
    for task in ordered:
        last = groups[-1] if groups else []
        full = not last or len(last) >= most or len(last) * int(np.prod(task.sample.shape)) >= VOXELS
        if full or (last[0].sample.shape, last[0].spaces) != (task.sample.shape, task.spaces):
            groups.append([])
        groups[-1].append(task)
    return groups


def _vectors(
    tasks: Sequence[_Task], readers: Mapping[Role, SampleReader], extractors: Mapping[str, Extractor]
) -> list[tuple[str, Found]]:
    images = [_read(readers[task.sample.role], task.sample) for task in tasks]
    columns = [_rows(extractors[name], images) for name in tasks[0].spaces]
    return [
        (task.sample.digest, dict(zip(task.spaces, row, strict=True)))
        for task, row in zip(tasks, zip(*columns, strict=True), strict=True)
    ]


def _rows(extractor: Extractor, images: Sequence[Image]) -> Sequence[FloatArray | str]:
    if isinstance(extractor, GroupExtractor):
        try:
            return extractor.together(images)
        except Exception as error:
            LOGGER.debug("A group failed, its images go one by one: %s", error)
    return [_vector(extractor, image) for image in images]


def _on_accelerator(
    name: str, extractor: Extractor, samples: Sequence[Sample], readers: Mapping[Role, SampleReader], progress: Progress
) -> Iterator[tuple[str, Found]]:
    assert isinstance(extractor, BatchExtractor)
    with progress.stage(f"Computing features: {name}", len(samples)) as step:
        for block in _blocks(samples, extractor):
            images = [_read(readers[sample.role], sample) for sample in block]
            try:
                rows: Sequence[FloatArray | str] = list(extractor.batch(images))
            except Exception as error:
                LOGGER.debug("A batch failed, its images go one by one: %s", error)
                rows = [_vector(extractor, image) for image in images]
            yield from ((sample.digest, {name: row}) for sample, row in zip(block, rows, strict=True))
            step(len(block))


def _blocks(samples: Sequence[Sample], extractor: BatchExtractor) -> Iterator[list[Sample]]:
    """As many images as the extractor wants at a time."""
    wide = extractor.voxels_at_once if isinstance(extractor, WideBatchExtractor) else None
    block: list[Sample] = []
    held = 0
    for sample in samples:
        block.append(sample)
        held += 1 if wide is None else int(np.prod(sample.shape))
        if held >= (wide or BLOCK):
            yield block
            block, held = [], 0
    if block:
        yield block


def _vector(extractor: Extractor, image: Image) -> FloatArray | str:
    try:
        return np.asarray(extractor(image), dtype=np.float64).ravel()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _read(read: SampleReader, sample: Sample) -> Image:
    try:
        return read(sample)
    except GanAuditError:
        raise
    except Exception as error:
        raise InputError(
            f"Expected to read {sample.id} ({sample.role}) again as at the start of the audit, got "
            f"{type(error).__name__}: {error}. Leave the folder alone while the audit runs."
        ) from error


def _keep(digest: str, found: Found, stores: Mapping[str, FeatureStore]) -> Counter[tuple[str, str]]:
    failures: Counter[tuple[str, str]] = Counter()
    for space, row in found.items():
        expected = len(stores[space].names or ())
        if isinstance(row, str):
            failures[space, row] += 1
        elif len(row) != expected:
            failures[space, f"expected {expected} features, got {len(row)}"] += 1
        else:
            stores[space].add(digest, np.where(np.isfinite(row), row, np.nan))
    return failures


def _report(failures: Counter[tuple[str, str]]) -> None:
    for space in sorted({space for space, _ in failures}):
        reasons = Counter({reason: count for (other, reason), count in failures.items() if other == space})
        LOGGER.warning("No %s features of %d images, mostly: %s", space, reasons.total(), reasons.most_common(1)[0][0])


def _table(extractor: Extractor, store: FeatureStore, images: ImageSet) -> FeatureTable:
    names = store.names or ()
    values = np.full((len(images.samples), len(names)), np.nan)
    for row, sample in enumerate(images.samples):
        if sample.digest in store.rows:
            values[row] = store.rows[sample.digest]
    return FeatureTable(extractor.describe(len(names)), images.role, values, names, images.samples)
