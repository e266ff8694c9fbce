"""Synthetic images that show a real one again: identical, altered, or in a part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from gan_audit.checks.base import Check, CheckSettings, Comparison, Twins
from gan_audit.checks.memorization import identity
from gan_audit.checks.memorization.copy_decision import Detector
from gan_audit.checks.memorization.detection_limit import sensitivity
from gan_audit.checks.memorization.found_copies import Copies
from gan_audit.checks.memorization.patch_matches import best_parts, finer
from gan_audit.checks.memorization.pixel_copies_tables import details, pairs
from gan_audit.checks.memorization.whole_image_matches import identities, resemblances
from gan_audit.checks.two_sample import MORE
from gan_audit.types import BoolArray, CheckResult, Estimate, Interval, Method, Outcome

ID = "memorization.duplicates"


def run(data: Comparison, settings: CheckSettings) -> Iterator[Outcome]:
    """Identity first, which needs no null; then resemblance beyond what real patients show among themselves."""
    reason = data.too_small()
    found = _search(data, settings, alone=reason is not None)
    if reason and not found.search.identical.any():
        yield replace(data.skip(ID, f"No image is identical to a real one, and there are {reason}.", MORE), space=None)
        return
    n, twins = len(data.synthetic), data.twins or Twins()
    patients = [len(np.unique(data.real.groups[rows])) for rows in found.rows()]
    yield CheckResult(
        id=ID,
        estimate=float(found.flagged.mean()),
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


def _search(data: Comparison, settings: CheckSettings, *, alone: bool) -> Copies:
    """alone: only identity is looked for, there being too few images for anything else."""
    real, synthetic, grid = data.real, data.synthetic, data.grid
    search = identity.search_identical(synthetic, real, grid, apart=False)
    words, planted = identities(search), sensitivity(data, settings)
    if alone:
        return Copies(search, words, None, (), planted)
    own = (data.twins and data.twins.search) or identity.search_identical(real, real, grid, apart=True)
    left = ~search.identical & ~search.unidentifiable
    (across, told), (among, known) = resemblances(search), resemblances(own)
    altered = Detector.of(across, among, left & told, known & ~own.identical & ~own.unidentifiable, settings.level)
    parts = tuple(_parts(data, settings, left & ~altered.flagged, ~own.identical))
    return Copies(search, words, altered, parts, planted)


def _parts(data: Comparison, settings: CheckSettings, judged: BoolArray, told: BoolArray) -> Iterator[Detector]:
    """On the thumbnails, and on finer ones where the images have the pixels for it."""
    scales = [([data.real, data.synthetic], data.grid)]
    if fine := finer(data.sides, data.grid):
        scales.append(fine)
    for (real, synthetic), grid in scales:
        across = best_parts(synthetic, real, grid, apart=False, device=settings.device)
        among = best_parts(real, real, grid, apart=True, device=settings.device)
        if across and among:
            detector = Detector.of(across, among, judged, told, settings.level)
            judged = judged & ~detector.flagged
            yield detector


def _interval(found: Copies, n: int) -> Interval:
    """What is identical is counted, and of the others what exceeds chance: all were compared with every real one."""
    low, high = (sum(detector.excess[end] for detector in found.detectors) for end in range(2))
    certain = int(found.search.identical.sum())
    return min(1.0, (certain + low) / n), min(1.0, (certain + high) / n)


def _message(found: Copies, n: int, patients: Sequence[int]) -> str:
    identical = int(found.search.identical.sum())
    counts = [int(detector.flagged.sum()) for detector in found.detectors]
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


METHODS: Mapping[str, Method] = {
    ID: Method(
        title="Pixel-level copies",
        family="memorization",
        question="Are there synthetic images that show a real patient's image again?",
        means="An identical image equals a real one in its own pixels, after turning, mirroring, shifting, cropping or "
        "enlarging it and after any monotone change of grey levels, to within what storage, resampling or noise of up "
        "to 12 grey levels explains: it is a copy, whatever real images do among themselves. An altered one, or a "
        "part, matches a real image more closely than real images of different patients match each other, and more "
        "often.",
        does_not_mean="None found is no proof that nobody can be recognized: redrawn images, crops to less than four "
        "fifths of the side, rotations by more than 15° from a multiple of 90°, and parts that are small, turned, "
        "enlarged or degraded escape. Images that show next to nothing, a spot on black, equal each other without "
        "being anybody's copy: they are counted, and not accused.",
        computed="Candidates from thumbnails of 8 × 8 cells by tangent distance, in eight orientations, 15 windows and "
        "both signs; window and grey levels fitted on 16, 32 and up to 128 cells a side. Identical: of the detail at "
        "1/64 of the side, in 8 × 8 blocks, at most 0.2 % of the variance is left beyond white noise in the best four "
        "fifths of the blocks that stand out; at least 16 of 64 blocks show more than storage leaves "
        "uncertain. Altered: what is left on 32 cells, against the next image's; p-values from the tail among real "
        "patients, its rate taken from a median that 5 % of foreign values hardly move, adjusted to a false-discovery "
        "rate of 5 %, and counted only beyond the matches among real patients. Parts: windows of a fifth of the side "
        "about blobs, at any place. Real images that are identical under two names count as one patient.",
        reference="Simard, LeCun and Denker 1993 (tangent distance); Lucas and Kanade 1981; Immerkaer 1996 (noise); "
        "Lowe 2004; Levina and Bickel 2004, eq. 6; Benjamini and Hochberg 1995",
        revision=5,
    )
}

CHECK = Check(methods=METHODS, run=run, use="duplicates", per_class=False)
