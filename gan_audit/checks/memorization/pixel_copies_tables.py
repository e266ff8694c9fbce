"""What the report and the private files show of copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from gan_audit.checks.base import Comparison, Twins
from gan_audit.checks.memorization.copy_decision import FALSE, Detector
from gan_audit.checks.memorization.found_copies import Copies
from gan_audit.checks.memorization.identity import image_of
from gan_audit.checks.memorization.whole_image_matches import ALTERED
from gan_audit.imaging.proof import residual
from gan_audit.types import Pair

SHOWN = 10
"""Pairs of real images, for each way of resembling, that are listed."""
WORST = 25
"""Copies of each kind in the tables."""


def details(data: Comparison, found: Copies, patients: Sequence[int]) -> dict[str, Any]:
    """Counts and tables."""
    search, twins = found.search, data.twins or Twins()
    concerned = np.unique(data.real.groups[np.concatenate(found.rows())])
    tables = [_kinds(found), _identical(data, found), _closest(data, found), _planted(found, len(data.synthetic))]
    tables += [_twins(data, twins), _among(data, found.detectors)]
    return {
        "copies": int(found.flagged.sum()),
        "identical": int(search.identical.sum()),
        "altered": int(found.altered.flagged.sum()) if found.altered else None,
        "parts": sum(int(detector.flagged.sum()) for detector in found.parts) if found.parts else None,
        "grids_looked_at_for_parts": len(found.parts),
        "patients_concerned": len(concerned),
        "patients": dict(zip(("identical", "altered", "parts"), patients, strict=False)),
        "not_identifiable": int(search.unidentifiable.sum()),
        "real_twins": len(twins.pairs),
        "real_twins_joined": twins.joined,
        "false_discovery_rate": FALSE,
        "interval_method": "identical images are counted; of the others, what exceeds what chance matches among real "
        "patients predict",
        "reference_method": "share of real images that are one picture under two names",
        "tables": [table for table in tables if table["rows"]],
    }


def pairs(data: Comparison, found: Copies) -> tuple[Pair, ...]:
    """Every image accused with its source, identical ones first."""
    named = [*_identical_rows(found), *((i, detector) for detector, i in ranked(found.detectors))]
    shares = {id(detector): detector.shares() for detector in found.detectors}
    return tuple(
        _pair(data, found, i, detector, rank, float(shares[id(detector)][i]) if detector else 0.0)
        for rank, (i, detector) in enumerate(named, 1)
    )


def _pair(data: Comparison, found: Copies, i: int, detector: Detector | None, rank: int, share: float) -> Pair:
    proof = found.search.proofs[i]
    if detector is None and proof is not None:
        row, far, how, score = int(found.search.row[i]), proof.unexplained, found.words[i], None
    else:
        assert detector is not None
        row, far, how = int(detector.across.row[i]), float(detector.across.difference[i]), detector.across.how[i]
        score = float(detector.score[i])
    return Pair(data.space, data.synthetic.ids[i], data.real.ids[row], far, share, how, rank=rank, score=score)


def _identical_rows(found: Copies) -> list[tuple[int, None]]:
    rows = ((int(i), found.search.proofs[i]) for i in np.flatnonzero(found.search.identical))
    return [(i, None) for _, i in sorted((proof.unexplained, i) for i, proof in rows if proof)]


def ranked(detectors: Sequence[Detector]) -> list[tuple[Detector, int]]:
    """Every image accused by a way, the surest first, whole images before parts where two are equally sure."""
    found = ((detector, int(i)) for detector in detectors for i in np.flatnonzero(detector.flagged))
    return sorted(found, key=lambda item: (item[0].score[item[1]], item[0].across.difference[item[1]], item[1]))


def _kinds(found: Copies) -> dict[str, Any]:
    told = [_kind(found.words[i]) for i, _ in _identical_rows(found)]
    told += [
        ALTERED if detector is found.altered else detector.across.how[i] for detector, i in ranked(found.detectors)
    ]
    rows = [[kind, count] for kind, count in sorted(Counter(told).items(), key=lambda item: (-item[1], item[0]))]
    return {"title": "Copies by how the real image was altered", "columns": ["alteration", "images"], "rows": rows}


def _kind(words: str) -> str:
    """Without how much of it: one row for all small turns, one for all noise."""
    plain = {"turned": "turned", "enlarged": "resized", "reduced": "resized", "noise": "noisy"}
    return ", ".join(plain.get(word.split(" ")[0], word) for word in words.split(", "))


def _identical(data: Comparison, found: Copies) -> dict[str, Any]:
    rows = []
    for i, _ in _identical_rows(found)[:WORST]:
        proof, row = found.search.proofs[i], int(found.search.row[i])
        assert proof is not None
        images = image_of(data.synthetic, i, data.grid), image_of(data.real, row, data.grid)
        left = residual(*images, int(found.search.orientation[i]), proof.windows)
        names = data.synthetic.pseudonyms[i], data.real.pseudonyms[row]
        rows.append([*names, left, 100 * proof.unexplained, found.words[i]])
    columns = ["synthetic image", "real image", "residual, stored units", "detail unexplained, %", "alteration"]
    return {"title": "Identical images", "columns": columns, "rows": rows}


def _closest(data: Comparison, found: Copies) -> dict[str, Any]:
    rows = [
        [
            data.synthetic.pseudonyms[i],
            data.real.pseudonyms[detector.across.row[i]],
            float(detector.across.difference[i]),
            float(detector.score[i]),
            detector.across.how[i],
        ]
        for detector, i in ranked(found.detectors)[:WORST]
    ]
    columns = ["synthetic image", "real image", "difference", "false-discovery rate", "alteration"]
    return {"title": "Altered copies and parts", "columns": columns, "rows": rows}


def _planted(found: Copies, n: int) -> dict[str, Any]:
    rows = [[x.kind, x.found, x.planted, x.enough] for x in found.planted]
    columns = ["copies planted on purpose", "found", "planted", "copies of which one is found with 95 % probability"]
    return {"title": f"What this audit of {n} images could have missed", "columns": columns, "rows": rows}


def _twins(data: Comparison, twins: Twins) -> dict[str, Any]:
    names = dict(zip(data.real.ids, data.real.pseudonyms, strict=True))
    rows = [[names[one], names[other]] for one, other in twins.pairs[:WORST] if one in names and other in names]
    title = "Real images that are the same picture under two names"
    return {"title": title, "columns": ["real image", "other real image"], "rows": rows}


def _among(data: Comparison, detectors: Sequence[Detector]) -> dict[str, Any]:
    """A patient who stands in the set under two names is seen here."""
    names, rows = data.real.pseudonyms, []
    for detector in detectors:
        for pair in detector.closest_real(SHOWN):
            known = detector.among
            rows.append([*(names[i] for i in pair), float(known.difference[pair[0]]), known.how[pair[0]]])
    title = "Real images of different patients that match most closely"
    return {"title": title, "columns": ["real image", "other real image", "difference", "alteration"], "rows": rows}
