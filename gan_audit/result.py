"""What an audit gives back, and how it is written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gan_audit.judgement.types import Finding, Judged, Verdict
from gan_audit.types import CheckResult, ImageSet, Pair, Role, Sample


@dataclass(frozen=True)
class AuditResult:
    """A finished audit."""

    document: Mapping[str, Any] = field(repr=False)
    """The content of `audit.json`."""
    checks: tuple[Judged, ...] = field(repr=False)
    findings: tuple[Finding, ...]
    verdict: Verdict
    sets: Mapping[Role, ImageSet] = field(repr=False)
    """The audited images. Private."""

    def write(
        self,
        out: str | Path,
        *,
        evidence: bool = False,
        overwrite: bool = False,
        restricted: bool = True,
        keep: Path | None = None,
    ) -> None:
        """Writes the output folder in one step: nothing is left behind where it fails.

        evidence: also the gallery of nearest pairs, which shows patients. restricted: whether the gallery is marked
        so; False only for images that are nobody's. keep: a folder of features to move to `private/features`.
        Raises UsageError where `out` holds something else or cannot be written.
        """
        from gan_audit.report.folder import write_folder
        from gan_audit.report.gallery import gallery
        from gan_audit.report.pair_pictures import render_evidence

        pairs = list(self.pairs())
        shown = render_evidence(gallery(pairs, self.sets), restricted=restricted) if evidence else None
        write_folder(
            Path(out),
            dict(self.document),
            ids=[("pseudonym", "set", "file", "label", "name"), *self._ids()],
            nearest=[NEAREST, *self._nearest(pairs)],
            marks=[MARKS, *self._marks()],
            evidence_html=shown,
            keep=keep,
            overwrite=overwrite,
            secrets=self._secrets(),
        )

    def pairs(self) -> Iterator[Pair]:
        """Every synthetic image with its nearest real one in each space, verified copies first."""
        for judged in self.checks:
            if isinstance(judged.outcome, CheckResult):
                yield from judged.outcome.pairs

    def _marks(self) -> Iterator[tuple[str, ...]]:
        named = {sample.id: sample.pseudonym for sample in self.sets["synthetic"].samples}
        for judged in self.checks:
            for mark in judged.outcome.marks if isinstance(judged.outcome, CheckResult) else ():
                yield mark.reason, mark.space, named[mark.synthetic], repr(mark.value), repr(mark.limit)

    def _samples(self) -> Iterator[Sample]:
        for images in self.sets.values():
            yield from images.samples

    def _ids(self) -> Iterator[tuple[str, ...]]:
        for role, images in self.sets.items():
            named = [(item.pseudonym, item.id, item.label or "") for item in images.samples]
            named += [(item.pseudonym, item.id, "") for item in images.rejected]
            yield from ((pseudonym, role, images.paths.get(id, id), label, id) for pseudonym, id, label in named)

    def _secrets(self) -> set[str]:
        names = {sample.id for sample in self._samples()} | {s.group for s in self._samples() if s.group}
        names |= {rejected.id for images in self.sets.values() for rejected in images.rejected}
        paths = [Path(path) for images in self.sets.values() for path in images.paths.values()]
        return names | {str(path) for path in paths} | {str(path.parent) for path in paths}

    def _nearest(self, pairs: Iterable[Pair]) -> Iterator[tuple[str, ...]]:
        named = {(sample.role, sample.id): sample for sample in self._samples()}
        for pair in pairs:
            synthetic, real = named["synthetic", pair.synthetic], named["real", pair.real]
            names = (synthetic.pseudonym, real.pseudonym, synthetic.id, real.id)
            unseen = named.get(("holdout", pair.holdout))
            yield (
                pair.space,
                *names,
                repr(pair.distance),
                repr(pair.percentile),
                pair.transformation,
                str(pair.rank or ""),
                *(("" if x is None else repr(x)) for x in (pair.score, pair.holdout_distance)),
                unseen.pseudonym if unseen else "",
                unseen.id if unseen else "",
            )


NEAREST = (
    "space", "synthetic", "real", "synthetic_file", "real_file", "distance", "percentile", "transformation",
    "rank", "false_discovery_rate", "holdout_distance", "holdout", "holdout_file",
)  # fmt: skip
MARKS = ("reason", "space", "synthetic", "value", "limit")
