"""Figures that the report makes from the tables of checks: features that differ, class by class, and information kept.

A table of features is read by its first two columns, name and value; a column `p adjusted` marks what is significant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gan_audit.report.entries import Entry
from gan_audit.report.figures import figure
from gan_audit.report.models import Figure
from gan_audit.report.sections.context import CheckGroup

MOST_FEATURES = 20
"""Features of a figure, those with the largest values; the appendix lists all."""
MOST_PAIRS = 10
SIGNIFICANT = 0.05
"""Adjusted p-value up to which a feature is marked."""

Details = Mapping[str, Any]
Rows = list[list[Any]]
Picture = tuple[str, Entry, Details]
"""End of the anchor, the result that it stems from, and the figure as audit.json would hold it."""


def pictures(group: CheckGroup) -> tuple[list[Figure], list[str]]:
    """The figures of one check in one space, and a sentence for each that could not be drawn."""
    drawn: list[Figure] = []
    notes: list[str] = []
    try:
        for name, entry, source in _MAKERS.get(str(group.first.check["id"]), _nothing)(group):
            drawn.append(figure(source, f"figure-{entry.index}-{name}", entry.src("details", "tables", 0)))
    except (ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
        notes.append(f"A figure of {group.first.id} could not be drawn: {type(error).__name__}.")
    return drawn, notes


def _nothing(group: CheckGroup) -> Iterator[Picture]:
    yield from ()


def _features(group: CheckGroup) -> Iterator[Picture]:
    """The features that differ most, over all images and class by class."""
    if group.main and (rows := _rows(group.main)):
        yield "features", group.main, _forest(group.main, rows)
    classes = [entry for entry in group.classes if _rows(entry)]
    if len(classes) > 1:
        yield "map", classes[0], _map({entry.scope: {str(r[0]): r[1] for r in _rows(entry)} for entry in classes})


def _information(group: CheckGroup) -> Iterator[Picture]:
    """What a feature tells of the label in either set."""
    rows = _rows(group.main)[:MOST_PAIRS] if group.main else []
    if group.main and rows:
        series = [{"name": name, "values": [row[place] for row in rows]} for place, name in _SETS.items()]
        yield (
            "pairs",
            group.main,
            {
                "kind": "bars",
                "title": "Information on the label, feature by feature",
                "caption": f"The {len(rows)} features that tell most in the real images.",
                "x_label": "feature",
                "y_label": "nats",
                "categories": [_name(row[0]) for row in rows],
                "series": series,
            },
        )


_SETS = {1: "real", 2: "synthetic"}
"""Column of the table of mutual information to the set."""


def _forest(entry: Entry, rows: Rows) -> Details:
    columns = [str(name) for name in _table(entry)["columns"]]
    place = columns.index("p adjusted") if "p adjusted" in columns else None
    shown = sorted(rows, key=lambda row: -row[1])[:MOST_FEATURES]
    marked = place is not None and any(_is_marked(row, place) for row in rows)
    kinds = {True: f"adjusted p ≤ {SIGNIFICANT}", False: f"adjusted p > {SIGNIFICANT}"}
    told = "" if marked or place is None else f" None has an adjusted p-value of {SIGNIFICANT} or less."
    return {
        "kind": "intervals",
        "title": "Features that differ most",
        "caption": f"The {len(shown)} largest distances of {len(rows)} features, all images.{told}",
        "x_label": columns[1],
        "y_label": "",
        "rows": [
            {"name": _name(row[0]), "value": row[1], "group": kinds[_is_marked(row, place)] if marked else ""}
            for row in shown
        ],
    }


def _map(by_class: Mapping[str, Mapping[str, float]]) -> Details:
    largest: dict[str, float] = {}
    for values in by_class.values():
        for name, value in values.items():
            largest[name] = max(value, largest.get(name, value))
    names = sorted(largest, key=lambda name: -largest[name])[:MOST_FEATURES]
    return {
        "kind": "heatmap",
        "title": "Distance of each feature in each class",
        "caption": f"The {len(names)} features with the largest distance in any class; the darker, the farther.",
        "x_label": "class",
        "y_label": "feature",
        "x_names": list(by_class),
        "y_names": [_name(name) for name in names],
        "z": [[values.get(name) for values in by_class.values()] for name in names],
        "diverging": False,
    }


def _is_marked(row: list[Any], place: int | None) -> bool:
    return place is not None and row[place] is not None and row[place] <= SIGNIFICANT


def _rows(entry: Entry) -> Rows:
    return [list(row) for row in _table(entry).get("rows") or () if row[1] is not None]


def _table(entry: Entry) -> Mapping[str, Any]:
    tables: list[Mapping[str, Any]] = entry.check["details"].get("tables") or [{}]
    return tables[0]


def _name(feature: Any) -> str:
    """PyRadiomics' name without the word that all of them begin with."""
    return str(feature).removeprefix("original_")


_MAKERS: Mapping[str, Callable[[CheckGroup], Iterator[Picture]]] = {
    "marginals.ks": _features,
    "marginals.wasserstein": _features,
    "labels.mutual_information": _information,
}
