"""Judged checks in, diagnoses out: what several checks say together, and what it means for a model trained on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from gan_audit.judgement.evidence import Evidence, Repetition
from gan_audit.judgement.types import Finding, Judged
from gan_audit.types import ALL, check_key

NAMING = ("memorization.duplicates", "memorization.close_fraction")
"""Checks that name the images they accuse, and"""
HOLDOUT = ("memorization.holdout_share", "memorization.ct")
"""checks that compare with images the generator never saw."""
SHIFTS = ("separability.", "marginals.")
"""Checks that tell grey level from texture."""
AS_CLEAR = 0.05
"""Of the two, the one that is less clear by no more than this is named too."""


def diagnose(judged: Sequence[Judged]) -> tuple[Finding, ...]:
    """The findings that the failed checks support; none where nothing failed beyond its interval."""
    evidence = Evidence(tuple(judged))
    return tuple(finding for rule in RULES for finding in rule(evidence))


def _memorization(evidence: Evidence) -> Iterator[Finding]:
    if keys := evidence.copied():
        found = evidence.repetition()
        said = _strongly(found) if found else "The synthetic set shows images of real patients again"
        yield Finding(
            "memorization",
            "high",
            ALL,
            keys,
            f"{said}{_by(evidence, keys)}{_affected(evidence.patients())}: sharing it may disclose them, and a model "
            f"tested on those patients will look better than it is. {_remedy(keys)}",
        )


def _strongly(found: Repetition) -> str:
    return (
        "Strong evidence that the generator repeats its training images: synthetic images lie on average "
        f"{found.ratio:.2g} times as far from the nearest real image as images of different patients do from each "
        f"other, {math.floor(100 * found.close)} % of them nearer than the closest 1 % of real images, and yet keep "
        f"their distance from one another ({found.spacing:.2f} times that of real images). The set shows patients again"
    )


def _by(evidence: Evidence, keys: Sequence[str]) -> str:
    """How many images of each kind are named, or by what else the set is accused."""
    for result in evidence.results("memorization.duplicates"):
        named = [(result.details.get(kind) or 0, kind) for kind in ("identical", "altered", "parts")]
        return f" ({', '.join(f'{count} {kind}' for count, kind in named)})"
    if any(key.startswith(NAMING) for key in keys):
        return ""
    how = "holdout statistics" if all(key.startswith(HOLDOUT) for key in keys) else "distances of the whole set"
    return f" (by {how}; no image named)"


def _remedy(keys: Sequence[str]) -> str:
    if any(key.startswith(NAMING) for key in keys):
        return "gan-audit filter leaves out the images named; before more are drawn, train on more patients."
    return "No image can be filtered out: train on more patients, with fewer steps or more regularization."


def _affected(patients: int) -> str:
    return f"; {patients} patient{' is' if patients == 1 else 's are'} affected" if patients else ""


def _mode_collapse(evidence: Evidence) -> Iterator[Finding]:
    poor = evidence.spaces("precision", "density")
    missed = tuple(
        key
        for space in sorted(evidence.spaces("recall", "coverage") - poor)
        for key in evidence.failed_in(space, "recall", "coverage")
    )
    crowded = evidence.failed("diversity.spread")
    if missed or crowded:
        scopes = {x.scope for x in evidence.results("diversity.spread")}
        yield Finding(
            "mode_collapse",
            "high",
            scopes.pop() if len(scopes) == 1 and not missed else ALL,
            missed + crowded,
            "The synthetic images repeat few patterns and leave out kinds of images that real patients have: a model "
            "trained on them will not know those kinds.",
        )


def _missing_class(evidence: Evidence) -> Iterator[Finding]:
    for scope, keys in evidence.absent_classes():
        yield Finding(
            "missing_class",
            "high",
            scope,
            keys,
            f"Not one synthetic image is of the class {scope.removeprefix('class:')}, which real images have: a model "
            "trained on them cannot learn it.",
        )


def _low_fidelity(evidence: Evidence) -> Iterator[Finding]:
    keys = evidence.failed("precision", "density", scope=ALL)
    explained = evidence.drifted() and evidence.spaces("precision", "density") <= evidence.spaces_of("dependence.")
    if keys and not explained:
        yield Finding(
            "low_fidelity",
            "high",
            ALL,
            keys + evidence.failed("frechet", "kernel_distance", scope=ALL),
            "Many synthetic images lie outside what real images look like: a model trained on them learns features "
            "that no patient has.",
        )


def _shift(id: str, family: str, message: str) -> Callable[[Evidence], Iterator[Finding]]:
    def rule(evidence: Evidence) -> Iterator[Finding]:
        keys = evidence.failed(*SHIFTS)
        within_classes = not evidence.failed(*SHIFTS, scope=ALL) and evidence.doubtful("labels.")
        if not keys or within_classes or evidence.local() or any(True for _ in evidence.absent_classes()):
            return  # wrong labels, a mark, or another mix of classes explain it, or may
        clear = evidence.families()
        if clear[family] > 0 and clear[family] >= max(clear.values()) - AS_CLEAR:
            yield Finding(id, "medium", ALL, keys, message)

    return rule


def _label_noise(evidence: Evidence) -> Iterator[Finding]:
    keys = evidence.failed("labels.")
    absent = any(True for _ in evidence.absent_classes())
    if keys and not absent and not evidence.failed("frechet", "precision", "recall", "coverage", scope=ALL):
        yield Finding(
            "label_noise",
            "high",
            ALL,
            keys + tuple(k for k in evidence.failed("marginals.") if "/class:" in k),
            "The synthetic images as a whole look right, but their labels do not go with them as in real images: a "
            "model trained on them learns wrong diagnoses.",
        )


def _localised_artefact(evidence: Evidence) -> Iterator[Finding]:
    if found := evidence.local():
        places = sorted({str(x.details.get("place")) for x in found})
        yield Finding(
            "localised_artefact",
            "high",
            found[0].scope if len({x.scope for x in found}) == 1 else ALL,
            tuple(check_key(x.id, x.space, x.scope) for x in found),
            f"One place in the image ({', '.join(places)}) differs between the sets: a model trained on these images "
            "may read the answer there and fail on real patients.",
        )


def _dependence_drift(evidence: Evidence) -> Iterator[Finding]:
    if keys := evidence.drifted():
        yield Finding(
            "dependence_drift",
            "medium",
            ALL,
            keys,
            "Each feature looks right alone, but features go together as they do not in real images: a model that "
            "combines features will combine them wrongly.",
        )


RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    _memorization,
    _mode_collapse,
    _missing_class,
    _low_fidelity,
    _shift(
        "intensity_shift",
        "intensity",
        "Grey levels differ from those of real images: a model trained on them meets other intensities in the clinic.",
    ),
    _shift(
        "texture_shift",
        "texture",
        "Texture differs from that of real images (blur, noise, grain): a model trained on them may rely on structure "
        "that patients do not have.",
    ),
    _label_noise,
    _dependence_drift,
    _localised_artefact,
)
