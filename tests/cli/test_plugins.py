"""Commands of other packages: found when the program runs, and harmless when they are broken."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer

from gan_audit.cli import plugins
from gan_audit.errors import MissingDependencyError

GROUP = "gan_audit.commands"


def greet() -> None:
    """A command of another package."""
    typer.echo("hello")


NUMBER = 3


@pytest.fixture
def app(monkeypatch):
    """app(name=value, ...): an application with one command of its own and these entry points."""

    def make(**points):
        found = [EntryPoint(name, value, GROUP) for name, value in points.items()]
        monkeypatch.setattr(plugins, "entry_points", lambda group: found if group == GROUP else [])
        made = typer.Typer()
        made.command("own")(lambda: None)
        plugins.register(made)
        return made

    return make


def names(app):
    return [command.name for command in app.registered_commands]


def call(app, name):
    return next(command.callback for command in app.registered_commands if command.name == name)()


def test_a_command_of_another_package_joins(app, capsys):
    call(app(greet=f"{__name__}:greet"), "greet")
    assert capsys.readouterr().out == "hello\n"


@pytest.mark.parametrize(
    "value", ["no_such_package:run", "tests.test_cli_plugins:none", "tests.test_cli_plugins:NUMBER"]
)
def test_a_broken_one_harms_no_other_and_says_so_when_called(app, value):
    made = app(broken=value, greet=f"{__name__}:greet")
    assert names(made) == ["own", "broken", "greet"]
    with pytest.raises(MissingDependencyError, match="broken of another package") as raised:
        call(made, "broken")
    assert raised.value.exit_code == 2


def test_none_takes_the_place_of_a_command_that_is_there(app):
    made = app(own=f"{__name__}:greet")
    assert names(made) == ["own"]
    assert call(made, "own") is None


def test_the_trainers_are_declared_as_entry_points():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    for group, wanted in ((GROUP, {"train", "generate", "augment"}), ("gan_audit.generators", {"run"})):
        declared = project["entry-points"][group]
        assert wanted <= set(declared)
        for name, value in declared.items():
            assert callable(EntryPoint(name, value, group).load())
