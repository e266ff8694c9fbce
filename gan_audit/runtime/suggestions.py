"""The known word that a misspelt one probably stands for."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str], least: float = 0.5) -> str | None:
    """The known word most like `word`, case aside; None where none is.

    least: similarity from which on a word counts, [0, 1], the ratio of `difflib.SequenceMatcher`.
    """
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    found = get_close_matches(word.lower(), list(by_lower), n=1, cutoff=least)
    return by_lower[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence to end an error with, a space before it; nothing where no known word is like `word`."""
    near = nearest(word, known)
    return f" Did you mean {near}?" if near else ""
