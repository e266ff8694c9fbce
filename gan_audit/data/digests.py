"""The digest of a set of images, and taking it again from the files without an audit."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_audit.data.formats.pixels import UnreadableError
from gan_audit.data.labels.labelling import Labelling, label
from gan_audit.data.masks import find_masks
from gan_audit.data.reading import SetReader
from gan_audit.data.scan import TITLES, scan
from gan_audit.data.sources import NAMES, Source, open_source
from gan_audit.data.stores import digest_of, file_blocks
from gan_audit.errors import InputError
from gan_audit.runtime.progress import SILENT, Progress
from gan_audit.types import Role


@dataclass(frozen=True)
class SetDigest:
    """A set as its files are now."""

    sha256: str
    n_images: int
    """Images that went into the digest."""


def set_digest(contents: Iterable[str]) -> str:
    """SHA-256, hexadecimal, over the sorted content digests of a set's images: neither names nor order count."""
    digest = hashlib.sha256()
    for content in sorted(contents):
        digest.update(content.encode())
    return digest.hexdigest()


def digests_of(
    given: Mapping[Role, Any],
    *,
    labels: Any = None,
    masks: str | Path | None = None,
    decode: Collection[Role] = (),
    jobs: int | None = None,
    progress: Progress = SILENT,
) -> dict[Role, SetDigest]:
    """The digests that `load_inputs` would give these sets.

    labels, masks: as in `load_inputs`, and needed only where images have masks, which are part of their content;
    labels are matched only where the real set is given. decode: sets of which some image cannot be audited: each is
    decoded, and those that an audit rejects are left out. The others are hashed as they are, ten times as fast.

    Raises InputError where a folder, the labels or a file cannot be read.
    """
    sources = {role: open_source(value, role) for role, value in given.items()}
    labelling = label(labels, sources) if labels is not None else Labelling({}, {})
    found = find_masks(masks, labelling, sources)
    made: dict[Role, SetDigest] = {}
    for role, source in sources.items():
        reader = SetReader(source.store, found.paths[role])
        if role in decode:
            contents = [facts.digest for facts in scan(role, reader, source.ids, jobs=jobs, progress=progress).facts]
        else:
            contents = _hashed(source, reader, progress)
        made[role] = SetDigest(set_digest(contents), len(contents))
    return made


def _hashed(source: Source, reader: SetReader, progress: Progress) -> list[str]:
    with progress.stage(TITLES[source.role], len(source.ids)) as step:
        contents = []
        for id in source.ids:
            contents.append(_content(id, source, reader))
            step(1)
    return contents


def _content(id: str, source: Source, reader: SetReader) -> str:
    mask = reader.masks.get(id)
    try:
        content = digest_of(reader.store.blocks(id))
        return (content if mask is None else digest_of(file_blocks(mask), content)).hexdigest()
    except UnreadableError as error:
        raise InputError(f"{id} of the {NAMES[source.role]} set cannot be read: {error.reason}") from error
