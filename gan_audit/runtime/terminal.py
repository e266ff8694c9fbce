"""What the terminal shows: progress bars while work goes on, the verdict's table at its end."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from gan_audit.runtime.progress import SILENT, Progress, Step

WIDTH = 140
"""Columns of a table where no terminal sets them: in a pipe or a CI log."""


class TerminalProgress:
    """Bars on standard error, one for each stage."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def stage(self, title: str, total: int) -> Iterator[Step]:
        """A bar with count and time left, gone when the stage is over."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bars(*columns, console=self.console, transient=True) as bars:
            task = bars.add_task(title, total=total)
            yield lambda units: bars.advance(task, units)


def progress_for(quiet: bool) -> Progress:
    """Bars on a terminal, silence in a pipe or where asked for."""
    console = Console(stderr=True)
    return TerminalProgress(console) if console.is_terminal and not quiet else SILENT


def output() -> Console:
    """Standard output."""
    return Console(width=None if sys.stdout.isatty() else WIDTH)


def print_rows(
    console: Console, heads: Sequence[str], rows: Iterable[Sequence[str]], styles: Mapping[str, str]
) -> None:
    """A table of plain text; a cell that is one of the words in `styles` is set in its style."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(f"[{styles[cell]}]{cell}[/]" if cell in styles else escape(cell) for cell in row))
    console.print(table)
