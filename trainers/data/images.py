"""The real images of one folder, by gan_audit's own loaders: samples with labels and groups, nothing decoded yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gan_audit.data.digests import set_digest
from gan_audit.data.labels.labelling import Labelling, label
from gan_audit.data.labels.matching import Annotation
from gan_audit.data.pseudonyms import pseudonym_key, pseudonyms
from gan_audit.data.reading import SetReader
from gan_audit.data.scan import Scan, ScannedImage, scan
from gan_audit.data.sources import Source, open_source
from gan_audit.errors import InputError
from gan_audit.runtime.progress import SILENT, Progress
from gan_audit.types import ImageSet, Rejected, Sample

MAX_REJECTED = 0.05
"""Share of the files that may be unreadable before nothing is trained."""
SHOWN = 5


@dataclass(frozen=True)
class Images:
    """A set of real images and the key of their pseudonyms."""

    set: ImageSet
    key: bytes
    """A function of the images' content: an audit of the same folder gives its images the same pseudonyms."""


def load_images(given: Any, labels: Any = None, *, jobs: int | None = None, progress: Progress = SILENT) -> Images:
    """Reads every image once and keeps what is known of it, not its pixels.

    given: a folder, a list of paths or an array, as `gan_audit.data.load_inputs` takes them. labels: a CSV's path or a
    data frame; one sequence of labels in the order of the images; None for one sub-folder a class, where there are any.
    Raises InputError where the set as a whole cannot be used; a few bad files are left out.
    """
    source = open_source(str(given) if isinstance(given, Path) else given, "real")
    labelling = _labelling(labels, source)
    reader = SetReader(source.store)
    scanned = scan("real", reader, source.ids, jobs=jobs, progress=progress)
    _refuse(scanned)
    key = pseudonym_key(scanned.raw_digests)
    names = pseudonyms("real", scanned.ids, key)
    annotations = labelling.annotations.get("real", {})
    samples = tuple(_sample(one, annotations.get(one.id, Annotation()), names[one.id]) for one in scanned.facts)
    _refuse_mixture(samples)
    rejected = tuple(Rejected(one.id, names[one.id], one.reason) for one in scanned.refusals)
    paths = {id: str(path) for id in scanned.ids if (path := source.store.path(id)) is not None}
    digest = set_digest(sample.digest for sample in samples)
    notes = (*source.notes, *labelling.notes.get("real", ()))
    return Images(ImageSet("real", samples, rejected, digest, reader, notes, paths), key)


def _labelling(labels: Any, source: Source) -> Labelling:
    """Labels of one set alone.

    Sub-folders are read as classes where both of two sets have them: here the set is its own counterpart, so that the
    rule that keeps one folder a patient from becoming a class stays in one place.
    """
    if isinstance(labels, tuple | list) or type(labels).__name__ == "ndarray":
        return label((labels, None), {"real": source})
    if labels is not None:
        return label(labels, {"real": source})
    return label(None, {"real": source, "synthetic": replace(source, role="synthetic")})


def _sample(facts: ScannedImage, annotation: Annotation, pseudonym: str) -> Sample:
    return Sample(
        facts.id, "real", pseudonym, facts.digest, annotation.label, annotation.group, facts.shape, facts.channels,
        facts.bit_depth, facts.low, facts.high, facts.spacing, facts.unit, facts.has_mask,
    )  # fmt: skip


def _refuse(scanned: Scan) -> None:
    rejected, total = len(scanned.refusals), len(scanned.ids)
    if scanned.facts and rejected <= MAX_REJECTED * total:
        return
    shown = "\n".join(f"  {refusal.id}: {refusal.reason}" for refusal in scanned.refusals[:SHOWN])
    raise InputError(
        f"{rejected} of {total} images cannot be used; at most {MAX_REJECTED:.0%} may be left out:\n{shown}\n"
        "Repair or remove these files."
    )


def _refuse_mixture(samples: tuple[Sample, ...]) -> None:
    axes = {len(sample.shape) for sample in samples}
    units = {sample.unit for sample in samples}
    if len(axes) > 1:
        raise InputError("The folder mixes images and volumes; train on one kind.")
    if len(units) > 1:
        raise InputError("The folder mixes Hounsfield units and other values; give images of one unit.")
