"""Synthetic images that show a real one again: identical, altered, or in a part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gan_audit.checks import identity
from gan_audit.checks.base import Check, Comparison, Settings, Twins
from gan_audit.checks.copies import identities, resemblances
from gan_audit.checks.duplicates_found import Copies
from gan_audit.checks.duplicates_method import ID, METHODS
from gan_audit.checks.duplicates_tables import details, pairs
from gan_audit.checks.matched import MORE
from gan_audit.checks.patches import best_parts, finer
from gan_audit.checks.sensitivity import sensitivity
from gan_audit.checks.ways import Way
from gan_audit.types import BoolArray, CheckResult, Estimate, Interval, Outcome


def run(data: Comparison, settings: Settings) -> Iterator[Outcome]:
    """Identity first, which needs no null; then resemblance beyond what real patients show among themselves."""
    reason = data.too_small()
    found = _search(data, settings, alone=reason is not None)
    if reason and not found.looked.identical.any():
        yield replace(data.skip(ID, f"No image is identical to a real one, and there are {reason}.", MORE), space=None)
        return
    n, twins = len(data.synthetic), data.twins or Twins()
    patients = [len(np.unique(data.real.groups[rows])) for rows in found.rows()]
    yield CheckResult(
        id=ID,
        estimate=float(found.accused.mean()),
        ci=_interval(found, n),
        reference=Estimate(
            len(twins.codes()) / len(data.real), None, "real images that are one picture under two names"
        ),
        unit="share",
        n_real=len(data.real),
        n_synthetic=n,
        message=_message(found, n, patients),
        details=details(data, found, patients),
        pairs=pairs(data, found),
    )


def _search(data: Comparison, settings: Settings, *, alone: bool) -> Copies:
    """alone: only identity is looked for, there being too few images for anything else."""
    real, synthetic, grid = data.real, data.synthetic, data.grid
    looked = identity.look(synthetic, real, grid, apart=False)
    words, planted = identities(looked), sensitivity(data, settings)
    if alone:
        return Copies(looked, words, None, (), planted)
    own = (data.twins and data.twins.looked) or identity.look(real, real, grid, apart=True)
    left = ~looked.identical & ~looked.anybody
    (across, told), (among, known) = resemblances(looked), resemblances(own)
    altered = Way.of(across, among, left & told, known & ~own.identical & ~own.anybody, settings.level)
    parts = tuple(_parts(data, settings, left & ~altered.accused, ~own.identical))
    return Copies(looked, words, altered, parts, planted)


def _parts(data: Comparison, settings: Settings, judged: BoolArray, told: BoolArray) -> Iterator[Way]:
    """On the thumbnails, and on finer ones where the images have the pixels for it."""
    scales = [([data.real, data.synthetic], data.grid)]
    if fine := finer(data.sides, data.grid):
        scales.append(fine)
    for (real, synthetic), grid in scales:
        across = best_parts(synthetic, real, grid, apart=False, device=settings.device)
        among = best_parts(real, real, grid, apart=True, device=settings.device)
        if across and among:
            way = Way.of(across, among, judged, told, settings.level)
            judged = judged & ~way.accused
            yield way


def _interval(found: Copies, n: int) -> Interval:
    """What is identical is counted, and of the others what exceeds chance: all were compared with every real one."""
    low, high = (sum(way.excess[end] for way in found.ways) for end in range(2))
    certain = int(found.looked.identical.sum())
    return min(1.0, (certain + low) / n), min(1.0, (certain + high) / n)


def _message(found: Copies, n: int, patients: Sequence[int]) -> str:
    identical = int(found.looked.identical.sum())
    counts = [int(way.accused.sum()) for way in found.ways]
    said = [f"{identical} of {n} synthetic images are identical to a real one{_concerning(patients[0])}"]
    if found.altered:
        said.append(f"{counts[0]} resemble one more closely than chance explains{_concerning(patients[1])}")
    if found.parts:
        said.append(f"{sum(counts[1:])} hold a part of one{_concerning(patients[2])}")
    return "; ".join(said) + "." + _could_have(found, n)


def _concerning(patients: int) -> str:
    return f" ({patients} patient{'' if patients == 1 else 's'})" if patients else ""


def _could_have(found: Copies, n: int) -> str:
    known = [x for x in found.planted if x.enough is not None]
    if not known:
        return ""
    hardest = max(known, key=lambda x: x.enough or 0)
    kind = f"with {hardest.kind}" if hardest.kind.startswith("noise") else hardest.kind
    return f" Copies {kind} in at least {hardest.enough} of {n} images would have been found with 95 % probability."


CHECK = Check(methods=METHODS, run=run, use="duplicates", per_class=False)
