"""The verdict on the terminal: the table of judged checks, the findings, and the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

WORDS = {
    "pass": ("met", "green"),
    "fail": ("NOT MET", "bold red"),
    "inconclusive": ("inconclusive", "yellow"),
    "skipped": ("not evaluated", "dim"),
    "info": ("shown", "dim"),
}


GATE = {
    "pass": ("GATE MET", "bold green"),
    "fail": ("GATE NOT MET", "bold red"),
    "inconclusive": ("INCONCLUSIVE", "bold yellow"),
}


def print_verdict(document: Mapping[str, Any], console: Console) -> None:
    """The table of judged checks, the findings, and the gate."""
    judged = [check for check in document["checks"] if check["level"] in ("warn", "error")]
    shown = [check for check in judged if check["status"] != "skipped"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("check", "estimate", "real against real", "limit", "verdict"):
        table.add_column(column, overflow="fold")
    for check in shown:
        table.add_row(*_cells(check))
    console.print(table)
    silent = len(judged) - len(shown)
    if silent:
        console.print(f"[dim]{silent} judged checks were not evaluated; the report gives the reasons.[/]")
    for finding in document["findings"]:
        console.print(
            f"\n[bold]Finding: {escape(finding['id'])}[/] ({finding['severity']})\n  {escape(finding['message'])}"
        )
    _print_gate(document["verdict"], console)


def print_modality(document: Mapping[str, Any], console: Console) -> None:
    """What `--modality` set, in words; nothing without it."""
    for preset in filter(None, (space["parameters"].get("preset") for space in document["spaces"])):
        console.print(preset, soft_wrap=True, markup=False, highlight=False)


def _print_gate(verdict: Mapping[str, Any], console: Console) -> None:
    word, style = GATE[verdict["status"]]
    counts = {name: len(verdict[name]) for name in ("failed", "inconclusive", "waived")}
    text = ", ".join(f"{count} {name}" for name, count in counts.items())
    console.print(f"\n[{style}]{word}[/] (exit code {verdict['exit_code']}): {text}", soft_wrap=True)


def _cells(check: Mapping[str, Any]) -> tuple[str, ...]:
    word, style = WORDS[check["status"]]
    if check["waiver"] and check["status"] != "pass":
        word, style = f"waived until {check['waiver']['expires']}", "magenta"
    if check["level"] == "warn" and check["status"] == "fail":
        word, style = "warning", "yellow"
    limit = check["threshold"]
    return (
        escape(check["key"]),
        _with_interval(check["estimate"], check["ci"]),
        _with_interval(check["reference"]["estimate"], check["reference"]["ci"]) if check["reference"] else "",
        f"{limit['op']} {_number(limit['value'])}" if limit else "",
        f"[{style}]{word}[/]",
    )


def _with_interval(value: float | None, ci: list[float] | None) -> str:
    if value is None:
        return ""
    return _number(value) + (f" \\[{_number(ci[0])}, {_number(ci[1])}]" if ci else "")


def _number(value: float) -> str:
    return f"{value:.3g}"
