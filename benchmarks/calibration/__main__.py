"""python -m benchmarks.calibration run | table | judge."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.calibration import records, runner, table
from benchmarks.calibration.audits import Place, read_policy
from benchmarks.calibration.faults import FAULTS, SELECTIONS
from benchmarks.calibration.plan import named
from benchmarks.calibration.sets import SETS
from gan_audit.errors import GanAuditError, UsageError
from gan_audit.runtime.terminal import progress_for

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
PolicyOption = Annotated[Path | None, typer.Option("--policy", help="Policy file; the default policy without one.")]


@app.command()
def run(
    data: Annotated[Path, typer.Option(help="Folder that holds the sets of real images.")],
    out: Annotated[Path, typer.Option(help="Results, one JSON line an audit; what is there is not run again.")],
    sets: Annotated[str, typer.Option(help="Names separated by commas.")] = ",".join(SETS),
    faults: Annotated[str, typer.Option(help="NAME, NAME=STRENGTH, @sound, @traps, @targets, @all.")] = "@all",
    n: Annotated[str, typer.Option(help="Images in each half.")] = "30,100,300,600",
    repeats: Annotated[int, typer.Option(min=1, help="Seeds 0 to REPEATS - 1.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    time_limit: Annotated[float | None, typer.Option(help="Seconds after which no audit is started.")] = None,
    policy: PolicyOption = None,
) -> None:
    """Audits sound halves and planted faults, repeat 0 of everything first."""
    if not n.replace(",", "").isdigit():
        raise UsageError(f"Expected --n as numbers separated by commas, got {n}.")
    wanted = runner.Wanted(
        named(sets, SETS, "set"),
        named(faults, (*FAULTS, *SELECTIONS), "fault"),
        [int(x) for x in n.split(",")],
        repeats,
        jobs,
        time_limit,
    )
    done, left = runner.run(
        wanted, Place(data, out.parent / "features"), read_policy(policy), out, progress_for(quiet=False)
    )
    typer.echo(f"{done} audits done, {left} left.", err=True)


@app.command("table")
def show(results: Annotated[Path, typer.Argument(help="What `run` or `judge` wrote.")]) -> None:
    """Prints the rates as Markdown."""
    typer.echo(table.markdown(list(records.read(results))))


@app.command()
def judge(
    results: Annotated[Path, typer.Argument(help="What `run` wrote.")],
    policy: PolicyOption = None,
    out: Annotated[Path | None, typer.Option(help="Writes the records judged anew, instead of the table.")] = None,
) -> None:
    """Judges stored numbers by another policy, or by the verdict's present code; nothing is measured again."""
    rules = read_policy(policy)
    found = [r for r in records.read(results) if "error" not in r]
    if any(r["confidence"] != rules.confidence for r in found):
        raise UsageError(
            f"The results hold intervals of another confidence level than the policy's {rules.confidence}."
        )
    anew = [records.rejudged(r, rules) for r in found]
    if out is None:
        typer.echo(table.markdown(anew))
        return
    out.unlink(missing_ok=True)
    for record in anew:
        records.append(out, record)


def main() -> None:
    try:
        app()
    except GanAuditError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
