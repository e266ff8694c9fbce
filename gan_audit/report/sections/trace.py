"""Everything that is needed to trace this report to its inputs, and to repeat the audit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gan_audit.report.models import Block, Cell, Column, Fact, Facts, Row, Table, Verbatim
from gan_audit.report.numbers import count, number
from gan_audit.report.sections.context import Context
from gan_audit.report.sections.details import plain
from gan_audit.report.text import clean, moment, pointer, prose
from gan_audit.report.words import ROLES

SPACE = {"dimension": "Features", "extractor": "Extractor", "revision": "Revision", "standardize": "Standardized"}


def traceability(context: Context) -> Iterator[Block]:
    """Run, sets, feature spaces, software, and how long each stage took."""
    document = context.document
    yield Facts("Run", tuple(_run(context)))
    yield _sets(document["inputs"])
    for index, space in enumerate(document["spaces"]):
        yield _space(index, space)
    environment = document["environment"]
    packages = environment.get("packages") or {}
    plain = [(key, environment[key]) for key in sorted(environment) if key != "packages"]
    yield Facts(
        "Environment",
        tuple(_fact(key.capitalize(), value, "environment", key) for key, value in plain)
        + tuple(_fact(name, packages[name], "environment", "packages", name) for name in sorted(packages)),
    )
    times = document["timings"]
    seconds = ((clean(key, 60), Cell(f"{number(times[key])} s", pointer("timings", key))) for key in sorted(times))
    yield Facts("Time taken", tuple(Fact(name, cell) for name, cell in seconds))


def policy(context: Context) -> Iterator[Verbatim]:
    """The policy in force, word for word."""
    yield _verbatim(context.document["policy"])


def declarations(context: Context) -> Iterator[Verbatim]:
    """The declarations, word for word."""
    yield _verbatim(context.document["declarations"])


def _run(context: Context) -> Iterator[Fact]:
    document = context.document
    yield Fact("Audit digest (SHA-256 of audit.json)", Cell(context.digest, code=True))
    yield _fact("Created", moment(document["created"]), "created")
    yield _fact("Tool", document["tool"].get("name", ""), "tool", "name")
    yield _fact("Tool version", document["tool"].get("version", ""), "tool", "version")
    yield _fact("Schema version", document["schema_version"], "schema_version")
    yield _fact("Seed", document["seed"], "seed")
    yield Fact("Policy digest", Cell(clean(document["policy_sha256"], 80), pointer("policy_sha256"), code=True))
    yield _fact("Exit code", document["verdict"].get("exit_code", ""), "verdict", "exit_code")


def _sets(inputs: Mapping[str, Any]) -> Table:
    columns = (Column("Set"), Column("Images", True), Column("Digest over the sorted digests of its files (SHA-256)"))
    rows = tuple(
        Row((
            Cell(ROLES[role]),
            Cell(count(inputs[role]["n_images"]), pointer("inputs", role, "n_images")),
            Cell(clean(inputs[role]["sha256"], 80), pointer("inputs", role, "sha256"), code=True),
        ))
        for role in ROLES
        if inputs.get(role)
    )  # fmt: skip
    return Table("The audited sets.", columns, rows)


def _space(index: int, space: Mapping[str, Any]) -> Facts:
    facts = [
        _fact(title, space[key], "spaces", index, key) for key, title in SPACE.items() if space.get(key) is not None
    ]
    weights = Cell(
        clean(space.get("weights_sha256") or "none", 80), pointer("spaces", index, "weights_sha256"), code=True
    )
    parameters = [
        _fact(str(key), json.dumps(value, sort_keys=True, ensure_ascii=False), "spaces", index, "parameters", key)
        for key, value in sorted((space.get("parameters") or {}).items())
    ]
    return Facts(f"Feature space {clean(space['name'], 60)}", (*facts, Fact("Weights (SHA-256)", weights), *parameters))


def _verbatim(value: Any) -> Verbatim:
    return Verbatim(prose(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False), 200_000))


def _fact(name: str, value: Any, *steps: object) -> Fact:
    return Fact(clean(name, 60), Cell(plain(value), pointer(*steps)))
