"""Labels and groups of all sets, from wherever the user gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_audit.data.datasets import plain
from gan_audit.data.labels.matching import Annotation, Annotations, match
from gan_audit.data.labels.tables import read_csv, read_frame
from gan_audit.data.sources import NAMES, Source
from gan_audit.data.wording import text_of
from gan_audit.errors import InputError
from gan_audit.types import Role

ORDER: tuple[Role, ...] = ("real", "synthetic", "holdout")
"""Order of the sequences in a tuple of labels."""
LEAST_PER_CLASS = 2
"""Real images a sub-folder must hold on average to be read as a class and not as a patient."""


@dataclass(frozen=True)
class Labelling:
    """What is known of every image besides its pixels."""

    annotations: Annotations
    notes: Mapping[Role, tuple[str, ...]]
    folder: Path | None = None
    """What the mask column is relative to; None where there is no file of labels."""


def label(labels: Any, sources: Mapping[Role, Source]) -> Labelling:
    """Labels from a CSV's path, a data frame, a tuple of sequences, or, for None, items or sub-folders.

    Raises InputError for labels that cannot be read or do not fit the images.
    """
    if labels is None:
        return _from_items_or_folders(sources)
    if isinstance(labels, str | Path):
        table = read_csv(Path(labels).expanduser())
    elif hasattr(labels, "columns") and hasattr(labels, "to_dict"):
        table = read_frame(labels)
    elif isinstance(labels, tuple | list):
        return _from_sequences(labels, sources)
    else:
        raise InputError(
            f"The labels are of type {type(labels).__name__}; expected the path of a CSV file, a data frame with "
            "columns filename and label, or a tuple (real_labels, synthetic_labels)."
        )
    matched = match(table, sources)
    return Labelling(matched.annotations, matched.notes, table.folder)


def _from_sequences(labels: Sequence[Any], sources: Mapping[Role, Source]) -> Labelling:
    """One label an image, in the order of the images; sorted by name for a folder."""
    if len(labels) not in (2, 3) or (len(labels) == 3 and "holdout" not in sources):
        expected = "(real, synthetic, holdout)" if "holdout" in sources else "(real, synthetic)"
        raise InputError(f"Expected labels as a tuple {expected}, got one of {len(labels)}.")
    given = dict(zip(ORDER, labels, strict=False))
    annotations = {role: _sequence(given.get(role), source) for role, source in sources.items()}
    return Labelling(annotations, dict.fromkeys(sources, ()))


def _sequence(labels: Any, source: Source) -> dict[str, Annotation]:
    if labels is None:
        return {}
    values = plain(labels)
    if isinstance(values, str | Path) or not hasattr(values, "__len__"):
        raise InputError(f"Expected a sequence of {NAMES[source.role]} labels, got {type(labels).__name__}.")
    if len(values) != len(source.ids):
        raise InputError(f"Expected {len(source.ids)} {NAMES[source.role]} labels, one an image, got {len(values)}.")
    return {id: Annotation(text_of(plain(value))) for id, value in zip(source.ids, list(values), strict=True)}


def _from_items_or_folders(sources: Mapping[Role, Source]) -> Labelling:
    items = {role: source.labels for role, source in sources.items() if source.labels is not None}
    folders = {role: found for role, source in sources.items() if role not in items and (found := _folders(source))}
    notes: dict[Role, tuple[str, ...]] = dict.fromkeys(sources, ())
    objection = _objection(items, folders, len(sources["real"].ids)) if folders else None
    if objection:
        notes["real"] = (f"{objection}, so sub-folders were not read as classes; a labels file would name them.",)
        folders = {}
    named = {**items, **folders}
    if folders:
        notes |= {role: (_without_folders(role),) for role in sources if role not in named}
    return Labelling(
        {role: {id: Annotation(name) for id, name in named.get(role, {}).items()} for role in sources}, notes
    )


def _folders(source: Source) -> dict[str, str] | None:
    """Id to the first folder of its path, where every image is in a sub-folder."""
    if source.ids and all("/" in id for id in source.ids):
        return {id: id.split("/", 1)[0] for id in source.ids}
    return None


def _without_folders(role: Role) -> str:
    return f"The {NAMES[role]} set does not have all its images in sub-folders, so none of them has a label."


def _objection(
    items: Mapping[Role, Mapping[str, str | None]], folders: Mapping[Role, Mapping[str, str]], n_real: int
) -> str | None:
    """Why sub-folders are not read as classes; None where they are.

    A sub-folder may as well be a patient, whose name must not get into a report: so both sets must have the same
    sub-folders, at least in part, and the real ones must hold images enough.
    """
    classes: dict[Role, set[str | None]] = {role: set(of.values()) for role, of in (*items.items(), *folders.items())}
    real, synthetic = classes.get("real"), classes.get("synthetic")
    if not real or not synthetic:
        having = " and the ".join(NAMES[role] for role in folders)
        return f"Only the {having} set has all its images in sub-folders"
    if not real & synthetic:
        return "The real and the synthetic set have no class name in common"
    if len(real | synthetic) < 2:
        return "All images are in sub-folders of one and the same name"
    if "real" in folders and len(real) * LEAST_PER_CLASS > n_real:
        return f"The sub-folders of the real set hold fewer than {LEAST_PER_CLASS} images on average"
    return None
