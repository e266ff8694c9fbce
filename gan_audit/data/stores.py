"""Where the images of one set lie: files under a folder, or arrays in memory. Both give bytes to digest and images."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from gan_audit.data.formats.pixels import Pixels, UnreadableError, as_image, channels_last
from gan_audit.data.formats.readers import contents, decode, explain
from gan_audit.types import Image

CHUNK = 2**20
"""Bytes taken into memory at once for a digest."""


class ImageStore(Protocol):
    """A set of images by id; picklable, so that worker processes can read from it."""

    def blocks(self, id: str) -> Iterator[bytes]:
        """The content of an image, for its digest; raises UnreadableError."""
        ...

    def decode(self, id: str) -> Image:
        """The image; raises UnreadableError."""
        ...

    def path(self, id: str) -> Path | None:
        """The file, None where there is none."""
        ...


@dataclass(frozen=True)
class FileStore:
    """Files whose ids are their paths relative to `root`, with `/`."""

    root: Path

    def blocks(self, id: str) -> Iterator[bytes]:
        """The bytes of the file, and of the file that holds its pixels where that is another."""
        yield from file_blocks(self.path(id))

    def decode(self, id: str) -> Image:
        """The decoded file."""
        return decode(self.path(id))

    def path(self, id: str) -> Path:
        """Absolute path of an image."""
        return self.root / id


@dataclass(frozen=True)
class ArrayStore:
    """Images in memory; an id is a running number."""

    items: Pixels | Sequence[Pixels | None] = field(repr=False)
    """(N, ...) or N arrays; None where a data set failed to give one."""

    def blocks(self, id: str) -> Iterator[bytes]:
        """Type, shape and values in C order."""
        item = self._item(id)
        yield f"{item.dtype.str} {item.shape} ".encode()
        yield np.ascontiguousarray(item).tobytes()

    def decode(self, id: str) -> Image:
        """The image; a last axis of 1, 3 or 4 is channels."""
        item = self._item(id)
        return as_image(item, colour=channels_last(item.shape))

    def path(self, id: str) -> None:
        """An array has no file."""
        return

    def _item(self, id: str) -> Pixels:
        item = self.items[int(id)]
        if item is None:
            raise UnreadableError("The data set raised an error, or gave no image, for this item.")
        if item.dtype.kind == "O":
            raise UnreadableError("Its values are not real numbers (complex, text or objects).")
        return item


def file_blocks(path: Path) -> Iterator[bytes]:
    """The bytes of an image file and of its companion; raises UnreadableError."""
    try:
        for part in contents(path):
            with part.open("rb") as stream:
                while block := stream.read(CHUNK):
                    yield block
    except OSError as error:
        raise UnreadableError(explain(error)) from error


def digest_of(blocks: Iterator[bytes], start: hashlib._Hash | None = None) -> hashlib._Hash:
    """SHA-256 over blocks, going on from `start` where it is given (which stays as it is)."""
    digest = start.copy() if start else hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest
