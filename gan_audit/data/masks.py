"""Which mask belongs to which image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gan_audit.data.folders import list_images
from gan_audit.data.formats.readers import stem_of
from gan_audit.data.labels.labelling import Labelling
from gan_audit.data.sources import NAMES, Source
from gan_audit.data.wording import counted, some
from gan_audit.errors import InputError
from gan_audit.types import Role


@dataclass(frozen=True)
class Masks:
    """The files of masks of all sets."""

    paths: Mapping[Role, Mapping[str, Path]]
    """Role and id to the file, which need not exist: an image whose mask is missing is rejected, not audited whole."""
    notes: Mapping[Role, tuple[str, ...]]


def find_masks(folder: str | Path | None, labelling: Labelling, sources: Mapping[Role, Source]) -> Masks:
    """Masks from the `mask` column of the labels and, for other images, from a folder that mirrors the image names.

    folder: holds `NAME.*` for the image `NAME.*`, with any suffix that can be read; where two sets hold the same
    names, in sub-folders real, synthetic and holdout. A cell is relative to the labels file or to the folder.
    Raises InputError for a folder that does not exist, lies in a set, or holds no mask of any image.
    """
    tree = _Tree.of(Path(folder), sources) if folder is not None else None
    paths: dict[Role, dict[str, Path]] = {}
    for role, source in sources.items():
        named = {id: item.mask for id, item in labelling.annotations.get(role, {}).items() if item.mask}
        bases = [base for base in (labelling.folder or Path(), tree.root if tree else None) if base]
        paths[role] = {id: _resolve(cell, bases) for id, cell in named.items()}
        mirrored = {id: found for id in source.ids if tree and (found := tree.find(role, id))}
        paths[role] = mirrored | paths[role]
    if tree and not any(paths.values()):
        raise InputError(_nothing_matches(tree, sources))
    return Masks(paths, _notes(paths, sources))


@dataclass(frozen=True)
class _Tree:
    """A folder of masks by name without suffix."""

    root: Path
    by_stem: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, folder: Path, sources: Mapping[Role, Source]) -> _Tree:
        listing = list_images(folder, "masks")
        for role, source in sources.items():
            if source.folder and (source.folder == listing.root or source.folder in listing.root.parents):
                raise InputError(
                    f"The folder of masks lies in the {NAMES[role]} set ({listing.root}), so that its files would be "
                    "audited as images; move it out."
                )
        by_stem: dict[str, tuple[str, ...]] = {}
        for name in listing.names:
            by_stem[stem_of(name)] = (*by_stem.get(stem_of(name), ()), name)
        return cls(listing.root, by_stem)

    def find(self, role: Role, id: str) -> Path | None:
        """The mask of an image, its set's own sub-folder first; raises InputError where two files have its name."""
        stem = stem_of(id)
        found = self.by_stem.get(f"{role}/{stem}") or self.by_stem.get(stem, ())
        if len(found) > 1:
            raise InputError(f"Two masks have the name of the image {id!r}: {some(found)}; keep one.")
        return self.root / found[0] if found else None


def _resolve(cell: str, bases: list[Path]) -> Path:
    candidates = [base / cell.replace("\\", "/") for base in bases]
    return next((path for path in candidates if path.is_file()), candidates[0])


def _nothing_matches(tree: _Tree, sources: Mapping[Role, Source]) -> str:
    held = "; ".join(f"the {NAMES[role]} set holds {some(source.ids)}" for role, source in sources.items())
    masks = some(name for names in tree.by_stem.values() for name in names)
    return (
        f"No mask has the name of an image: the folder of masks holds {masks}; {held}. "
        "Name each mask like its image, in the same sub-folder; only the suffix may differ."
    )


def _notes(paths: Mapping[Role, Mapping[str, Path]], sources: Mapping[Role, Source]) -> dict[Role, tuple[str, ...]]:
    if not any(paths.values()):
        return dict.fromkeys(sources, ())
    notes: dict[Role, tuple[str, ...]] = {}
    for role, source in sources.items():
        without = len(source.ids) - len(paths[role])
        which = f"of the {NAMES[role]} set"
        text = counted(without, f"image {which} has", f"images {which} have") + " no mask; the whole image is used."
        notes[role] = (text,) if without else ()
    return notes
