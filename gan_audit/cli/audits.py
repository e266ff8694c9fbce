"""Commands on the output folders of earlier audits: filter, verify, compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gan_audit.cli.options import JobsOption, OutOption, OverwriteOption, QuietOption
from gan_audit.errors import UsageError
from gan_audit.types import Role

LEFT_OUT = {
    "copy": "copies", "too_close": "too close to a patient", "off_manifold": "unlike any real image",
    "mislabelled": "with a wrong label",
}  # fmt: skip
"""What `filter` says of its reasons."""
STATES = {"ok": "green", "changed": "bold red", "missing": "bold red"}
MOVEMENTS = {"WORSE": "bold red", "better": "green", "apart": "yellow", "overlap": "dim", "none": "dim"}


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    for name, command in (("filter", filter_), ("verify", verify), ("compare", compare)):
        app.command(name)(command)


def filter_(
    audit: Annotated[Path, typer.Option("--audit", help="Output folder of an audit, with its private folder.")],
    out: OutOption,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Copy the synthetic images that survive: no copies, none off the manifold, none with a wrong label."""
    from gan_audit.audits.filter import filter_audit
    from gan_audit.runtime.terminal import progress_for

    found = filter_audit(audit, out, overwrite=overwrite, progress=progress_for(quiet))
    if not quiet:
        left = ", ".join(f"{found.count(why)} {words}" for why, words in LEFT_OUT.items())
        typer.echo(f"{found.kept} images kept in {out / 'images'}, {len(found.reasons)} left out: {left}.")


def verify(
    folder: Annotated[Path, typer.Argument(help="Output folder of an audit.")],
    real: Annotated[Path | None, typer.Option("--real", help="The real images, to be held against it too.")] = None,
    synthetic: Annotated[Path | None, typer.Option("--synthetic", help="The synthetic images.")] = None,
    holdout: Annotated[Path | None, typer.Option("--holdout", help="The real images the generator never saw.")] = None,
    masks: Annotated[Path | None, typer.Option("--masks", help="Folder of masks, where the audit had one.")] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", help="The labels file, where its column `mask` was used.")
    ] = None,
    jobs: JobsOption = None,
    quiet: QuietOption = False,
) -> None:
    """Take the digests of an output folder again, and of the images; exit code 1 where anything changed."""
    from gan_audit.audits.verify import verify as take_again
    from gan_audit.runtime.terminal import output, print_rows, progress_for

    given: dict[Role, Path | None] = {"real": real, "synthetic": synthetic, "holdout": holdout}
    inputs = {role: path for role, path in given.items() if path is not None}
    found = take_again(folder, inputs, labels=labels, masks=masks, jobs=jobs, progress=progress_for(quiet))
    if not quiet:
        console = output()
        rows = [(row.what, row.state, row.detail) for row in found.rows]
        print_rows(console, ("what", "state", "found"), rows, STATES)
        word = "Everything looked at is" if found.whole else "Not everything is"
        console.print(f"\n{word} as it was written. Audit digest: {found.digest}", soft_wrap=True, highlight=False)
    raise typer.Exit(0 if found.whole else 1)


def compare(
    a: Annotated[Path, typer.Argument(help="The audit before: output folder or audit.json.")],
    b: Annotated[Path, typer.Argument(help="The audit after.")],
    json: Annotated[Path | None, typer.Option("--json", help="Also write the comparison as JSON.")] = None,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="Also write it as Markdown.")] = None,
    quiet: QuietOption = False,
) -> None:
    """Show what changed between two audits; exit code 1 where something got worse beyond its interval."""
    from rich.markup import escape

    from gan_audit.audits import comparison_report as text
    from gan_audit.audits.compare import compare as side_by_side
    from gan_audit.report.document.canonical import dumps
    from gan_audit.runtime.terminal import output, print_rows

    found = side_by_side(a, b)
    if json:
        _write(json, dumps(text.document(found)))
    if markdown:
        _write(markdown, text.markdown(found))
    if not quiet:
        console = output()
        for note in found.notes:
            console.print(f"[bold yellow]Take care:[/] {escape(note)}", soft_wrap=True, highlight=False)
        print_rows(console, text.HEADS, text.rows(found), MOVEMENTS)
        for sentence in text.sentences(found):
            console.print(escape(sentence), soft_wrap=True, highlight=False)
        if more := text.left_out(found):
            console.print(f"[dim]{more} checks that are not judged did not move beyond their intervals.[/]")
    raise typer.Exit(1 if found.worse else 0)


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}. Choose a folder you may write to.") from error
