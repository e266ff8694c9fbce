"""Which features the real images themselves cannot reproduce: where those fail, little has failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gan_audit.checks.base import CheckSettings, Comparison
from gan_audit.stats.resampling import draw_splits
from gan_audit.stats.univariate import SortedPool, distances
from gan_audit.types import FloatArray, check_key

LEAST = 0.75
"""Concordance below which a feature does not survive a region drawn one pixel narrower or wider (0.75 to 0.9 is called
good in the literature of test and retest; Koo and Li 2016)."""
SPLITS = 10
CRITICAL = 1.63
"""Of Kolmogorov-Smirnov: D exceeds 1.63 sqrt(2 / m) in 1 % of pairs of samples of m independent images."""
COLUMNS = ("concordance", "reproducible")
WORDS = {
    (True, True): "yes",
    (False, True): "no: region",
    (True, False): "no: real halves",
    (False, False): "no: region, real halves",
    (None, True): "yes between real halves",
    (None, False): "no: real halves",
}
"""By whether a region one pixel off, and another half of the real images, reproduce the feature; None: not measured."""
EXPLAINED = (
    f"reproducible: `no: region` where the concordance (Lin 1989) between the region of interest and one drawn a pixel "
    f"narrower or wider is below {LEAST} over a sample of the real images; `no: real halves` where two halves of the "
    "real images, by patient, differ as independent samples do once in a hundred times"
)


@dataclass(frozen=True)
class Marks:
    """Two more columns of a table of features, and what they say in all."""

    cells: list[tuple[float | None, str]]
    """(d,) concordance, and the word."""
    summary: Mapping[str, Any]


def marks(data: Comparison, settings: CheckSettings, pool: SortedPool) -> Marks:
    """One mark a feature, in the order of the comparison; pool: its rows, the real ones first."""
    stable = _between_halves(data, settings, pool)
    scores = [data.repeatability.get(name) for name in data.names]
    cells = [
        (score, WORDS[None if score is None else score >= LEAST, bool(steady)])
        for score, steady in zip(scores, stable, strict=True)
    ]
    irreproducible = [name for name, (_, word) in zip(data.names, cells, strict=True) if word.startswith("no")]
    return Marks(cells, {"irreproducible_features": irreproducible, "reproducible_method": EXPLAINED})


def _between_halves(data: Comparison, settings: CheckSettings, pool: SortedPool) -> FloatArray:
    """(d,) whether the mean distance between halves of the real images is one that independent images show."""
    rng = settings.rng(check_key("halves", data.space, data.scope))
    splits = draw_splits(data.real.groups, data.real.groups, rng, count=SPLITS)
    found = np.mean([distances(pool, split.first, split.second).ks for split in splits], axis=0)
    size = np.mean([len(split.first) for split in splits])
    return np.asarray(found <= CRITICAL * np.sqrt(2 / size))
