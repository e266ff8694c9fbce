"""Diagnoses from judged checks: each from its own evidence, none without."""

import pytest

from gan_audit.findings import diagnose
from gan_audit.types import CheckResult, Judged


def judged(id, status="fail", scope="all", n_synthetic=10, p=None, **details):
    result = CheckResult(id, 0.0, (0, 0), "u", "m", 10, n_synthetic, "radiomics", scope, p_value=p, details=details)
    return Judged(result, status, "error", False)


LEVEL = {"families": {"intensity": 0.6, "texture": 0.2}}
TEXTURE = {"families": {"intensity": 0.2, "texture": 0.6}}
CASES = {
    "nothing failed": ([judged("frechet", "pass"), judged("recall", "inconclusive")], []),
    "copies": ([judged("memorization.close_fraction")], ["memorization"]),
    "collapse": ([judged("recall"), judged("precision", "pass")], ["mode_collapse"]),
    "the same few images again": ([judged("diversity.spread"), judged("precision")], ["mode_collapse", "low_fidelity"]),
    "a mark is no texture": (
        [judged("shortcut.spatial", share_of_cells=0.01, place="top left"), judged("marginals.ks", **TEXTURE)],
        ["localised_artefact"],
    ),
    "another mix of classes is no texture": (
        [judged("coverage", "fail", "class:a", 0, 1e-6), judged("separability.c2st", **TEXTURE)],
        ["missing_class"],
    ),
    "darker, and texture hardly less clear": (
        [judged("separability.c2st", families={"intensity": 0.99, "texture": 0.97})],
        ["intensity_shift", "texture_shift"],
    ),
    "a space that passed tells what a failed one cannot": (
        [
            judged("separability.c2st", families={"intensity": None, "texture": None}),
            judged("separability.c2st", "pass", families={"intensity": None, "texture": 0.58}),
        ],
        ["texture_shift"],
    ),
    "poor images": ([judged("recall"), judged("precision"), judged("frechet")], ["low_fidelity"]),
    "absent class": ([judged("coverage", "fail", "class:a", 0, 1e-6)], ["missing_class"]),
    "a rare class not drawn": ([judged("coverage", "fail", "class:a", 0, 0.3)], []),
    "darker": ([judged("marginals.ks", **LEVEL)], ["intensity_shift"]),
    "blurred": ([judged("marginals.ks", **TEXTURE)], ["texture_shift"]),
    "blurred in one class": ([judged("marginals.ks", scope="class:a", **TEXTURE)], ["texture_shift"]),
    "swapped labels": (
        [judged("labels.agreement"), judged("marginals.ks", scope="class:a", **TEXTURE)],
        ["label_noise"],
    ),
    "poor images confuse the classifier": ([judged("labels.agreement"), judged("frechet")], []),
    "a mark": (
        [judged("shortcut.spatial", scope="class:a", share_of_cells=0.01, place="top left")],
        ["localised_artefact"],
    ),
    "a difference everywhere": ([judged("shortcut.spatial", share_of_cells=0.4, place="top left")], []),
    "dependence": ([judged("dependence.spearman")], ["dependence_drift"]),
    "dependence explained": ([judged("dependence.spearman"), judged("marginals.ks", **LEVEL)], ["intensity_shift"]),
}


@pytest.mark.parametrize("name", CASES)
def test_findings(name):
    checks, expected = CASES[name]
    found = diagnose(checks)
    assert [finding.id for finding in found] == expected
    keys = {check.key for check in checks}
    assert all(finding.evidence and set(finding.evidence) <= keys for finding in found)
