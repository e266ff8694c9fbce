"""Synthetic images that copy a real one, also turned, cropped, inverted or noisy, or that hold a part of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy import stats

from gan_audit.checks.base import Check, Comparison, Method, Settings
from gan_audit.checks.copies import best_matches
from gan_audit.checks.matched import MORE
from gan_audit.checks.patches import best_parts
from gan_audit.checks.ways import FALSE, Way
from gan_audit.types import BoolArray, CheckResult, Estimate, Interval, Outcome, Pair

ID = "memorization.duplicates"
SHOWN = 10
"""Pairs of real images, for each way of being a copy, that are listed."""
SAME = 1e-4
"""Difference below which two real images are one image under two patients, whatever their group: not chance."""


def run(data: Comparison, settings: Settings) -> Iterator[Outcome]:
    """Accuses the copies, and counts them beyond what real images of different patients show among themselves."""
    if reason := data.too_small():
        yield replace(data.skip(ID, f"There are {reason}.", MORE), space=None)
        return
    ways = _ways(data, settings)
    copies, twins = (np.logical_or.reduce([getattr(way, name) for way in ways]) for name in ("accused", "twins"))
    patients = len(np.unique(np.concatenate([data.real.groups[way.across.row[way.accused]] for way in ways])))
    yield CheckResult(
        id=ID,
        estimate=float(copies.mean()),
        ci=_excess(int(copies.sum()), len(copies), sum(way.pairs() for way in ways), len(twins), settings.level),
        reference=Estimate(float(twins.mean()), None, "real images with such a match of another patient"),
        unit="share",
        n_real=len(data.real),
        n_synthetic=len(data.synthetic),
        message=_message(copies, twins, patients),
        details={"copies": int(copies.sum()), "patients_concerned": patients, **_details(data, ways)},
        pairs=_pairs(data, ways),
    )


def _message(copies: BoolArray, twins: BoolArray, patients: int) -> str:
    concerned = f", {patients} patient{'' if patients == 1 else 's'} being concerned" if patients else ""
    return (
        f"{int(copies.sum())} of {len(copies)} synthetic images match a real image pixel by pixel, wholly or in part"
        f"{concerned}; of {len(twins)} real images, {int(twins.sum())} match another patient's."
    )


def _details(data: Comparison, ways: Sequence[Way]) -> dict[str, object]:
    return {
        "parts": int(sum(way.accused.sum() for way in ways[1:])),
        "false_discovery_rate": FALSE,
        "interval_method": "copies beyond those that chance matches among real patients predict for this set",
        "reference_method": "share of real images that match an image of another patient as closely",
        "tables": [table for table in (_kinds(ways), _worst(data, ways), _among(data, ways)) if table["rows"]],
    }


def _ways(data: Comparison, settings: Settings) -> list[Way]:
    """Whole images, and what is no copy as a whole by its parts."""
    real, synthetic, grid, device = data.real, data.synthetic, data.grid, settings.device
    across = best_matches(synthetic, real, grid, apart=False, device=device)
    among = best_matches(real, real, grid, apart=True, device=device)
    chance = among.difference >= SAME
    ways = [Way.of(across, among, np.ones(len(synthetic), bool), chance)]
    parts = best_parts(synthetic, real, grid, apart=False, device=device)
    own_parts = best_parts(real, real, grid, apart=True, device=device)
    if parts and own_parts:
        ways.append(Way.of(parts, own_parts, ~ways[0].accused, chance))
    return ways


def _excess(copies: int, n: int, pairs: int, n_real: int, level: float) -> Interval:
    """Share of this set that is copied beyond chance: the count less what chance may have brought.

    Where images match by chance, a set of n has 2 n / n_real times as many images that match a real one as there are
    matching `pairs` among n_real real ones; the count is then negative binomial (Jeffreys prior). A set without a
    match has the interval [0, 0]: every synthetic image was compared with every real one.
    """
    chance = stats.nbinom(pairs + 0.5, n_real / (n_real + 2 * n))
    low, high = chance.ppf([0.5 * (1 - level), 0.5 * (1 + level)])
    return (max(0.0, copies - float(high)) / n, max(0.0, copies - float(low)) / n)


def _ranked(ways: Sequence[Way]) -> list[tuple[Way, int]]:
    """Every image accused, the surest first, whole copies before parts where two are equally sure."""
    found = ((way, int(i)) for way in ways for i in np.flatnonzero(way.accused))
    return sorted(found, key=lambda item: (item[0].score[item[1]], item[0].across.difference[item[1]], item[1]))


def _kinds(ways: Sequence[Way]) -> dict[str, object]:
    counts = Counter(way.across.how[i] for way, i in _ranked(ways))
    rows = [[kind, count] for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    return {"title": "Copies by how the real image was altered", "columns": ["alteration", "images"], "rows": rows}


def _worst(data: Comparison, ways: Sequence[Way]) -> dict[str, object]:
    rows = [
        [
            data.synthetic.pseudonyms[i],
            data.real.pseudonyms[way.across.row[i]],
            float(1.0 - way.across.difference[i]),
            float(way.score[i]),
            way.across.how[i],
        ]
        for way, i in _ranked(ways)[:25]
    ]
    columns = ["synthetic image", "real image", "correlation", "false-discovery rate", "alteration"]
    return {"title": "Closest copies", "columns": columns, "rows": rows}


def _among(data: Comparison, ways: Sequence[Way]) -> dict[str, object]:
    """A patient who stands in the set under two names is seen here, and dulls the check until the two share a group."""
    names, rows = data.real.pseudonyms, []
    for way in ways:
        for pair in way.closest_real(SHOWN):
            known = way.among
            rows.append([*(names[i] for i in pair), float(1.0 - known.difference[pair[0]]), known.how[pair[0]]])
    title = "Real images of different patients that match most closely"
    return {"title": title, "columns": ["real image", "other real image", "correlation", "alteration"], "rows": rows}


def _pairs(data: Comparison, ways: Sequence[Way]) -> tuple[Pair, ...]:
    shares = {id(way): way.shares(np.arange(len(data.synthetic))) for way in ways}
    return tuple(
        Pair(
            data.space,
            data.synthetic.ids[i],
            data.real.ids[way.across.row[i]],
            float(way.across.difference[i]),
            float(shares[id(way)][i]),
            way.across.how[i],
            rank=rank,
            score=float(way.score[i]),
        )
        for rank, (way, i) in enumerate(_ranked(ways), 1)
    )


CHECK = Check(
    methods={
        ID: Method(
            title="Pixel-level copies",
            family="memorization",
            question="Are there synthetic images that show a real patient's image again?",
            means="Each image counted matches a real one, as a whole or in a part, more closely than chance explains: "
            "of all images counted, one in twenty at most is expected to be none, going by how closely images of "
            "different patients match in these data.",
            does_not_mean="None found is no proof that nobody can be recognized: redrawn images, crops to less than "
            "four fifths of the side, and parts that are small, turned, enlarged or degraded escape. Where the real "
            "set holds near-identical images under different patients, copies no closer than these are not counted: "
            "look at the table of such pairs, and give what is one patient one group. "
            "Images that show next to nothing, a spot on black, are alike without being anybody's copy.",
            computed="Candidates from coarse thumbnails in eight orientations, as negatives and through shifted and "
            "narrower windows; window and grey levels fitted cell by cell, then the correlation of images and of their "
            "layout, against the next patient's. Parts: windows of a fifth of the side about blobs, at any place, "
            "fitted to less than a cell. P-values from the tail of the best matches among real patients, adjusted to a "
            "false-discovery rate of 5 %. The interval removes what chance matches among real patients predict.",
            reference="Lewis 1995, Fast Normalized Cross-Correlation; Lucas and Kanade 1981; Lowe 2004; Levina and "
            "Bickel 2004, eq. 6; Hill 1975; Benjamini and Hochberg 1995; calibrated on the real data",
            revision=3,
        )
    },
    run=run,
    use="duplicates",
    per_class=False,
)
