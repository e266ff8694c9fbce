"""Features that the real images cannot reproduce are marked beside their distances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gan_audit.checks import marginals
from gan_audit.checks.base import CheckSettings
from gan_audit.checks.reproducibility import COLUMNS, LEAST


def rows_of(data):
    found = {result.id: result for result in marginals.run(data, CheckSettings())}["marginals.ks"]
    table = found.details["tables"][0]
    assert table["columns"][-2:] == list(COLUMNS)
    return {row[0]: row[-2:] for row in table["rows"]}, found.details


def test_a_low_concordance_is_marked_and_a_missing_one_is_said(compare):
    rng = np.random.default_rng(0)
    data = compare(rng.normal(size=(60, 3)), rng.normal(size=(60, 3)), names=("a", "b", "c"))
    rows, details = rows_of(replace(data, repeatability={"a": LEAST, "b": LEAST - 0.01, "c": None}))
    assert rows == {"a": [0.75, "yes"], "b": [0.74, "no: region"], "c": [None, "yes between real halves"]}
    assert details["irreproducible_features"] == ["b"]


def test_a_feature_that_belongs_to_few_patients_is_not_reproduced_by_real_halves(compare):
    rng = np.random.default_rng(0)
    groups = [f"p{i // 20}" for i in range(160)]
    values = rng.normal(size=(160, 2))
    values[:, 1] += 30 * rng.normal(size=8).repeat(20)
    data = compare(values, rng.normal(size=(160, 2)), groups=(groups, None), names=("free", "patients"))
    rows, _ = rows_of(replace(data, repeatability=dict.fromkeys(("free", "patients"), 0.9)))
    assert [row[1] for row in (rows["free"], rows["patients"])] == ["yes", "no: real halves"]
    low, _ = rows_of(replace(data, repeatability=dict.fromkeys(("free", "patients"), 0.1)))
    assert low["patients"][1] == "no: region, real halves"


def test_independent_images_are_rarely_marked(compare):
    rng = np.random.default_rng(1)
    _, details = rows_of(compare(rng.normal(size=(80, 200)), rng.normal(size=(80, 200))))
    assert len(details["irreproducible_features"]) <= 2
