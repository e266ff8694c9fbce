"""From what the user gave to validated sets of images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_audit.data.digests import set_digest
from gan_audit.data.labels.labelling import Labelling, label
from gan_audit.data.labels.matching import Annotation
from gan_audit.data.masks import Masks, find_masks
from gan_audit.data.notes import comparison_notes, set_notes
from gan_audit.data.pseudonyms import pseudonym_key, pseudonyms
from gan_audit.data.reading import SetReader
from gan_audit.data.scan import Scan, ScannedImage, scan
from gan_audit.data.sources import NAMES, Source, open_source, refuse_overlap
from gan_audit.errors import InputError
from gan_audit.runtime.progress import SILENT, Progress
from gan_audit.types import ImageSet, Rejected, Role, Sample

SHOWN = 5
"""Rejected files that a message lists."""


@dataclass(frozen=True)
class Inputs:
    """The validated input of an audit."""

    real: ImageSet
    synthetic: ImageSet
    holdout: ImageSet | None
    """Real images the generator never saw; None where there are none."""


def load_inputs(
    real: Any,
    synthetic: Any,
    holdout: Any = None,
    *,
    labels: Any = None,
    masks: str | Path | None = None,
    max_rejected: float = 0.05,
    jobs: int | None = None,
    progress: Progress = SILENT,
) -> Inputs:
    """Reads every image once and keeps what is known of it, not its pixels.

    real, synthetic, holdout: a folder; a list of paths; an array (N, H, W), (N, H, W, C) or (N, D, H, W), where a last
        axis of 1, 3 or 4 is channels; or a data set with a length and items by number, (image, label) or image.
    labels: a CSV's path or a data frame with `filename` and `label`, and `group`, `mask`, `set` where wanted; or a
        tuple (real_labels, synthetic_labels) of sequences, in the order of the images, by name for a folder.
        Without them, one sub-folder for each class, or the labels of a data set's items.
    masks: a folder that mirrors the names of the images; not zero means inside.
    max_rejected: share of a set, 0 to 1, that may be unreadable, constant or the like before nothing is audited.
    jobs: worker processes, None for as many as there are cores; the result is the same for any number.

    Raises InputError where the input as a whole cannot be audited. A single bad image is rejected with its reason.
    """
    given: dict[Role, Any] = {"real": real, "synthetic": synthetic}
    given |= {} if holdout is None else {"holdout": holdout}
    sources = {role: open_source(value, role) for role, value in given.items()}
    refuse_overlap(given, sources)
    labelling = label(labels, sources)
    found = find_masks(masks, labelling, sources)
    readers = {role: SetReader(source.store, found.paths[role]) for role, source in sources.items()}
    scans: dict[Role, Scan] = {}
    for role, source in sources.items():
        scans[role] = scan(role, readers[role], source.ids, jobs=jobs, progress=progress)
        _refuse_many_rejections(scans[role], max_rejected)
    key = pseudonym_key(scans["real"].raw_digests)
    names = {role: pseudonyms(role, one.ids, key) for role, one in scans.items()}
    samples = {role: _samples(one, labelling.annotations.get(role, {}), names[role]) for role, one in scans.items()}
    _refuse_mixed_dimensions(samples)
    notes = _all_notes(sources, labelling, found, samples)
    sets = {role: _image_set(scans[role], samples[role], names[role], readers[role], notes[role]) for role in sources}
    return Inputs(sets["real"], sets["synthetic"], sets.get("holdout"))


def _refuse_many_rejections(scanned: Scan, most: float) -> None:
    rejected, total = len(scanned.refusals), len(scanned.ids)
    if scanned.facts and rejected <= most * total:
        return
    shown = "\n".join(f"  {refusal.id}: {refusal.reason}" for refusal in scanned.refusals[:SHOWN])
    more = f"\n  and {rejected - SHOWN} more" if rejected > SHOWN else ""
    raise InputError(
        f"{rejected} of {total} {NAMES[scanned.role]} images cannot be audited; at most {most:.0%} may be rejected:\n"
        f"{shown}{more}\nRepair or remove these files, or raise the share that may be rejected."
    )


def _samples(scanned: Scan, annotations: Mapping[str, Annotation], names: Mapping[str, str]) -> tuple[Sample, ...]:
    return tuple(
        _sample(scanned.role, facts, annotations.get(facts.id, Annotation()), names[facts.id])
        for facts in scanned.facts
    )


def _sample(role: Role, facts: ScannedImage, annotation: Annotation, pseudonym: str) -> Sample:
    return Sample(
        id=facts.id,
        role=role,
        pseudonym=pseudonym,
        digest=facts.digest,
        label=annotation.label,
        group=annotation.group,
        shape=facts.shape,
        channels=facts.channels,
        bit_depth=facts.bit_depth,
        low=facts.low,
        high=facts.high,
        spacing=facts.spacing,
        unit=facts.unit,
        has_mask=facts.has_mask,
    )


def _refuse_mixed_dimensions(samples: Mapping[Role, tuple[Sample, ...]]) -> None:
    flat = {role: sum(len(sample.shape) == 2 for sample in found) for role, found in samples.items()}
    if sum(flat.values()) in (0, sum(len(found) for found in samples.values())):
        return
    counts = "; ".join(
        f"{NAMES[role]}: {flat[role]} images and {len(found) - flat[role]} volumes" for role, found in samples.items()
    )
    raise InputError(
        f"Images and volumes cannot be compared ({counts}). Give sets of one kind. A file of shape (3, H, W) counts "
        "as a volume of 3 slices: if its first axis holds colours, save it as (H, W, 3)."
    )


def _all_notes(
    sources: Mapping[Role, Source], labelling: Labelling, masks: Masks, samples: Mapping[Role, tuple[Sample, ...]]
) -> dict[Role, tuple[str, ...]]:
    """Notes of each set; those on the comparison stand with the synthetic set."""
    notes = {
        role: (
            *source.notes,
            *labelling.notes.get(role, ()),
            *masks.notes.get(role, ()),
            *set_notes(role, samples[role]),
        )
        for role, source in sources.items()
    }
    return notes | {"synthetic": (*notes["synthetic"], *comparison_notes(samples))}


def _image_set(
    scanned: Scan, samples: tuple[Sample, ...], names: Mapping[str, str], read: SetReader, notes: tuple[str, ...]
) -> ImageSet:
    paths = {id: str(path) for id in scanned.ids if (path := read.store.path(id)) is not None}
    digest = set_digest(sample.digest for sample in samples)
    rejected = tuple(Rejected(one.id, names[one.id], one.reason) for one in scanned.refusals)
    return ImageSet(scanned.role, samples, rejected, digest, read, notes, paths)
