"""Statuses, exit codes and waivers, case by case."""

import datetime

import pytest

from gan_audit.judgement.policy import load_policy
from gan_audit.judgement.verdict import conclude, expired, judge
from gan_audit.types import CheckResult, Estimate, Skipped

TODAY = datetime.date(2026, 6, 1)
IDS = ("frechet", "coverage", "memorization.ratio")


def policy(checks, waivers=()):
    source = {"schema": "1", "name": "test", "checks": checks, "waivers": list(waivers)}
    return load_policy(source, ids=IDS, spaces=("radiomics", "inception"))


def result(estimate=1.0, ci=(0.9, 1.1), id="frechet", reference=None, space="radiomics", scope="all"):
    return CheckResult(id, estimate, ci, "u", "m", 10, 10, space, scope, reference)


def judged(outcomes, checks, waivers=()):
    found = judge(outcomes, policy(checks, waivers), TODAY)
    return found, conclude(found)


@pytest.mark.parametrize(
    ("limit", "ci", "status"),
    [
        ({"max": 1.2}, (0.9, 1.1), "pass"),
        ({"max": 1.1}, (0.9, 1.1), "pass"),
        ({"max": 1.0}, (0.9, 1.1), "inconclusive"),
        ({"max": 0.9}, (0.9, 1.1), "inconclusive"),
        ({"max": 0.8}, (0.9, 1.1), "fail"),
        ({"min": 0.8}, (0.9, 1.1), "pass"),
        ({"min": 1.0}, (0.9, 1.1), "inconclusive"),
        ({"min": 1.2}, (0.9, 1.1), "fail"),
        ({"max": 5.0}, None, "inconclusive"),
    ],
)
def test_the_worse_end_of_the_interval_decides(limit, ci, status):
    found, _ = judged([result(ci=ci)], {"frechet": limit})
    assert found[0].status == status


def test_an_inconclusive_criterion_says_how_many_images_would_decide_it():
    unsure = judged([result(estimate=1.0, ci=(0.8, 1.2))], {"frechet": {"max": 1.1}})[0][0]
    assert unsure.images_to_decide == 40
    assert judged([result(estimate=1.1, ci=(0.8, 1.2))], {"frechet": {"max": 1.1}})[0][0].images_to_decide is None
    assert judged([result(estimate=1.0, ci=None)], {"frechet": {"max": 1.1}})[0][0].images_to_decide is None
    assert judged([result(estimate=1.0, ci=(0.8, 1.05))], {"frechet": {"max": 1.1}})[0][0].images_to_decide is None


def test_ratios_are_taken_of_the_reference_and_never_tighter_than_the_tolerance():
    reference = Estimate(1.0, (0.8, 1.25))
    for limit, expected in (
        ({"max_ratio": 2}, ("<=", 2.5)),
        ({"min_ratio": 0.5}, (">=", 0.4)),
        ({"max_ratio": 2, "tolerance": 9}, ("<=", 9)),
        ({"min_ratio": 0.5, "tolerance": 0.1}, (">=", 0.1)),
    ):
        threshold = judged([result(reference=reference)], {"frechet": limit})[0][0].threshold
        assert threshold.op == expected[0]
        assert threshold.value == pytest.approx(expected[1])
    assert judged([result()], {"frechet": {"max_ratio": 2}})[0][0].status == "inconclusive"


def test_exit_codes():
    bad, good, unsure = (result(ci=ci) for ci in ((2, 3), (0, 0.5), (0.5, 2)))
    limit = {"max": 1.0}
    cases = (
        ([good], {"frechet": limit}, 0),
        ([bad], {"frechet": limit}, 1),
        ([bad], {"frechet": limit | {"level": "warn"}}, 0),
        ([bad], {"frechet": limit | {"level": "off"}}, 0),
        ([unsure], {"frechet": limit}, 0),
        ([unsure], {"frechet": limit | {"required": True}}, 3),
        ([unsure], {"frechet": limit | {"required": True, "level": "warn"}}, 0),
        ([bad, unsure], {"frechet": limit | {"required": True}}, 1),
        ([bad], {}, 0),
    )
    for outcomes, checks, code in cases:
        assert judged(outcomes, checks)[1].exit_code == code


def test_a_skipped_check_is_never_a_pass():
    skipped = Skipped("frechet", "why", "how", "radiomics", n_real=3)
    found, verdict = judged([skipped], {"frechet": {"max": 1, "required": True}})
    assert found[0].status == "skipped"
    assert verdict.exit_code == 3
    assert verdict.status == "inconclusive"
    assert judged([skipped], {"frechet": {"max": 1}})[1].exit_code == 0


def test_a_space_that_could_not_be_computed_is_required_only_where_it_is_named_or_alone():
    absent = Skipped("frechet", "no weights", "--weights", "inception")
    required = {"max": 5.0, "required": True}
    assert judged([result(), absent], {"frechet": required})[1].exit_code == 0
    assert judged([absent], {"frechet": required})[1].exit_code == 3
    assert judged([result(), absent], {"frechet@inception": required})[1].exit_code == 3


def test_a_class_that_one_set_lacks_is_no_absent_space():
    only_synthetic = Skipped("coverage", "0 real images", "more", "radiomics", "class:pneumona", 0, 30)
    outcomes = [result(id="coverage"), only_synthetic]
    assert judged(outcomes, {"coverage": {"max": 5.0, "required": True}})[1].exit_code == 3


def test_a_waiver_opens_the_gate_until_its_day_and_is_never_a_pass():
    waiver = {"check": "frechet", "reason": "r", "approved_by": "J", "expires": TODAY}
    found, verdict = judged([result()], {"frechet": {"max": 0.5}}, [waiver])
    assert (found[0].status, verdict.exit_code, verdict.waived) == ("fail", 0, ("frechet@radiomics",))
    late = waiver | {"expires": TODAY - datetime.timedelta(days=1)}
    assert judged([result()], {"frechet": {"max": 0.5}}, [late])[1].exit_code == 1
    assert expired(policy({}, [late]), TODAY) == ["frechet"]


def test_scopes_are_told_apart():
    outcomes = [result(), result(scope="class:a")]
    found, _ = judged(outcomes, {"frechet": {"max": 5.0, "scope": "class"}})
    assert [j.status for j in found] == ["info", "pass"]
    assert [j.key for j in found] == ["frechet@radiomics", "frechet@radiomics/class:a"]
