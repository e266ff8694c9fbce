"""Identity: which images show a real one again, to within what storage, resampling or noise explains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gan_audit.checks.base import ImageRows, Twins
from gan_audit.errors import GanAuditError, InputError
from gan_audit.imaging.matching import FINELY, Matches, matches, window
from gan_audit.imaging.pictures import Pictures
from gan_audit.imaging.proof import Proof, prove
from gan_audit.imaging.screening import detail, promising
from gan_audit.types import BoolArray, FloatArray, Image, IntArray

ROUNDS = 5
"""Times that pictures under two names are looked for, those found before being one group."""


@dataclass(frozen=True)
class IdentitySearch:
    """Every query laid on its likeliest sources, and proved where that was promising."""

    found: Matches
    left: FloatArray
    """(m, FINELY) share of the detail that the best and the next match leave unexplained on small grids, [0, 1]."""
    telling: IntArray
    """(m,) blocks, of 64, of the query that show more than storage leaves uncertain, where the match covers it."""
    proofs: tuple[Proof | None, ...]
    """(m,) None where no match was promising."""
    row: IntArray
    """(m,) the real image that the proof, or else the best match, names; −1 where there is none."""
    orientation: IntArray
    """(m,)"""

    @property
    def identical(self) -> BoolArray:
        """(m,) which queries show a real image again."""
        return np.array([x is not None and x.same and x.identifiable for x in self.proofs], bool)

    @property
    def unidentifiable(self) -> BoolArray:
        """(m,) which queries equal a real image and show too little for that to mean anything."""
        return np.array([x is not None and x.same and not x.identifiable for x in self.proofs], bool)


def search_identical(queries: ImageRows, real: ImageRows, grid: tuple[int, ...], *, apart: bool) -> IdentitySearch:
    """Each query among the real images; apart: images of its own group are left out."""
    pictures = _pictures(queries, grid), _pictures(real, grid)
    found = matches(*pictures, (queries.groups, real.groups) if apart else None)
    seen = [detail(*pictures, found, place) for place in range(min(FINELY, found.row.shape[1]))]
    share = np.stack([x.unexplained for x in seen], axis=1)
    proofs: list[Proof | None] = [None] * len(queries)
    place = np.zeros(len(queries), np.int64)
    worth = promising(*pictures, found, share)
    refuted: set[frozenset[str]] = set()
    for i in np.flatnonzero(worth.any(axis=1)):
        pairs = [frozenset((queries.ids[i], real.ids[row])) for row in found.row[i, : share.shape[1]]]
        new = [x for x in map(int, np.flatnonzero(worth[i])) if not apart or pairs[x] not in refuted]
        if new:
            proofs[i], place[i] = proof, _ = _proved(queries, real, grid, found, int(i), new)
            refuted.update(pairs[x] for x in new if not proof.same)
    every = np.arange(len(queries))
    return IdentitySearch(found, share, seen[0].identifying, tuple(proofs), found.row[every, place],
                  found.orientation[every, place])  # fmt: skip


def twins(real: ImageRows, grid: tuple[int, ...], *, joined: bool) -> Twins:
    """Real images of different groups that are the same picture, however many names it has."""
    pairs: list[tuple[str, str]] = []
    first = None
    groups, rows = real.groups.copy(), np.arange(len(real))
    for _ in range(ROUNDS):
        seen = search_identical(real.take(rows).regrouped(groups[rows]), real.regrouped(groups), grid, apart=True)
        first = first or seen
        new = [(int(rows[i]), int(seen.row[i])) for i in np.flatnonzero(seen.identical)]
        if not new:
            break
        pairs += [(real.ids[i], real.ids[j]) for i, j in new]
        for i, j in new:
            groups[groups == groups[i]] = groups[j]
        rows = np.flatnonzero(np.isin(groups, groups[[i for i, _ in new]]))
    distinct = {(min(pair), max(pair)) for pair in pairs}
    return Twins(tuple(sorted(distinct)), joined, None if pairs and joined else first)


def _pictures(side: ImageRows, grid: tuple[int, ...]) -> Pictures:
    return Pictures.of(side.values.reshape(len(side), *grid), levels(side), side.widths)


def levels(side: ImageRows) -> FloatArray:
    """(n,) stored units that count as one grey level of 255."""
    if side.levels is not None:
        return side.levels
    spread = np.subtract(*np.quantile(side.values, [0.995, 0.005], axis=1)) / 255
    return np.asarray(np.maximum(spread, 1e-12))


def image_of(side: ImageRows, row: int, grid: tuple[int, ...]) -> Image:
    """The image in its own pixels, or its thumbnail in grey levels of 255 where nothing reads it."""
    if side.read is not None:
        return _decoded(side.read, side.ids[row])
    return Image(side.values[row].reshape(grid) / levels(side)[row], bit_depth=8)


def _decoded(read: Callable[[str], Image], id: str) -> Image:
    try:
        return read(id)
    except GanAuditError:
        raise
    except Exception as error:
        raise InputError(
            f"Expected to read {id} again as at the start of the audit, got {type(error).__name__}: {error}. Leave the "
            "folder alone while the audit runs."
        ) from error


def _proved(
    queries: ImageRows, real: ImageRows, grid: tuple[int, ...], found: Matches, query: int, places: Sequence[int]
) -> tuple[Proof, int]:
    """The best proof over the matches in these places, and the place of its match."""
    image, tried = image_of(queries, query, grid), []
    for place in places:
        source = image_of(real, int(found.row[query, place]), grid)
        proof = prove(image, source, int(found.orientation[query, place]), window(found, query, int(place)))
        if proof.same:
            return proof, int(place)
        tried.append((proof.unexplained, int(place), proof))
    _, best, proof = min(tried, key=lambda x: x[:2])
    return proof, best
