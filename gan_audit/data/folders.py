"""Which files under a folder are images."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gan_audit.data.formats.readers import looks_like_image, suffix_of
from gan_audit.data.wording import counted
from gan_audit.errors import InputError

ARCHIVE_LEFTOVERS = frozenset({"__macosx"})
"""Folders, in lower case, that hold no images but files named like them."""

COMPANIONS = frozenset({"labels.csv", "provenance.json", "readme.md", "readme.txt", "license", "license.txt"})
"""Files, in lower case, that belong beside images: nobody needs to be told that they are none."""


@dataclass(frozen=True)
class Listing:
    """The images under a folder."""

    root: Path
    """The folder with all links resolved."""
    names: tuple[str, ...]
    """Paths relative to root, with `/`, sorted."""
    ignored: int
    """Files that are no images; hidden ones, and those that belong beside images, are not counted."""
    links: int
    """Links that lead out of the folder, or nowhere, and links to folders: they are not followed."""

    def notes(self, what: str) -> tuple[str, ...]:
        """What a reader of the report should know of files that were left out."""
        which = f"of the {what} set"
        ignored = counted(self.ignored, f"file {which} is no image and was", f"files {which} are no images and were")
        links = counted(self.links, f"file {which} is a link that was", f"files {which} are links that were")
        return (*([f"{ignored} ignored."] if self.ignored else []), *([f"{links} not followed."] if self.links else []))


def list_images(folder: Path, what: str) -> Listing:
    """The images in a folder and all its sub-folders, whatever order the file system lists them in.

    Raises InputError where there is no such folder, or no image in it. what: how messages call it (`real set`).
    """
    root = absolute(folder.expanduser())
    if not root.exists():
        raise InputError(f"The folder of the {what} does not exist: {folder}. Check the path.")
    if not root.is_dir():
        raise InputError(f"The {what} must be a folder, and {folder} is a file.{_remedy(root)}")
    root = root.resolve()
    names, others, links = [], [], 0
    for path in _files(root):
        if not _stays_inside(path, root):
            links += 1
        elif path.is_file() and looks_like_image(path):
            names.append(path.relative_to(root).as_posix())
        else:
            others.append(path.name.lower())
    _refuse_names(names, what)
    if not names:
        raise InputError(_nothing_found(folder, what, len(others), links))
    return Listing(root, tuple(sorted(names)), sum(name not in COMPANIONS for name in others), links)


def absolute(path: Path) -> Path:
    """The path from the root of the file system, without `..`, links left as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps `..`


def _files(root: Path) -> Iterator[Path]:
    """Every file below root, and every link to a folder; hidden names are passed over."""
    for here, folders, files in os.walk(root):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name.lower() not in ARCHIVE_LEFTOVERS
        )
        linked = [name for name in folders if (Path(here) / name).is_symlink()]
        yield from (Path(here) / name for name in (*files, *linked) if not name.startswith("."))


def _stays_inside(path: Path, root: Path) -> bool:
    """False for a link that leads out of root or to a folder: neither is the user's to have audited by accident."""
    if not path.is_symlink():
        return True
    target = path.resolve()
    return target.is_relative_to(root) and target.is_file()


def _refuse_names(names: list[str], what: str) -> None:
    for name in names:
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            shown = name.encode("utf-8", "backslashreplace").decode()
            raise InputError(f"A file name of the {what} is not valid UTF-8: {shown}. Rename the file.") from None


def _nothing_found(folder: Path, what: str, ignored: int, links: int) -> str:
    seen = counted(ignored, "other file", "other files") if ignored else "no files"
    seen += " and " + counted(links, "link", "links") + " out of it, which are not followed" if links else ""
    return (
        f"The folder of the {what} holds no images: {folder} has {seen}. "
        "Expected PNG, JPEG, TIFF, BMP, NPY, NPZ, DICOM, NIfTI, NRRD or MHA, in it or in its sub-folders."
    )


def _remedy(file: Path) -> str:
    if suffix_of(file.name) in (".npy", ".npz"):
        return " For an array of many images, use the Python API: audit(numpy.load(...), ...)."
    return " Give the folder that holds the images."
