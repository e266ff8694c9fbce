"""The synthetic images that survive an audit: no copies, none that look like nothing real, none with a wrong label."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_audit.errors import InputError, UsageError
from gan_audit.report.document.canonical import load
from gan_audit.report.folder import FORMULA, csv_text
from gan_audit.runtime.atomic import beside, parents, swap
from gan_audit.runtime.progress import SILENT, Progress

CLOSE = 0.01
"""Share of real images closer to another patient's below which a synthetic image is too close to a real one."""
REJECTED = "rejected.csv"
"""The file by which an output of this command is known."""


@dataclass(frozen=True)
class Reason:
    """One reason why one image is left out."""

    why: str
    """`copy`, `too_close`, `off_manifold` or `mislabelled`."""
    space: str
    value: str
    limit: str
    detail: str = ""


@dataclass(frozen=True)
class Filtered:
    """What became of the synthetic images."""

    kept: int
    reasons: Mapping[str, tuple[Reason, ...]]
    """By file, of the images left out."""

    def count(self, why: str) -> int:
        """Images left out for a reason, be it not the only one."""
        return sum(any(reason.why == why for reason in found) for found in self.reasons.values())


def filter_audit(audit: Path, out: Path, *, overwrite: bool = False, progress: Progress = SILENT) -> Filtered:
    """Copies the images that survive to `out/images`, with `out/labels.csv` and `out/rejected.csv`.

    audit: output folder of an audit, its `private` folder included. Left out are verified copies, images nearer to a
    real one than the closest 1 % of real images are to other patients' (copies that no pixel comparison confirms),
    images farther from every real one, in some space, than 99 % of the real images are from other patients', and
    images that belong to another class than their label says in more than half of the spaces that can tell.
    Expect a few percent of sound images to go with them: the limits are quantiles of real images.

    Raises UsageError where `audit` or `out` are unfit, InputError where an image is not where it was.
    """
    document = _document(audit)
    files = {row["pseudonym"]: row for row in _rows(audit, "ids.csv") if row["set"] == "synthetic"}
    reasons = _reasons(audit, document, files)
    kept = [row for pseudonym, row in files.items() if pseudonym not in reasons and _is_image(pseudonym, document)]
    _check_files(kept)
    _check_target(out, overwrite)
    try:
        _write(out, kept, _table(files, reasons), progress)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror or error}. Choose another --out.") from error
    return Filtered(len(kept), {files[pseudonym]["file"]: tuple(found) for pseudonym, found in reasons.items()})


def _document(audit: Path) -> Mapping[str, Any]:
    if not (audit / "audit.json").is_file():
        raise UsageError(f"Expected the output folder of an audit, got {audit}, which holds no audit.json.")
    if not (audit / "private" / "marks.csv").is_file():
        raise UsageError(
            f"{audit} lacks its private folder, or one of an older version: it says which file is which. Run the "
            "audit again, and filter where it was written."
        )
    return load(audit / "audit.json")


def _is_image(pseudonym: str, document: Mapping[str, Any]) -> bool:
    """Whether the audit could read it."""
    return all(item["id"] != pseudonym for item in document["inputs"]["synthetic"]["rejected"])


def _rows(audit: Path, name: str) -> Iterator[dict[str, str]]:
    with (audit / "private" / name).open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        for row in csv.DictReader(file):
            yield {key: _plain(value) for key, value in row.items()}


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _reasons(
    audit: Path, document: Mapping[str, Any], files: Mapping[str, Mapping[str, str]]
) -> Mapping[str, Sequence[Reason]]:
    found: dict[str, list[Reason]] = defaultdict(list)
    for row in _rows(audit, "nearest.csv"):
        if row["transformation"]:
            found[row["synthetic"]].append(Reason("copy", row["space"], row["distance"], "", row["transformation"]))
        elif float(row["percentile"]) < CLOSE:
            found[row["synthetic"]].append(Reason("too_close", row["space"], row["percentile"], str(CLOSE)))
    wrong: dict[str, list[Reason]] = defaultdict(list)
    for row in _rows(audit, "marks.csv"):
        target = wrong if row["reason"] == "mislabelled" else found
        target[row["synthetic"]].append(Reason(row["reason"], row["space"], row["value"], row["limit"]))
    telling = sum(x["id"] == "labels.agreement" and x["estimate"] is not None for x in document["checks"])
    for pseudonym, several in wrong.items():
        found[pseudonym] += several if 2 * len(several) > telling else []
    return {pseudonym: found[pseudonym] for pseudonym in files if found.get(pseudonym)}


def _check_files(kept: Iterable[Mapping[str, str]]) -> None:
    missing = [row["file"] for row in kept if not Path(row["file"]).is_file()]
    if missing:
        raise InputError(
            f"{len(missing)} synthetic images are not files any more, or never were: {missing[0]} for one. Filter "
            "where the audit was made, from a folder of one file for each image."
        )


def _check_target(out: Path, overwrite: bool) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not overwrite or not (out / REJECTED).is_file():
        raise UsageError(
            f"{out} is not empty. Give another folder with --out, or --overwrite to replace earlier output."
        )


def _table(
    files: Mapping[str, Mapping[str, str]], reasons: Mapping[str, Sequence[Reason]]
) -> Iterator[tuple[str, ...]]:
    yield "filename", "synthetic", "reason", "space", "value", "limit", "detail"
    for pseudonym, found in reasons.items():
        for reason in found:
            cells = (reason.why, reason.space, reason.value, reason.limit, reason.detail)
            yield files[pseudonym]["file"], pseudonym, *cells


def _write(
    out: Path, kept: Sequence[Mapping[str, str]], rejected: Iterable[tuple[str, ...]], progress: Progress
) -> None:
    target = out.resolve()
    with parents(target), beside(target) as aside:
        with progress.stage("Copying images", len(kept)) as step:
            for row in kept:
                place = aside / "images" / row["name"]
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(row["file"], place)
                step(1)
        (aside / REJECTED).write_bytes(csv_text(rejected).encode("utf-8", "surrogateescape"))
        if any(row["label"] for row in kept):
            _write_labels(aside / "labels.csv", kept)
        swap(aside, target)


def _write_labels(path: Path, kept: Sequence[Mapping[str, str]]) -> None:
    """For `--labels`: names as they are, since a program reads them."""
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("filename", "label", "set"))
        writer.writerows((row["name"], row["label"], "synthetic") for row in kept if row["label"])
