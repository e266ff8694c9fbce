"""Silence for libraries that write to the terminal from C."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2
"""The file descriptor, which C code writes to whatever Python's sys.stderr is."""
logging.getLogger("PIL").addHandler(logging.NullHandler())  # else its errors, which name files, go to stderr
_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Sends what C code writes to stderr to nowhere; for the moment of one decoding."""
    with _ONE_AT_A_TIME:  # a second thread would take the silenced descriptor for the one to give back
        kept = os.dup(STDERR)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, STDERR)
            yield
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)
            os.close(nowhere)


@contextmanager
def quiet_warnings() -> Iterator[None]:
    """Hides Python's warnings, except Pillow's about an image that unpacks to too much, which becomes an error."""
    from PIL.Image import DecompressionBombWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", DecompressionBombWarning)
        yield
