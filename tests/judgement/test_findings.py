"""Diagnoses from judged checks: each from its own evidence, none without."""

import datetime

import numpy as np
import pytest

from benchmarks.calibration.audits import default_policy
from gan_audit.checks import spread
from gan_audit.checks.base import CheckSettings
from gan_audit.checks.memorization import nearest_neighbour
from gan_audit.checks.prepare import prepare
from gan_audit.judgement.findings import diagnose
from gan_audit.judgement.types import Judged
from gan_audit.judgement.verdict import judge
from gan_audit.types import CheckResult
from tests.checks.conftest import table


def judged(id, status="fail", scope="all", n_synthetic=10, p=None, space="radiomics", **details):
    result = CheckResult(id, 0.0, (0, 0), "u", "m", 10, n_synthetic, space, scope, p_value=p, details=details)
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
    "a few patterns near a real image by chance": (
        [judged("diversity.spread"), judged("memorization.authenticity")],
        ["mode_collapse"],
    ),
    "a few patterns that real images have": (
        [judged("diversity.spread"), judged("memorization.close_fraction")],
        ["memorization", "mode_collapse"],
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
    "features that go together otherwise lie elsewhere in their space": (
        [judged("dependence.spearman", scope="class:a"), *(judged(x) for x in ("precision", "coverage", "frechet"))],
        ["dependence_drift"],
    ),
    "poor images, seen in another space too": (
        [judged("dependence.spearman"), *(judged(x, space="pixels") for x in ("precision", "coverage"))],
        ["low_fidelity"],
    ),
    "a class that looks otherwise, and labels that may be wrong": (
        [judged("marginals.ks", scope="class:a", **LEVEL), judged("labels.agreement", "inconclusive")],
        [],
    ),
    "dependence explained": ([judged("dependence.spearman"), judged("marginals.ks", **LEVEL)], ["intensity_shift"]),
}


@pytest.mark.parametrize("name", CASES)
def test_findings(name):
    checks, expected = CASES[name]
    found = diagnose(checks)
    assert [finding.id for finding in found] == expected
    keys = {check.key for check in checks}
    assert all(finding.evidence and set(finding.evidence) <= keys for finding in found)


def repeated(rng, *, apart=0.2, shares=(0.97, 0.03), n=400, per_patient=2):
    """Real patients, and a generator that gives most of their images back, moved a little: one copy of each image."""
    real = (
        rng.normal(size=(n // per_patient, 1, 8)) + 0.7 * rng.normal(size=(n // per_patient, per_patient, 8))
    ).reshape(n, 8)
    fresh = rng.normal(size=(n, 8)) * np.sqrt(1 + 0.7**2)
    copies = real + apart * rng.normal(size=(n, 8)) / np.sqrt(8)
    kept = rng.random(n) < shares[0]
    groups = [f"p{i // per_patient}" for i in range(n)]
    return prepare(table(real, "real", groups=groups), table(np.where(kept[:, None], copies, fresh), "synthetic"))


def findings_of(data):
    outcomes = [*nearest_neighbour.run(data, CheckSettings()), *spread.run(data, CheckSettings())]
    return {x.id: x for x in diagnose(judge(outcomes, default_policy(), datetime.date(2000, 1, 1)))}, {
        x.id: x for x in outcomes
    }


def test_the_published_figures_are_strong_evidence_and_told_in_words():
    """Half the distance, nine in ten nearer than the closest 1 % of real pairs, and no collapse."""
    found, measured = findings_of(repeated(np.random.default_rng(0)))
    ratio, close = measured["memorization.ratio"], measured["memorization.close_fraction"]
    assert ratio.estimate < 0.5
    assert close.estimate >= 0.9
    assert measured["diversity.spread"].estimate == pytest.approx(1, abs=0.2)
    message = found["memorization"].message
    assert message.startswith("Strong evidence that the generator repeats its training images")
    assert f"{ratio.estimate:.2g} times as far" in message
    assert f"{int(100 * close.estimate)} % of them nearer than the closest 1 % of real images" in message
    assert f"({ratio.details['synthetic_spacing']:.2f} times that of real images)" in message
    assert f"{close.details['patients_concerned']} patients are affected" in message
    assert len(message) < 600


def test_a_tenth_of_copies_is_told_plainly_with_the_patients():
    found, measured = findings_of(repeated(np.random.default_rng(1), shares=(0.1, 0.9)))
    patients = measured["memorization.close_fraction"].details["patients_concerned"]
    assert found["memorization"].message.startswith(
        f"The synthetic set shows images of real patients again; {patients} patients are affected: "
    )


def test_a_sound_generator_is_told_nothing():
    found, _ = findings_of(repeated(np.random.default_rng(2), shares=(0.0, 1.0)))
    assert "memorization" not in found


@pytest.mark.parametrize(("low", "expected"), [(0.46, []), (0.55, ["memorization"])])
def test_smooth_images_lie_near_unseen_images_too_and_are_no_copies(low, expected):
    share = CheckResult("memorization.holdout_share", low + 0.05, (low, low + 0.1), "share", "m", 10, 10, "radiomics")
    test = judged("memorization.ct")
    found = diagnose([test, Judged(share, "inconclusive", "error", False)])
    assert [x.id for x in found] == expected
    assert all(x.evidence == (test.key,) for x in found)
    assert [x.id for x in diagnose([test])] == ["memorization"]


def test_the_larger_count_of_patients_is_told_and_none_where_nobody_counted():
    several = [
        judged("memorization.duplicates", patients_concerned=7),
        judged("memorization.close_fraction", patients_concerned=3),
    ]
    assert "; 7 patients are affected:" in diagnose(several)[0].message
    assert "; 1 patient is affected:" in diagnose([judged("memorization.duplicates", patients_concerned=1)])[0].message
    assert "affected" not in diagnose([judged("memorization.ratio")])[0].message


def test_memorization_says_how_many_of_each_kind_and_what_to_do():
    named = judged("memorization.duplicates", identical=3, altered=1, parts=0, patients_concerned=4)
    (finding,) = diagnose([named])
    assert "(3 identical, 1 altered, 0 parts); 4 patients are affected" in finding.message
    assert "gan-audit filter" in finding.message


@pytest.mark.parametrize(
    ("id", "how"),
    [
        ("memorization.ct", "(by holdout statistics; no image named)"),
        ("memorization.holdout_share", "(by holdout statistics; no image named)"),
        ("memorization.ratio", "(by distances of the whole set; no image named)"),
    ],
)
def test_an_accusation_that_names_no_image_says_so(id, how):
    (finding,) = diagnose([judged(id)])
    assert how in finding.message
    assert "gan-audit filter" not in finding.message
