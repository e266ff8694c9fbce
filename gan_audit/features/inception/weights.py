"""Where the weights of Inception v3 lie, or come from."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import mkstemp
from urllib.request import urlopen

from gan_audit.errors import UsageError

PUBLISHED = "6726825d"
"""First digits of the SHA-256 of the weights that every published FID rests on; also part of the file's name."""
FILES = (f"weights-inception-2015-12-05-{PUBLISHED}.pth", f"pt_inception-2015-12-05-{PUBLISHED}.pth")
TIMEOUT = 5.0
"""Seconds without an answer after which a download is given up."""


def find(given: Path | None, *, offline: bool) -> Path | None:
    """The file given, else one in torch's cache, else a download unless offline; None where there is none.

    Raises UsageError where the file given is not there.
    """
    if given is not None:
        if not given.is_file():
            raise UsageError(f"Expected a file of Inception weights, got {given}, which is not there.")
        return given
    cached = next((path for name in FILES if (path := _cache() / name).is_file()), None)
    return cached or (None if offline else _download(_cache() / FILES[0]))


def digest(path: Path) -> str:
    """SHA-256 of the file, hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def remedy() -> str:
    """What to do where they are missing."""
    return (
        f"Download {FILES[0]} from the releases of torch-fidelity, then give --weights inception=FILE, "
        "or put it into ~/.cache/torch/hub/checkpoints."
    )


def _cache() -> Path:
    """torch.hub's folder of checkpoints, found without importing torch."""
    home = os.environ.get("TORCH_HOME") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "torch"
    return Path(home).expanduser() / "hub" / "checkpoints"


def _download(target: Path) -> Path | None:
    """Fetches the published file into the cache and checks its digest; None where that fails, for whatever reason."""
    from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3

    try:
        with urlopen(URL_INCEPTION_V3, timeout=TIMEOUT) as answer:
            content = answer.read()
    except (OSError, ValueError):
        return None
    if not sha256(content).hexdigest().startswith(PUBLISHED):
        return None
    with suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(target)
        return target
    return None
