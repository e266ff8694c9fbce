"""A folder written aside and moved into place in one step: nothing half-written, nothing lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex


@contextmanager
def parents(target: Path) -> Iterator[None]:
    """The folders above the target, removed again where the block fails."""
    missing = [folder for folder in target.parents if not folder.exists()]
    made: list[Path] = []
    try:
        for folder in reversed(missing):
            folder.mkdir()
            made.append(folder)
        yield
    except BaseException:
        with suppress(OSError):
            for folder in reversed(made):
                folder.rmdir()
        raise


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A new folder beside the target; gone after the block, be it moved or removed."""
    aside = target.with_name(f".{target.name}.{token_hex(4)}.new")
    aside.mkdir()
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def swap(aside: Path, target: Path) -> Path | None:
    """The new folder takes the old one's place; the old one is removed last, and returned where that fails."""
    if not target.exists():
        aside.rename(target)
        return None
    old = target.with_name(f".{target.name}.{token_hex(4)}.old")
    target.rename(old)
    try:
        aside.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
    return old if old.exists() else None
