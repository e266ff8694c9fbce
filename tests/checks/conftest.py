"""Feature tables made from arrays, as the checks see them."""

from __future__ import annotations

import numpy as np
import pytest

from gan_audit.checks.prepare import prepare
from gan_audit.types import FeatureTable, Sample, Space


def table(values, role, *, labels=None, groups=None, digests=None, names=None, uses=("fidelity",), standardize=False):
    values = np.asarray(values, float)
    n = len(values)
    labels = [None] * n if labels is None else labels
    groups = [None] * n if groups is None else groups
    digests = [values[i].tobytes().hex()[-40:] + f"{i:04d}" for i in range(n)] if digests is None else digests
    samples = tuple(
        Sample(f"{role}{i}", role, f"{role[0].upper()}-{i}", digests[i], labels[i], groups[i], (64, 64), 1, 8, 0, 255)
        for i in range(n)
    )
    names = tuple(names or (f"f{i}" for i in range(values.shape[1])))
    space = Space("toy", values.shape[1], "test", 1, {}, None, frozenset(uses), standardize)
    return FeatureTable(space, role, values, names, samples)


@pytest.fixture
def compare():
    """compare(real, synthetic, real_labels=..., ...) -> Comparison."""

    def build(real, synthetic, *, labels=(None, None), groups=(None, None), names=None, uses=("fidelity",), **more):
        return prepare(
            table(real, "real", labels=labels[0], groups=groups[0], names=names, uses=uses, **more),
            table(synthetic, "synthetic", labels=labels[1], groups=groups[1], names=names, uses=uses, **more),
        )

    return build
