"""Synthetic images that are pixel-level copies of a real one, also mirrored, turned, shifted, rescaled or noisy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from gan_audit.checks.base import Check, Comparison, Method, Settings, Side
from gan_audit.checks.matched import MORE
from gan_audit.stats.neighbours import nearest
from gan_audit.stats.registration import ORIENTATIONS, best_correlation, describe, orient, shrink
from gan_audit.types import BoolArray, CheckResult, Estimate, FloatArray, IntArray, Interval, Outcome, Pair

ID = "memorization.duplicates"
FACTOR = 4
"""Cells of the thumbnail to a cell of the coarse one in which candidates are sought."""
CANDIDATES = 6
"""Nearest real images, over all orientations, that are compared cell by cell."""
REACH = 1 / 16
"""Largest shift looked for, as a share of the image's side."""
RARE = 4.0
"""Robust standard deviations (of the logarithm) below the median of real images' best matches: a copy's score."""


@dataclass(frozen=True)
class Matches:
    """The best match of each image of one set among the real images."""

    row: IntArray
    """(m,) row of the real image."""
    difference: FloatArray
    """(m,) 1 − correlation after alignment, [0, 2]."""
    how: tuple[str, ...]
    """(m,) the alignment in words."""


def run(data: Comparison, settings: Settings) -> Iterator[Outcome]:
    """Counts the copies beyond what real images of different patients show among themselves."""
    if reason := data.too_small():
        yield replace(data.skip(ID, f"There are {reason}.", MORE), space=None)
        return
    among = best_matches(data.real, data.real, data.grid, apart=True)
    across = best_matches(data.synthetic, data.real, data.grid, apart=False)
    limit = _limit(among.difference)
    copies, twins = across.difference < limit, among.difference < limit
    share, chance = float(copies.mean()), float(twins.mean())
    pairs = len({frozenset((int(i), int(among.row[i]))) for i in np.flatnonzero(twins)})
    excess = _excess(int(copies.sum()), len(data.synthetic), pairs, len(data.real), settings.level)
    patients = len(np.unique(data.real.groups[across.row[copies]]))
    yield CheckResult(
        id=ID,
        estimate=share,
        ci=excess,
        reference=Estimate(chance, None, "real images with such a match of another patient"),
        unit="share",
        n_real=len(data.real),
        n_synthetic=len(data.synthetic),
        message=f"{int(copies.sum())} of {len(data.synthetic)} synthetic images match a real image pixel by pixel; "
        f"patients affected: {patients}. Of {len(data.real)} real images, {int(twins.sum())} match another patient's.",
        details={
            "correlation_limit": 1.0 - limit,
            "copies": int(copies.sum()),
            "patients_concerned": patients,
            "interval_method": "copies beyond those that chance matches among real patients predict for this set",
            "reference_method": "share of real images that match an image of another patient as closely",
            "tables": [_kinds(across, copies), _worst(data, across, copies)],
        },
        pairs=_pairs(data, across, among, copies),
    )


def best_matches(queries: Side, real: Side, grid: tuple[int, ...], *, apart: bool) -> Matches:
    """Each query's best match among the real images, candidates from coarse thumbnails in all eight orientations.

    apart: images of the query's own group do not count (the queries are then the real images themselves).
    """
    fine, base = (side.points.reshape(len(side), *grid) for side in (queries, real))
    own, theirs = (queries.groups, real.groups) if apart else (None, None)
    coarse = shrink(base, FACTOR)
    turns = [shrink(orient(fine, o), FACTOR) for o in range(len(ORIENTATIONS))]
    found = [nearest(turn, coarse, CANDIDATES, query_groups=own, base_groups=theirs) for turn in turns]
    distance = np.concatenate([x.distance for x in found], axis=1)
    index = np.concatenate([x.index for x in found], axis=1)
    turned = np.repeat(np.arange(len(ORIENTATIONS)), found[0].distance.shape[1])
    best = Matches(np.zeros(len(fine), np.int64), np.full(len(fine), 2.0), ())
    how = [""] * len(fine)
    for column in np.argsort(distance, axis=1, kind="stable")[:, :CANDIDATES].T:
        _improve(best, how, fine, base, index[np.arange(len(fine)), column], turned[column])
    return Matches(best.row, best.difference, tuple(how))


def _improve(
    best: Matches, how: list[str], fine: FloatArray, base: FloatArray, row: IntArray, turned: IntArray
) -> None:
    """Compares every query with one candidate each, and keeps what is better than before."""
    reach = max(1, round(fine.shape[-1] * REACH))
    for orientation in np.unique(turned):
        for block in _blocks(np.flatnonzero((turned == orientation) & (row >= 0))):
            score, shift = best_correlation(orient(fine[block], int(orientation)), base[row[block]], reach)
            better = 1.0 - score < best.difference[block]
            kept = block[better]
            best.difference[kept], best.row[kept] = 1.0 - score[better], row[kept]
            for i, moved in zip(kept, shift[better], strict=True):
                how[i] = describe(int(orientation), moved)


def _blocks(rows: IntArray, size: int = 512) -> list[IntArray]:
    return [rows[i : i + size] for i in range(0, len(rows), size)]


def _limit(differences: FloatArray) -> float:
    """Difference below which a match is rarer than `RARE` robust deviations among different patients."""
    logs = np.log(np.maximum(differences, 1e-12))
    centre = np.median(logs)
    width = 1.4826 * np.median(np.abs(logs - centre))
    return float(np.exp(centre - RARE * width))


def _excess(copies: int, n: int, pairs: int, n_real: int, level: float) -> Interval:
    """Share of this set that is copied beyond chance: the count less what chance may have brought.

    Where images match by chance, a set of n has 2 n / n_real times as many images that match a real one as there are
    matching `pairs` among n_real real ones; the count is then negative binomial (Jeffreys prior). A set without a
    match has the interval [0, 0]: every synthetic image was compared with every real one.
    """
    chance = stats.nbinom(pairs + 0.5, n_real / (n_real + 2 * n))
    low, high = chance.ppf([0.5 * (1 - level), 0.5 * (1 + level)])
    return (max(0.0, copies - float(high)) / n, max(0.0, copies - float(low)) / n)


def _kinds(across: Matches, copies: BoolArray) -> dict[str, object]:
    counts = Counter(across.how[i] for i in np.flatnonzero(copies))
    rows = [[kind, count] for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    return {"title": "Copies by how the real image was altered", "columns": ["alteration", "images"], "rows": rows}


def _worst(data: Comparison, across: Matches, copies: BoolArray) -> dict[str, object]:
    order = [i for i in np.argsort(across.difference, kind="stable") if copies[i]][:25]
    rows = [
        [
            data.synthetic.pseudonyms[i],
            data.real.pseudonyms[across.row[i]],
            float(1.0 - across.difference[i]),
            across.how[i],
        ]
        for i in order
    ]
    columns = ["synthetic image", "real image", "correlation", "alteration"]
    return {"title": "Closest copies", "columns": columns, "rows": rows}


def _pairs(data: Comparison, across: Matches, among: Matches, copies: BoolArray) -> tuple[Pair, ...]:
    ordered = np.sort(among.difference)
    shares = np.searchsorted(ordered, across.difference, side="left") / len(ordered)
    order = [i for i in np.argsort(across.difference, kind="stable") if copies[i]]
    return tuple(
        Pair(
            data.space,
            data.synthetic.ids[i],
            data.real.ids[across.row[i]],
            float(across.difference[i]),
            float(shares[i]),
            across.how[i],
        )
        for i in order
    )


CHECK = Check(
    methods={
        ID: Method(
            title="Pixel-level copies",
            family="memorization",
            question="Are there synthetic images that show a real patient's image again?",
            means="Each image counted matches a real one, cell by cell after turning, mirroring and shifting, more "
            "closely than images of different patients ever do in these data, extremes aside.",
            does_not_mean="None found is no proof that nobody can be recognized: crops, local copies and redrawn "
            "images escape a comparison of whole images.",
            computed="Candidates from coarse thumbnails in eight orientations; normalized cross-correlation on a fine "
            "thumbnail after the best shift; a copy is a match four robust deviations closer than the median best "
            "match between real patients. The interval removes what chance matches among real patients predict.",
            reference="Lewis 1995, Fast Normalized Cross-Correlation; limit calibrated on the real data",
        )
    },
    run=run,
    use="duplicates",
    per_class=False,
)
