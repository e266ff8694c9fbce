"""Every result by class in one view: where to look first, what stands behind each class, and a grid of all verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gan_audit.report.charts.svg import tiles
from gan_audit.report.charts.verdict_grid import Tile, VerdictGrid
from gan_audit.report.entries import Entry
from gan_audit.report.models import Block, Bullets, Cell, Column, Figure, Prose, Row, Table
from gan_audit.report.sections.classes import ClassResults, of_classes, reasons
from gan_audit.report.sections.context import Context
from gan_audit.report.sections.declared import declared
from gan_audit.report.sections.first_looks import first_looks
from gan_audit.report.small_counts import smallest
from gan_audit.report.text import label
from gan_audit.report.words import PARTS, STATES, worst

MOST_COLUMNS = 24
"""Classes of the grid, those with the most unmet criteria; its table holds all."""
UNLABELLED = (
    "Not provided.",
    "No labels came with the images, so nothing was evaluated by class: a class that is missing, copied or poorly "
    "made would not show. Give --labels a CSV file with the columns filename and label (and group, the patient), or "
    "sort the images of each set into one folder for each class, and audit again.",
)
ONE_SIDED = (
    "Not provided.",
    "Labels came with the {known} images alone: without those of the {missing} images no class can be compared.",
)
UNCHECKED = ("Not evaluated.", "Labels were supplied, but this audit holds no result by class.")
OTHERS = (
    "Classes are the only groups that were compared. Sex, age, site and device are not measured: what the sponsor "
    "declared of them follows. Checks that compare all images at once stand in their own sections alone."
)


def subgroups(context: Context) -> Iterator[Block]:
    """Sentences, the classes with their counts, the grid with its table, and what was declared."""
    classes = of_classes(context)
    yield Bullets(tuple(_looks(context, classes)))
    if classes:
        yield _counts(context, classes)
    if any(item.entries for item in classes):
        yield _figure(context, classes)
    yield Prose((OTHERS, *([_rule(context)] if classes else [])))
    yield declared(context, "subgroups")


def _looks(context: Context, classes: Sequence[ClassResults]) -> Iterator[tuple[str, str]]:
    labelled = {role: bool((given or {}).get("classes")) for role, given in context.document["inputs"].items()}
    if not any(labelled.values()) and not classes:
        yield UNLABELLED
    elif labelled.get("real") != labelled.get("synthetic"):
        known, missing = ("real", "synthetic") if labelled.get("real") else ("synthetic", "real")
        yield ONE_SIDED[0], ONE_SIDED[1].format(known=known, missing=missing)
    elif not any(item.entries for item in classes):
        yield UNCHECKED
    if any(item.entries for item in classes):
        yield from first_looks(context, classes)


def _counts(context: Context, classes: Sequence[ClassResults]) -> Table:
    counted = any((context.document["inputs"]["real"] or {}).get("class_groups") or ())
    names = ("Real images", *(["Real patients"] if counted else []), "Synthetic images")
    columns = (Column("Class"), *(Column(name, True) for name in names), Column("Results"), Column("Worst verdict"))
    rows = []
    for item in classes:
        patients = (item.patients,) if counted else ()
        state = worst([entry.state for entry in item.entries]) if item.entries else ""
        verdict = Cell(STATES[state], state=state) if state else Cell("No result")
        cells = (Cell(item.name), item.real, *patients, item.synthetic, Cell(item.tally), verdict)
        note = " ".join(reason for reason, _ in reasons(item)) if len(item.skipped) == len(item.entries) else ""
        rows.append(Row(cells, note=note))
    return Table("Measured: the classes, and how their results came out.", columns, tuple(rows), stack=True)


def _rule(context: Context) -> str:
    least = smallest(context.document)
    if not least:
        return "The policy has every count printed, however small (inputs.smallest_cell = 0)."
    return (
        f"Fewer than {least} real patients of a class (its images, where patients are not known) are printed as "
        f"“< {least}”: so small a number may point at somebody. Where the total would give it away, the next smallest "
        "class is “not shown” either. Synthetic images are nobody's and are always counted. The policy may ask for "
        "more (inputs.smallest_cell)."
    )


def _figure(context: Context, classes: Sequence[ClassResults]) -> Figure:
    rows = _checks(context)
    shown = sorted(classes, key=lambda item: -item.states["not-met"])[:MOST_COLUMNS]
    shown = [item for item in classes if item in shown]
    cut = f" The {len(shown)} of {len(classes)} classes with the most unmet criteria; the table holds all."
    grid = VerdictGrid(
        title="Every result by class",
        caption="Shape and colour: verdict. Number: value. Empty: no result."
        + (cut if len(shown) < len(classes) else ""),
        x_label="",
        y_label="",
        x_names=tuple(label(item.name) for item in shown),
        y_names=tuple(name for name, _ in rows),
        tiles=tuple(tuple(_tile(found.get(item.label)) for item in shown) for _, found in rows),
    )
    return Figure("figure-classes", grid.title, grid.caption, tiles(grid), {}, _table(context, classes))


def _checks(context: Context) -> list[tuple[str, dict[str, Entry]]]:
    """`check@space` and its results by class, in the order of the sections."""
    families = [family for part in PARTS for family in part.families]
    groups = context.groups([*families, *context.unknown_families])
    ranked = sorted(groups, key=lambda group: [*families, group.first.family].index(group.first.family))
    return [
        (
            label(group.first.id + (f"@{group.first.space}" if group.first.space else "")),
            {str(entry.check["scope"]).removeprefix("class:"): entry for entry in group.classes},
        )
        for group in ranked
        if group.classes
    ]


def _tile(entry: Entry | None) -> Tile | None:
    return Tile(entry.state, entry.value.text if entry.value.src else "") if entry else None


def _table(context: Context, classes: Sequence[ClassResults]) -> Table:
    heads = (Column("Check"), Column("Value", True), Column("Interval", True), Column("Limit", True), Column("Verdict"))
    order = [found for _, found in _checks(context)]
    rows: list[Row] = []
    for item in classes:
        rows.append(Row(heading=f"Class {item.name}"))
        rows += [_row(found[item.label]) for found in order if item.label in found]
        rows += [Row((Cell(f"Not evaluated ({number}): {reason}"),)) for reason, number in reasons(item)]
    caption = f"Data of the figure: every result by class, with {context.confidence} confidence intervals."
    return Table(caption, heads, tuple(rows), stack=True)


def _row(entry: Entry) -> Row:
    name = entry.id + (f"@{entry.space}" if entry.space else "")
    badge = Cell(entry.verdict, state=entry.state)
    return Row((Cell(name, href=entry.anchor, code=True), entry.value, entry.interval, entry.limit, badge))
