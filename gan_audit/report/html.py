"""report.html: one file that opens offline, reads without scripts and cannot connect to anything."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gan_audit.errors import GanAuditError, MissingDependencyError
from gan_audit.report.charts.plotly import CONFIG, LAYOUT
from gan_audit.report.models import Report
from gan_audit.report.view import build_view

_UNSAFE_IN_SCRIPT = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Page:
    """The parts of the page that are no text: each made here and inserted as it is."""

    policy: str
    style: Markup
    figures: Markup
    library: Markup
    boot: Markup


def render_html(document: Mapping[str, Any]) -> str:
    """The report on an audit.json; the same document gives the same bytes (with the same plotly installed).

    Raises InputError where the document is none, UsageError where its schema is of another major version.
    """
    report = build_view(document)
    page = _page(report)
    return environment().get_template("report.html.j2").render(report=report, page=page)


@cache
def environment() -> Environment:
    """Jinja2 over the report's templates, escaping everything; `drawing` passes the drawings of report.svg alone."""
    loader = FileSystemLoader(templates(Path(__file__).parent))
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    made.filters["drawing"] = Markup
    return made


def templates(package: Path) -> Path:
    """Folder of the templates: inside the package where it was installed from a wheel, else in the checkout.

    package: the folder of `gan_audit.report`.
    """
    places = (package / "templates", package.parents[1] / "reports" / "templates")
    for place in places:
        if (place / "report.html.j2").is_file():
            return place
    raise GanAuditError(
        f"The report's templates are missing: looked in {places[0]} and {places[1]}. Install gan-audit again."
    )


def asset(name: str) -> str:
    """A file of the templates' folder, as it is."""
    return (templates(Path(__file__).parent) / name).read_text(encoding="utf-8")


def script_hash(script: str) -> str:
    """The source expression of a content security policy that allows this script and no other."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"


def content_policy(*scripts: str) -> str:
    """A policy under which the page loads nothing and runs these scripts alone."""
    sources = " ".join(map(script_hash, scripts)) or "'none'"
    return (
        f"default-src 'none'; script-src {sources}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def script_json(value: Any) -> Markup:
    """JSON that may stand in a script element: nothing in it can end the element or a line."""
    return Markup(json.dumps(value, allow_nan=False, separators=(",", ":")).translate(_UNSAFE_IN_SCRIPT))


def _page(report: Report) -> Page:
    library, boot = _library(), asset("boot.js")
    figures = {figure.anchor: figure.live for figure in report.figures}
    return Page(
        policy=content_policy(library, boot),
        style=Markup(asset("style.css")),
        figures=script_json({"layout": LAYOUT, "config": CONFIG, "figures": figures}),
        library=Markup(library),
        boot=Markup(boot),
    )


@cache
def _library() -> str:
    """plotly.js as the plotly package ships it; the package itself is not imported."""
    found = find_spec("plotly")
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / "package_data" / "plotly.min.js"
        if path.is_file():
            return _inline(path.read_text(encoding="utf-8"))
    raise MissingDependencyError("The package plotly is missing, which draws the report's figures: pip install plotly")


def _inline(script: str) -> str:
    """The script with the line ends a browser hashes; refused where it would end its own element."""
    text = script.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if "</script" in text.lower() or "<!--" in text:
        raise GanAuditError("This version of plotly.js cannot stand inside a page; install another version of plotly.")
    return text
