"""Commands that other packages bring, the trainers among them: one that is broken harms no other."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import cast

import typer

from gan_audit.errors import MissingDependencyError

GROUP = "gan_audit.commands"
"""Entry-point group: a command's name to a function that typer understands."""


def register(app: typer.Typer) -> None:
    """Adds every command of the group whose name is free: none can take the place of one that is there."""
    ours = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        if point.name not in ours:
            ours.add(point.name)
            app.command(point.name)(_command_of(point))


def _command_of(point: EntryPoint) -> Callable[..., None]:
    """What an entry point names; where it cannot be loaded, a command that says so when it is called."""
    try:
        found = point.load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
    else:
        if callable(found):
            return cast("Callable[..., None]", found)
        reason = f"{point.value} is no function"

    def broken() -> None:
        raise MissingDependencyError(
            f"The command {point.name} of another package cannot be used ({reason}). Install that package again, or "
            "remove it."
        )

    broken.__doc__ = "Not available: the package that brings it is broken."
    return broken
