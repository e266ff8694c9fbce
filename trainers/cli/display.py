"""What the terminal shows while a run goes on: a bar with losses, images a second and the time left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class Bar:
    """A bar over steps, or over seconds where time is the limit."""

    def __init__(self, bars: Progress, title: str, steps: int | None, seconds: float | None) -> None:
        self.bars, self.by_time = bars, steps is None
        self.task = bars.add_task(title, total=seconds if steps is None else steps, text="")

    def update(self, step: int, losses: Mapping[str, float], rate: float, seconds: float) -> None:
        """Shows a reading."""
        shown = "  ".join(f"{name} {value:.3g}" for name, value in losses.items())
        text = f"step {step}  {shown}  {rate:.0f} images/s"
        self.bars.update(self.task, completed=seconds if self.by_time else step, text=text)


@contextmanager
def bar_for(quiet: bool, title: str, steps: int | None, seconds: float | None) -> Iterator[Bar | None]:
    """A bar on a terminal; None in a pipe or where silence was asked for."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), TextColumn("{task.fields[text]}"))
    with Progress(*columns, console=console, transient=True) as bars:
        yield Bar(bars, title, steps, seconds)
