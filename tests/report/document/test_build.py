"""What goes into audit.json: plain values, no NaN, no name."""

import json

import numpy as np

from gan_audit.judgement.types import Judged, Threshold
from gan_audit.report.document.build import checks_document, inputs_document, plain
from gan_audit.types import CheckResult, ImageSet, Rejected, Sample, Skipped


def test_plain_values_survive_json_and_what_is_not_finite_becomes_null():
    value = {"a": np.float64(1.5), "b": [np.nan, np.inf, np.int64(3)], "c": np.array([[1.0, np.nan]]), 5: (True, None)}
    value["d"] = frozenset({"y", "x"})
    expected = {"a": 1.5, "b": [None, None, 3], "c": [[1.0, None]], "5": [True, None], "d": ["x", "y"]}
    assert json.loads(json.dumps(plain(value), allow_nan=False)) == expected


def test_a_measured_and_a_skipped_check_have_the_same_keys():
    measured = CheckResult("frechet", float("nan"), (0.0, np.inf), "u", "m", 3, 4, "radiomics")
    rows = checks_document(
        [
            Judged(measured, "fail", "error", True, Threshold("<=", 1.0)),
            Judged(Skipped("recall", "why", "how"), "skipped", "info", False),
        ]
    )
    assert set(rows[0]) == set(rows[1])
    assert (rows[0]["estimate"], rows[0]["ci"], rows[0]["threshold"]) == (None, [0.0, None], {"op": "<=", "value": 1.0})
    assert (rows[1]["message"], rows[1]["remedy"], rows[1]["estimate"]) == ("why", "how", None)


def test_inputs_are_counted_without_a_name():
    shapes = [(8, 8)] * 3 + [(4, 4)]
    samples = tuple(
        Sample(f"name{i}.png", "real", f"R-{i}", str(i // 2), "ab"[i % 2], f"patient{i // 2}", shape, 1, 8, 0, 1)
        for i, shape in enumerate(shapes)
    )
    found = inputs_document(
        {"real": ImageSet("real", samples, (Rejected("x.png", "R-x", "Empty."),), "d", lambda s: s)}
    )
    real = found["real"]
    assert (real["n_images"], real["n_groups"], real["classes"]) == (4, 2, {"a": 2, "b": 2})
    assert real["class_groups"] == {"a": 2, "b": 2}
    assert real["shapes"] == "8 x 8 (3 images); 4 x 4 (1 images)"
    assert real["exact_duplicates"] == 2
    assert real["rejected"] == [{"id": "R-x", "reason": "Empty."}]
    assert "name" not in json.dumps(found)
    assert "patient" not in json.dumps(found).replace('"n_groups"', "")
