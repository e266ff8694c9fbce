"""python -m benchmarks.copies run | table.

python -m benchmarks.copies run ../shared/data --out results.jsonl --n 300 --seeds 5
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from threadpoolctl import threadpool_limits

from benchmarks.calibration import records
from benchmarks.calibration.plan import named
from benchmarks.calibration.sets import SETS
from benchmarks.calibration.traps import TRAPS
from benchmarks.copies import table
from benchmarks.copies.kinds import ALL_KINDS
from benchmarks.copies.plan import KNOWN, UNKNOWN, Wanted
from benchmarks.copies.run import run
from gan_audit.errors import GanAuditError, UsageError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
PATIENTS = {KNOWN: (KNOWN,), UNKNOWN: (UNKNOWN,), "both": (KNOWN, UNKNOWN)}


@app.command("run")
def measure(
    data: Annotated[Path, typer.Argument(help="Folder that holds the sets of real images.")],
    out: Annotated[Path, typer.Option(help="Results, one JSON line a kind; what is there is not run again.")],
    sets: Annotated[str, typer.Option(help="Names, NAME@SIDE, separated by commas.")] = ",".join(SETS),
    n: Annotated[str, typer.Option(help="Images in each half, or half the set where it has fewer.")] = "300",
    trap: Annotated[list[str] | None, typer.Option(help=f"{', '.join(TRAPS)}: again and again, or a list.")] = None,
    share: Annotated[str, typer.Option(help="Of the real images in the trap.")] = "0.05",
    patients: Annotated[str, typer.Option(help="known, unknown or both.")] = KNOWN,
    kinds: Annotated[str, typer.Option(help="Kinds of copies, separated by commas.")] = ",".join(ALL_KINDS),
    alone: Annotated[bool, typer.Option("--alone/--together", help="Each kind in a half of its own.")] = False,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds 0 to SEEDS - 1.")] = 5,
    part: Annotated[str, typer.Option(help="2/3 is the second of three parts of the work.")] = "1/1",
) -> None:
    """Plants traps and copies, and writes down what is accused."""
    wanted = Wanted(
        [name.strip() for name in sets.split(",") if name.strip()],
        [int(x) for x in _numbers(n, "--n", 10, 100_000)],
        named(",".join(trap or ["none"]), TRAPS, "trap"),
        _numbers(share, "--share", 0.001, 0.4),
        PATIENTS[named(patients, PATIENTS, "word for --patients")[0]],
        named(kinds, ALL_KINDS, "kind of copy"),
        not alone,
        seeds,
        _part(part),
    )
    with threadpool_limits(1):
        lines = run(wanted, data, out, lambda text: typer.echo(text, err=True))
    typer.echo(f"{lines} lines written.", err=True)


@app.command("table")
def show(results: Annotated[list[Path], typer.Argument(help="What `run` wrote, in one file or several.")]) -> None:
    """Prints the counts as Markdown."""
    typer.echo(table.markdown(record for path in results for record in records.read(path)))


def _numbers(text: str, option: str, least: float, most: float) -> list[float]:
    try:
        found = [float(x) for x in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(least <= x <= most for x in found):
        raise UsageError(f"Expected {option} as numbers from {least:g} to {most:g}, separated by commas, got {text}.")
    return found


def _part(text: str) -> tuple[int, int]:
    which, _, parts = text.partition("/")
    if not (which.isdigit() and parts.isdigit() and 1 <= int(which) <= int(parts)):
        raise UsageError(f"Expected --part as 1/3, 2/3 or 3/3, got {text}.")
    return int(which), int(parts)


def main() -> None:
    try:
        app()
    except GanAuditError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
