"""Arguments to objects to exit code; the work is done elsewhere, and imported only when a command runs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from gan_audit.cli import audits, plugins
from gan_audit.cli.options import (
    DEVICE,
    SEED,
    Device,
    JobsOption,
    Modality,
    OutOption,
    OverwriteOption,
    QuietOption,
    RadiomicsEngine,
)
from gan_audit.errors import UsageError

app = typer.Typer(
    name="gan-audit",
    help="Audits generators of medical images: memorization, mode collapse, radiomic drift and label damage.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def run(
    real: Annotated[Path, typer.Option("--real", help="Folder of real images.")],
    synthetic: Annotated[Path | None, typer.Option("--synthetic", help="Folder of synthetic images.")] = None,
    generator: Annotated[
        Path | None,
        typer.Option("--generator", help="Run of `gan-audit train` that is sampled instead of reading --synthetic."),
    ] = None,
    samples: Annotated[int, typer.Option("--samples", min=1, help="Images to draw from --generator.")] = 1000,
    labels: Annotated[Path | None, typer.Option("--labels", help="CSV: filename,label[,group][,mask][,set].")] = None,
    holdout: Annotated[Path | None, typer.Option("--holdout", help="Real images the generator never saw.")] = None,
    masks: Annotated[Path | None, typer.Option("--masks", help="Folder of masks named as the images.")] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy", help="TOML file of limits and levels; see `gan-audit init`. The default policy without it."
        ),
    ] = None,
    out: OutOption = Path("gan-audit-out"),
    embedding: Annotated[
        list[str] | None,
        typer.Option("--embedding", help="Feature space to compute instead of the default ones; repeatable."),
    ] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(
            "--weights", help="NAME=FILE: weights of a feature space, such as inception=weights.pth; repeatable."
        ),
    ] = None,
    radiomics_params: Annotated[
        Path | None, typer.Option("--radiomics-params", help="PyRadiomics parameter file.")
    ] = None,
    radiomics_engine: Annotated[
        RadiomicsEngine, typer.Option("--radiomics-engine", help="Both give the same numbers; batched is faster.")
    ] = RadiomicsEngine.batched,
    modality: Annotated[
        Modality | None, typer.Option("--modality", help="Grey levels and normalization that suit the images.")
    ] = None,
    cache: Annotated[Path | None, typer.Option("--cache", help="Folder that keeps computed features.")] = None,
    device: Annotated[Device, typer.Option("--device", help=DEVICE)] = Device.auto,
    jobs: JobsOption = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help=SEED)] = 0,
    declarations: Annotated[
        Path | None,
        typer.Option(
            "--declarations", help="TOML file of statements that only the sponsor can make; see `gan-audit init`."
        ),
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Also write the gallery of nearest pairs (shows patients).")
    ] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Never try to download weights.")] = False,
    infer_groups: Annotated[
        bool,
        typer.Option(
            "--infer-groups/--no-infer-groups",
            help="Real images that are the same picture under two names count as one patient.",
        ),
    ] = True,
    overwrite: OverwriteOption = False,
    quiet: QuietOption = False,
) -> None:
    """Audit synthetic images against the real ones; the exit code is the gate's."""
    from gan_audit.audit import audit
    from gan_audit.report.folder import check_target
    from gan_audit.report.terminal import print_modality, print_verdict
    from gan_audit.runtime.terminal import output, progress_for

    check_target(out, overwrite)
    made, table = _synthetic(synthetic, generator, samples, seed, labels)
    with _feature_folder(cache, out) as (features, keep):
        result = audit(
            real, made, table, holdout, policy, seed, device.value, jobs, masks=masks, embeddings=embedding,
            weights=_pairs(weights or []), radiomics_params=radiomics_params,
            radiomics_engine=radiomics_engine.value, modality=modality.value if modality else None, cache=features,
            declarations=declarations, offline=offline,
            infer_groups=infer_groups, progress=progress_for(quiet),
        )  # fmt: skip
        result.write(out, evidence=evidence, overwrite=overwrite, keep=keep)
    if not quiet:
        console = output()
        print_verdict(result.document, console)
        print_modality(result.document, console)
        console.print(f"Report: {out / 'report.html'}", soft_wrap=True, markup=False, highlight=False)
    raise typer.Exit(result.verdict.exit_code)


@app.command()
def demo(out: OutOption = Path("gan-audit-demo"), jobs: JobsOption = None, quiet: QuietOption = False) -> None:
    """Audit two generators of embedded phantoms, a sound and a memorizing one."""
    from rich.console import Console

    from gan_audit.demo.demo import run_demo
    from gan_audit.runtime.terminal import progress_for

    raise typer.Exit(run_demo(out, jobs=jobs, progress=progress_for(quiet), console=Console(quiet=quiet)))


@app.command()
def report(
    audit_json: Annotated[Path, typer.Argument(help="audit.json of an earlier audit.")],
    pdf: Annotated[bool, typer.Option("--pdf", help="Also print report.pdf, where a Chromium is found.")] = False,
) -> None:
    """Render report.html again, beside the JSON and from it alone."""
    from gan_audit.report.document.canonical import load
    from gan_audit.report.html import render_html

    target = audit_json.with_name("report.html")
    page = render_html(load(audit_json))
    try:
        target.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}. Choose a folder you may write to.") from error
    typer.echo(str(target))
    if pdf:
        from gan_audit.report.pdf import print_pdf

        print_pdf(target, target.with_suffix(".pdf"))
        typer.echo(str(target.with_suffix(".pdf")))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to write into.")] = Path(), overwrite: OverwriteOption = False
) -> None:
    """Write a commented policy and a declarations file with the defaults."""
    from gan_audit.judgement.declarations import declarations_template
    from gan_audit.judgement.policy import default_policy_text

    files = {"gan-audit.toml": default_policy_text(), "declarations.toml": declarations_template()}
    present = [name for name in files if (folder / name).exists()]
    if present and not overwrite:
        raise UsageError(f"{', '.join(present)} exists already in {folder}. Use --overwrite to replace it.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        typer.echo(str(folder / name))


@app.command()
def doctor() -> None:
    """Show what this machine can do."""
    from gan_audit.cli.doctor import diagnose
    from gan_audit.runtime.terminal import output, print_rows

    rows = diagnose()
    cells = [(row.topic, row.state, row.text, row.remedy) for row in rows]
    states = {"ok": "green", "absent": "yellow", "problem": "bold red"}
    print_rows(output(), ("topic", "state", "what was found", "remedy"), cells, states)
    raise typer.Exit(5 if any(row.state == "problem" for row in rows) else 0)


def _synthetic(
    folder: Path | None, generator: Path | None, count: int, seed: int, labels: Path | None
) -> tuple[Any, Any]:
    """What plays the synthetic set, and the labels of both sets."""
    if (folder is None) == (generator is None):
        raise UsageError("Expected either --synthetic FOLDER or --generator RUN, got both or none.")
    if generator is None:
        return folder, labels
    from gan_audit.data.generators import sample

    found = sample(generator, count, seed, labels)
    return found.items, found.labels


def _pairs(entries: list[str]) -> dict[str, str]:
    for entry in entries:
        name, equals, file = entry.partition("=")
        if not (name and equals and file):
            raise UsageError(f"Expected --weights NAME=FILE, got {entry!r}. Example: --weights inception=weights.pth")
        if not Path(file).is_file():
            raise UsageError(f"The weights file {file} of {name} does not exist. Check the path after the equals sign.")
    return {name: file for name, _, file in (entry.partition("=") for entry in entries)}


@contextmanager
def _feature_folder(cache: Path | None, out: Path) -> Iterator[tuple[Path, Path | None]]:
    """Where features are kept, and what moves into the output: the user's folder, an earlier audit's, a new one."""
    earlier = out / "private" / "features"
    if cache:
        yield cache, None
    elif earlier.is_dir():
        yield earlier, earlier
    else:
        parent = out.resolve().parent
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-features-", dir=parent))
        try:
            yield folder, folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


audits.register(app)
plugins.register(app)
