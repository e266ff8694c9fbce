"""Every check in every space that it reads, and what the outcomes oblige the report to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from gan_audit.checks.base import Check, CheckSettings, Comparison, Twins
from gan_audit.checks.memorization.identity import twins
from gan_audit.checks.prepare import ImageReader, prepare
from gan_audit.checks.registry import all_checks, all_methods, pending
from gan_audit.imaging.proof import IDENTIFYING
from gan_audit.runtime.parallel import parallel_map
from gan_audit.runtime.progress import Progress
from gan_audit.types import CheckResult, FeatureTable, Outcome, Role, Skipped, Unavailable

LABEL_FREE = "No image carries a label."
Task = tuple[Check, Comparison]


def evaluate(
    tables: Mapping[str, Mapping[Role, FeatureTable]],
    unavailable: Sequence[Unavailable],
    settings: CheckSettings,
    jobs: int | None,
    progress: Progress,
    *,
    readers: Mapping[Role, ImageReader] | None = None,
    infer_groups: bool = True,
) -> list[Outcome]:
    """Every check in every space it reads, in the order of the registry, then of spaces, then of classes.

    readers: how the images of each set are decoded again; without them identity is judged by thumbnails. infer_groups:
    whether real images that are one picture under two names count as one patient in every check.
    """
    with progress.stage("Comparing real images with each other", 1) as step:
        same = _twins(tables, readers, join=infer_groups)
        step(1)
    compared = {
        name: prepare(table["real"], table["synthetic"], table.get("holdout"), twins=same, readers=readers)
        for name, table in tables.items()
    }
    uses = {name: table["real"].space.uses for name, table in tables.items()}
    offered = frozenset(use for found in uses.values() for use in found)
    outcomes: list[Outcome] = []
    tasks: list[Task] = []
    for check in all_checks():
        for name, data in compared.items():
            if check.use in uses[name] and isinstance(data, Comparison):
                tasks += [(check, part) for part in _parts(check, data)]
                outcomes += _without_labels(check, data)
            elif check.use in uses[name]:
                outcomes += [
                    Skipped(id, str(data), "Supply other images or another space.", name) for id in check.methods
                ]
        outcomes += [x for space in unavailable for x in _unavailable(check, space, offered)]
        outcomes += _unserved(check) if check.use not in offered and not unavailable else []
    with progress.stage("Evaluating checks", len(tasks)) as step:
        for found in parallel_map(partial(_run, settings), tasks, jobs=jobs, step=step, worthwhile=8):
            outcomes += found
    order = {id: place for place, id in enumerate(all_methods())}
    return sorted([*outcomes, *pending()], key=lambda x: order[x.id])


def _twins(
    tables: Mapping[str, Mapping[Role, FeatureTable]], readers: Mapping[Role, ImageReader] | None, *, join: bool
) -> Twins | None:
    """Real images that are one picture under two names; None where no space tells."""
    for table in tables.values():
        if "duplicates" in table["real"].space.uses:
            data = prepare(table["real"], table["synthetic"], readers=readers)
            return twins(data.real, data.grid, joined=join) if isinstance(data, Comparison) else None
    return None


def _run(settings: CheckSettings, task: Task) -> list[Outcome]:
    check, data = task
    return list(check.run(data, settings))


def _parts(check: Check, data: Comparison) -> list[Comparison]:
    whole = [data] if check.over_all else []
    return whole + ([data.of_class(label) for label in data.classes()] if check.per_class else [])


def _without_labels(check: Check, data: Comparison) -> list[Outcome]:
    """Per-class feature tests stand in the report even where there are no classes."""
    if data.classes() or not check.per_class or check.use != "marginals":
        return []
    remedy = "Supply --labels, or one sub-folder for each class."
    return [
        Skipped(id, LABEL_FREE, remedy, data.space, "class:*", len(data.real), len(data.synthetic))
        for id in check.methods
    ]


def _unserved(check: Check) -> list[Outcome]:
    remedy = "Leave --embedding out, or add a space that serves it, such as --embedding radiomics."
    return [Skipped(id, "No feature space asked for serves this check.", remedy) for id in check.methods]


def _unavailable(check: Check, space: Unavailable, offered: frozenset[str]) -> list[Outcome]:
    concerned = check.use in ("fidelity", "copies") or check.use not in offered
    return [Skipped(id, space.reason, space.remedy, space.space) for id in check.methods] if concerned else []


def remarks(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What must be said of real images that are one picture, and of images that show too little to be told apart."""
    for outcome in outcomes:
        known = outcome.details if isinstance(outcome, CheckResult) and outcome.id == "memorization.duplicates" else {}
        if count := known.get("real_twins"):
            pairs = f"{count} pair{'' if count == 1 else 's'} of real images {'is' if count == 1 else 'are'}"
            effect = (
                "They count as one patient in every statistic; --no-infer-groups keeps them apart."
                if known["real_twins_joined"]
                else "They count as different patients, as --no-infer-groups asks: references may be too small."
            )
            yield f"{pairs} the same picture under two names. {effect} Give one patient one group in the labels file."
        if count := known.get("not_identifiable"):
            yield (
                f"{count} synthetic image{'' if count == 1 else 's'} equal{'s' if count == 1 else ''} a real one, but "
                f"show{'s' if count == 1 else ''} too little to be anybody's (fewer than {IDENTIFYING} of 64 blocks "
                "stand out from what storage leaves uncertain): not counted as copies."
            )
