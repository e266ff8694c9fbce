"""Generators that are audited without writing their images: entry-point group `gan_audit.generators`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from gan_audit.data.labels.tables import LabelRow, read_csv
from gan_audit.errors import GanAuditError, UsageError

GROUP = "gan_audit.generators"
"""Name to a function (place: Path) -> Generator, or None for a place that is none of its own."""


class Generator(Protocol):
    """Something that makes synthetic images."""

    def sample(self, count: int, seed: int) -> Sequence[tuple[Any, str | None]]:
        """`count` items of pixels, (H, W), (H, W, 3) or (D, H, W) in the real images' units, and label or None."""
        ...


@dataclass(frozen=True)
class GeneratedSet:
    """Synthetic images as a data set, and the labels of both sets."""

    items: Sequence[tuple[Any, str | None]]
    labels: Any
    """What `audit` takes as labels: a table of both sets where the user gave a file for the real one; else None."""


def sample(place: Path, count: int, seed: int, labels: Path | None) -> GeneratedSet:
    """`count` images of the generator at a place.

    Raises UsageError where no installed package knows the place, or one that should know it is broken.
    """
    items = open_generator(place).sample(count, seed)
    table = None if labels is None else Labels.joined(labels, [name for _, name in items])
    return GeneratedSet(items, table)


def open_generator(place: Path) -> Generator:
    """The generator at a place, by the first entry point that knows it; UsageError where none does."""
    broken = []
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        try:
            found: Generator | None = point.load()(place)
        except GanAuditError:
            raise
        except Exception as error:
            broken.append(f" {point.value} failed: {type(error).__name__}: {error}.")
            continue
        if found is not None:
            return found
    raise UsageError(
        f"No installed generator knows {place}: expected the folder of a run that `gan-audit train` wrote."
        + "".join(broken)
    )


class Labels:
    """Rows of the user's labels file and of the samples, in the form of a data frame."""

    columns = ("filename", "label", "group", "mask", "set")

    def __init__(self, rows: Sequence[dict[str, str | None]]) -> None:
        self.rows = list(rows)

    @classmethod
    def joined(cls, file: Path, names: Sequence[str | None]) -> Labels:
        """The rows of a file, and one for each sample by its running number; InputError for a file that is wrong."""
        table = read_csv(file.expanduser())
        theirs = [_row(row, table.folder) for row in table.rows]
        ours: list[dict[str, str | None]] = [
            {"filename": f"{number:06d}", "label": name, "set": "synthetic"} for number, name in enumerate(names)
        ]
        return cls([*theirs, *ours])

    def to_dict(self, orient: str) -> list[dict[str, str | None]]:
        """The rows; `orient` is that of pandas and means nothing here."""
        return self.rows


def _row(row: LabelRow, folder: Path | None) -> dict[str, str | None]:
    mask = str(folder / row.mask) if row.mask and folder else row.mask
    return {
        "filename": row.filename,
        "label": row.label,
        "group": row.group,
        "mask": mask,
        "set": row.set,
    }
