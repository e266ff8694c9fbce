"""What the judged checks hold for a diagnosis, asked by identifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gan_audit.judgement.types import Judged
from gan_audit.types import ALL, CheckResult

RARE = 0.01
"""Chance of an absent class below which its absence is no accident."""
FEW_CELLS = 0.05
"""Share of the image up to which a difference is localised."""
HALF = 0.5
"""Ratio of the mean distances synthetic to real and real to real below which memorization is strongly suspected."""
MOST = 0.9
"""Close fraction, [0, 1], from which on memorization is strongly suspected where the ratio is below HALF too."""
EVEN = 0.5
"""Share of synthetic images nearer to training than to unseen images that is expected where nobody is copied."""
CROWDED = 0.8
"""Distance of synthetic images from each other over that of real ones below which they are crowded: a collapse."""


@dataclass(frozen=True)
class Repetition:
    """The three figures by which published studies recognize a generator that repeats its training images."""

    ratio: float
    """Mean distance synthetic to real over real to real of another patient."""
    close: float
    """Share of synthetic images nearer to a real one than the closest 1 % of real ones are to each other."""
    spacing: float
    """Mean distance synthetic to synthetic over real to real."""

    @property
    def strong(self) -> bool:
        """Whether all three say so: half the distance, nearly all images close, and yet none crowded together."""
        return self.ratio < HALF and self.close >= MOST and self.spacing >= CROWDED


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

    def spaces_of(self, *ids: str) -> set[str]:
        """Spaces in which one of the checks failed over any images."""
        return {str(j.outcome.space) for j in self._failures(ids)}

    def doubtful(self, *ids: str) -> bool:
        """Whether one of the checks failed or could not be decided."""
        return any(j.status in ("fail", "inconclusive") for j in self.judged if j.outcome.id.startswith(ids))

    def drifted(self) -> tuple[str, ...]:
        """Keys of the failed checks of dependence that nothing else explains.

        No feature and no label may have failed alone. Recall and coverage may have, in the same space: features that
        go together in another way than in real images lie elsewhere in it.
        """
        alone = self.failed("marginals.", "labels.")
        elsewhere = self.spaces_of("recall", "coverage") - self.spaces_of("dependence.")
        return () if alone or elsewhere else self.failed("dependence.")

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

    def families(self) -> Mapping[str, float]:
        """How clearly grey level and texture differ, 0 where nothing tells: areas under the ROC curve if any failed."""
        areas = [x for x in self._measured("separability.c2st") if x.scope == ALL]
        failed = any(True for _ in self.results("separability.c2st"))
        told = [x.details.get("families") or {} for x in (areas if failed else self.results("marginals."))]
        return {kind: max((float(x.get(kind) or 0.0) for x in told), default=0.0) for kind in ("intensity", "texture")}

    def local(self) -> list[CheckResult]:
        """Failures of the search for places that betray the set in which few cells stand out."""
        found = self.results("shortcut.spatial")
        return [x for x in found if x.details.get("share_of_cells", 1.0) <= FEW_CELLS]

    def copied(self) -> tuple[str, ...]:
        """Keys of the failed checks of memorization.

        A data-copying test does not count where synthetic images are as near to unseen images as to training images:
        they lack detail or variety, and lie near everything. Nor does authenticity where synthetic images crowd: a few
        patterns that chance put near a real image are then counted again and again.
        """
        shares = [x for x in self._measured("memorization.holdout_share") if x.ci is None or x.ci[0] <= EVEN]
        explained = {("memorization.ct", x.space, x.scope) for x in shares}
        explained |= {("memorization.authenticity", x.space, x.scope) for x in self.results("diversity.spread")}
        failures = self._failures(["memorization."])
        return tuple(j.key for j in failures if (j.outcome.id, j.outcome.space, j.outcome.scope) not in explained)

    def patients(self) -> int:
        """Patients whose images are shown again: by pixels where that failed, else the most that a check counts."""
        counts = [x.details.get("patients_concerned") for x in self.results("memorization.duplicates")]
        counts = counts or [x.details.get("patients_concerned") for x in self.results("memorization.")]
        return max((int(count) for count in counts if count), default=0)

    def repetition(self) -> Repetition | None:
        """The three figures over all images, in the space where they are clearest, if they are strong evidence."""
        shares = {x.space: x.estimate for x in self._measured("memorization.close_fraction") if x.scope == ALL}
        found = []
        for x in self._measured("memorization.ratio"):
            figures = x.estimate, shares.get(x.space), x.details.get("synthetic_spacing")
            if x.scope == ALL and None not in figures:
                found.append(Repetition(*(float(figure) for figure in figures if figure is not None)))
        return min((x for x in found if x.strong), key=lambda x: x.ratio, default=None)

    def _measured(self, *ids: str) -> Iterator[CheckResult]:
        outcomes = (j.outcome for j in self.judged)
        return (x for x in outcomes if isinstance(x, CheckResult) and x.id.startswith(ids))

    def _failures(self, ids: Sequence[str]) -> Iterator[Judged]:
        return (j for j in self.judged if j.status == "fail" and j.outcome.id.startswith(tuple(ids)))
