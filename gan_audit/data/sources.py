"""What the user calls a set of images, made one thing: ids, a store to read them from, and what came with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from gan_audit.data.datasets import arrays_of
from gan_audit.data.folders import absolute, list_images
from gan_audit.data.stores import ArrayStore, FileStore, ImageStore
from gan_audit.data.wording import counted
from gan_audit.errors import InputError
from gan_audit.types import Role

NAMES: dict[Role, str] = {"real": "real", "synthetic": "synthetic", "holdout": "hold-out"}
"""Roles as messages call them."""


@dataclass(frozen=True)
class Source:
    """One set as the user gave it, before any image is decoded."""

    role: Role
    store: ImageStore
    ids: tuple[str, ...]
    """In the user's order, which a sequence of labels follows; sorted for a folder."""
    aliases: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Other names by which a table of labels may call an image, where they are unambiguous, to the id."""
    labels: Mapping[str, str | None] | None = None
    """Labels that came with the items of a data set."""
    folder: Path | None = None
    """The folder, where the set is one."""
    notes: tuple[str, ...] = ()


def open_source(given: Any, role: Role) -> Source:
    """The set behind a folder, a list of paths, an array or a data set; raises InputError for anything else."""
    if isinstance(given, str | Path):
        return _from_folder(Path(given), role)
    if isinstance(given, np.ndarray):
        return _from_array(given, role)
    if hasattr(given, "__len__") and hasattr(given, "__getitem__") and not isinstance(given, Mapping):
        if len(given) == 0:
            raise InputError(f"The {NAMES[role]} set is empty: expected at least one image.")
        if isinstance(given, list | tuple) and all(isinstance(item, str | Path) for item in given):
            return _from_list([Path(item) for item in given], role)
        return _from_dataset(given, role)
    raise InputError(
        f"The {NAMES[role]} set is of type {type(given).__name__}; expected a folder, a list of paths, an array "
        "(N, H, W), (N, H, W, C) or (N, D, H, W), or a data set with a length and items by number."
    )


def refuse_overlap(given: Mapping[Role, Any], sources: Mapping[Role, Source]) -> None:
    """Raises InputError where two sets are the same images: every statistic would call them a perfect match."""
    for one, other in combinations(sources, 2):
        shared = _shared(sources[one], sources[other])
        if shared is None and given[one] is given[other]:
            shared = "the same object"
        if shared:
            raise InputError(
                f"The {NAMES[one]} and the {NAMES[other]} set overlap: {shared}. "
                "Each image must belong to one set; give folders that lie apart."
            )


def _from_folder(folder: Path, role: Role) -> Source:
    listing = list_images(folder, f"{NAMES[role]} set")
    ids = tuple(listing.names)
    return Source(role, FileStore(listing.root), ids, folder=listing.root, notes=listing.notes(NAMES[role]))


def _from_list(paths: Sequence[Path], role: Role) -> Source:
    files = [absolute(path) for path in paths]
    if len(set(files)) < len(files):
        twice = next(file for file in files if files.count(file) > 1)
        raise InputError(f"The list of {NAMES[role]} images names {twice.name} more than once; name each file once.")
    root = Path(*_common([file.parent.parts for file in files]))
    ids = tuple(file.relative_to(root).as_posix() for file in files)
    return Source(role, FileStore(root), ids, aliases=_tails(files, ids))


def _from_array(array: np.ndarray[Any, Any], role: Role) -> Source:
    if array.ndim not in (3, 4) or len(array) == 0:
        raise InputError(
            f"The {NAMES[role]} array has the shape {array.shape}; expected (N, H, W), (N, H, W, C) with 1, 3 or 4 "
            "channels, or (N, D, H, W), and at least one image."
        )
    notes: tuple[str, ...] = ()
    if array.ndim == 4 and array.shape[1] == 3 and array.shape[-1] not in (1, 3, 4):
        notes = (
            f"The {NAMES[role]} array was read as volumes of 3 slices; if its second axis holds colours, "
            "move that axis to the end.",
        )
    return _numbered(ArrayStore(array), len(array), role, notes=notes)


def _from_dataset(dataset: Any, role: Role) -> Source:
    loaded = arrays_of(dataset)
    ids = _numbers(len(loaded.items))
    labels = dict(zip(ids, loaded.labels, strict=True)) if loaded.labels is not None else None
    notes = tuple(f"{note} ({NAMES[role]} set)." for note in loaded.notes)
    return _numbered(ArrayStore(loaded.items), len(loaded.items), role, labels=labels, notes=notes)


def _numbered(
    store: ArrayStore,
    count: int,
    role: Role,
    labels: Mapping[str, str | None] | None = None,
    notes: tuple[str, ...] = (),
) -> Source:
    ids = _numbers(count)
    aliases = {str(number): id for number, id in enumerate(ids) if str(number) != id}
    return Source(role, store, ids, aliases, labels, notes=notes)


def _numbers(count: int) -> tuple[str, ...]:
    """Running numbers, padded so that their order as text is that of the items."""
    return tuple(f"{number:06d}" for number in range(count))


def _common(all_parts: Sequence[tuple[str, ...]]) -> list[str]:
    """The leading folders that all paths share."""
    shared = []
    for parts in zip(*all_parts, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return shared


def _tails(files: Sequence[Path], ids: Sequence[str]) -> dict[str, str]:
    """Every ending of a path that belongs to one file alone, to its id: `b.png`, `a/b.png`, ..."""
    owners: dict[str, set[str]] = {}
    for file, id in zip(files, ids, strict=True):
        for start in range(1, len(file.parts)):
            owners.setdefault("/".join(file.parts[start:]), set()).add(id)
    return {tail: next(iter(found)) for tail, found in owners.items() if len(found) == 1}


def _shared(one: Source, other: Source) -> str | None:
    """What two sets of files have in common, in words."""
    if one.folder and other.folder:
        if one.folder == other.folder:
            return f"both are the folder {one.folder}"
        nested = one.folder in other.folder.parents or other.folder in one.folder.parents
        return f"{one.folder} and {other.folder} lie one inside the other" if nested else None
    if isinstance(one.store, FileStore) and isinstance(other.store, FileStore):
        files = [{source.store.path(id) for id in source.ids} for source in (one, other)]
        common = {file.resolve() for file in files[0] if file} & {file.resolve() for file in files[1] if file}
        in_both = counted(len(common), "file is", "files are")
        return f"{in_both} in both, such as {min(common).name}" if common else None
    return None
