"""Judged checks in, diagnoses out: what several checks say together, and what it means for a model trained on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gan_audit.types import ALL, CheckResult, Finding, Judged, check_key

RARE = 0.01
"""Chance of an absent class below which its absence is no accident."""


SHIFTS = ("separability.", "marginals.")
"""Checks that tell grey level from texture."""
FEW_CELLS = 0.05
"""Share of the image up to which a difference is localised."""


def diagnose(judged: Sequence[Judged]) -> tuple[Finding, ...]:
    """The findings that the failed checks support; none where nothing failed beyond its interval."""
    evidence = Evidence(tuple(judged))
    return tuple(finding for rule in RULES for finding in rule(evidence))


@dataclass(frozen=True)
class Evidence:
    """Failed checks, asked by identifier."""

    judged: tuple[Judged, ...]

    def failed(self, *ids: str, scope: str | None = None) -> tuple[str, ...]:
        """Keys of failed checks whose identifier starts with one of `ids`: over `scope`, or over any."""
        return tuple(j.key for j in self._failures(ids) if scope is None or j.outcome.scope == scope)

    def spaces(self, *ids: str) -> set[str]:
        """Spaces in which one of the checks failed over all images."""
        return {str(j.outcome.space) for j in self._failures(ids) if j.outcome.scope == ALL}

    def failed_in(self, space: str, *ids: str) -> tuple[str, ...]:
        """Keys of checks that failed over all images in a space."""
        return tuple(j.key for j in self._failures(ids) if j.outcome.scope == ALL and j.outcome.space == space)

    def results(self, *ids: str) -> Iterator[CheckResult]:
        """The same checks, as measured."""
        for j in self._failures(ids):
            if isinstance(j.outcome, CheckResult):
                yield j.outcome

    def absent_classes(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Scope and evidence of each class that the synthetic set lacks beyond chance."""
        found: dict[str, list[str]] = {}
        for j in self.judged:
            result = j.outcome
            if isinstance(result, CheckResult) and result.id == "coverage" and result.n_synthetic == 0:
                chance = 1.0 if result.p_value is None else result.p_value
                found.setdefault(result.scope, []).extend([j.key] * (chance < RARE))
        yield from ((scope, tuple(keys)) for scope, keys in found.items() if keys)

    def _failures(self, ids: Sequence[str]) -> Iterator[Judged]:
        return (j for j in self.judged if j.status == "fail" and j.outcome.id.startswith(tuple(ids)))


def _memorization(evidence: Evidence) -> Iterator[Finding]:
    if keys := evidence.failed("memorization."):
        yield Finding(
            "memorization",
            "high",
            ALL,
            keys,
            "The synthetic set shows images of real patients again: sharing it may disclose them, and a model tested "
            "on those patients will look better than it is.",
        )


def _mode_collapse(evidence: Evidence) -> Iterator[Finding]:
    poor = evidence.spaces("precision", "density")
    keys = tuple(
        key
        for space in sorted(evidence.spaces("recall", "coverage") - poor)
        for key in evidence.failed_in(space, "recall", "coverage")
    )
    if keys:
        yield Finding(
            "mode_collapse",
            "high",
            ALL,
            keys,
            "The synthetic images look real but leave out kinds of images that real patients have: a model trained on "
            "them will not know those kinds.",
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
    if keys := evidence.failed("precision", "density", scope=ALL):
        yield Finding(
            "low_fidelity",
            "high",
            ALL,
            keys + evidence.failed("frechet", "kernel_distance", scope=ALL),
            "Many synthetic images lie outside what real images look like: a model trained on them learns features "
            "that no patient has.",
        )


def _shift(id: str, wanted: Callable[[float, float], bool], message: str) -> Callable[[Evidence], Iterator[Finding]]:
    def rule(evidence: Evidence) -> Iterator[Finding]:
        found = [x for x in evidence.results(*SHIFTS) if any((x.details.get("families") or {}).values())]
        everywhere = [x for x in found if x.scope == ALL]
        if not found or (not everywhere and evidence.failed("labels.")):
            return  # what differs within classes alone is the labels' fault
        clearest = next((x for x in found if x.id == "separability.c2st"), found[0]).details["families"]
        if wanted(float(clearest["intensity"] or 0.0), float(clearest["texture"] or 0.0)):
            yield Finding(id, "medium", ALL, evidence.failed(*SHIFTS), message)

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
    found = [x for x in evidence.results("shortcut.spatial") if x.details.get("share_of_cells", 1.0) <= FEW_CELLS]
    if found:
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
    keys = evidence.failed("dependence.")
    if keys and not evidence.failed("marginals.", "labels.", "recall", "coverage"):
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
        lambda level, texture: level >= texture,
        "Grey levels differ from those of real images: a model trained on them meets other intensities in the clinic.",
    ),
    _shift(
        "texture_shift",
        lambda level, texture: texture > level,
        "Texture differs from that of real images (blur, noise, grain): a model trained on them may rely on structure "
        "that patients do not have.",
    ),
    _label_noise,
    _dependence_drift,
    _localised_artefact,
)
