"""Progress is observed, never printed, by the library: the command line passes an observer that draws bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Step = Callable[[int], None]
"""Called with the number of units done since the last call."""


class Progress(Protocol):
    """Something that can show how far a stage has come."""

    def stage(self, title: str, total: int) -> AbstractContextManager[Step]:
        """Opens a stage of `total` units; the value of the `with` block is called as units are done."""
        ...


class Silent:
    """The default: shows nothing."""

    @contextmanager
    def stage(self, title: str, total: int) -> Iterator[Step]:
        """Opens a stage that nobody watches."""
        yield lambda units: None


SILENT = Silent()
