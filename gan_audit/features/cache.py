"""Features kept between audits: one folder for each extractor, in it files that are written once and never changed."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from zipfile import BadZipFile

import numpy as np

from gan_audit.errors import UsageError
from gan_audit.types import FloatArray, Space

SHARD = 256
"""Rows collected before they are written, so that an interrupted audit keeps what it had."""
LOGGER = logging.getLogger(__name__)


def cache_key(space: Space, axes: int) -> str:
    """Digest of all that an image's features depend on besides the image: the folder's name.

    axes: spatial axes of the images, 2 or 3, by which the features' names may differ.
    """
    parts = [space.name, space.extractor, space.revision, space.parameters, space.weights_sha256, axes]
    return sha256(json.dumps(parts, sort_keys=True, default=repr).encode()).hexdigest()[:24]


class FeatureStore:
    """Content digest to features, in memory, and on disk where a folder is given.

    Several processes may write to one folder: each file appears whole under a name made from its content. A file that
    cannot be read is dropped and its rows are computed again. Files are readable by their owner alone, being derived
    from patient data; they hold digests and numbers, no names of images, and nothing that is executed when loaded.
    """

    def __init__(self, folder: Path | None) -> None:
        self.rows: dict[str, FloatArray] = {}
        self.names: tuple[str, ...] | None = None
        self._pending: list[str] = []
        self._folder = _prepare(folder) if folder else None
        for names, found in _shards(self._folder) if self._folder else ():
            if self.names in (None, names):
                self.names = names
                self.rows.update(found)

    def add(self, digest: str, row: FloatArray) -> None:
        """Keeps a row of len(self.names) features."""
        self.rows[digest] = row
        self._pending.append(digest)
        if len(self._pending) >= SHARD:
            self.flush()

    def flush(self) -> None:
        """Writes what is not on disk yet; where that fails the audit goes on, and the rows will be computed again."""
        digests, self._pending = self._pending, []
        if self._folder is None or not digests or self.names is None:
            return
        try:
            _write(self._folder, digests, np.stack([self.rows[digest] for digest in digests]), self.names)
        except OSError as error:
            LOGGER.warning("Features could not be written to the cache: %s", error)


def _prepare(folder: Path) -> Path:
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"Expected a folder for the feature cache that can be written, got {folder}: {error.strerror}."
        ) from error
    return folder


def _shards(folder: Path) -> Iterator[tuple[tuple[str, ...], dict[str, FloatArray]]]:
    for path in sorted(folder.glob("*.npz")):
        try:
            with np.load(path, allow_pickle=False) as shard:
                digests, values, names = shard["digests"], shard["values"], shard["names"]
            if values.dtype != np.float64 or values.shape != (len(digests), len(names)):
                raise ValueError("The arrays do not belong together.")
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            LOGGER.warning("A file of the feature cache is damaged and will be computed again: %s", error)
            with suppress(OSError):
                path.unlink()
            continue
        yield tuple(names.tolist()), dict(zip(digests.tolist(), values, strict=True))


def _write(folder: Path, digests: list[str], values: FloatArray, names: tuple[str, ...]) -> None:
    order = np.argsort(digests)
    target = folder / f"{sha256(' '.join(sorted(digests)).encode()).hexdigest()[:24]}.npz"
    handle, temporary = mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, digests=np.array(digests)[order], values=values[order], names=np.array(names))
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
