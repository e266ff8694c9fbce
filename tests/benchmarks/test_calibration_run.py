"""The benchmark from end to end on a tiny set: it resumes, judges again without measuring, and publishes no path."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibration import records, runner, table
from benchmarks.calibration.audits import Place, default_policy, feature_tables
from benchmarks.calibration.faults import FAULTS, plant
from benchmarks.calibration.halves import Item, draw, generator
from benchmarks.calibration.rates import offenders, row, undecided
from benchmarks.calibration.records import Key
from benchmarks.calibration.sets import SETS, Base
from benchmarks.calibration.workspace import Reader, sample, workspace
from gan_audit.demo.phantoms import phantom_patients
from gan_audit.features import extract
from gan_audit.judgement.policy import Policy
from gan_audit.runtime.progress import SILENT
from gan_audit.types import CheckResult, Estimate, Image, ImageSet, Skipped

WANTED = runner.Wanted(("tiny",), ("sound", "exact=0.2"), (20,), 1, 1, None)


def tiny(name: str, data: Path) -> Base:
    drawn = phantom_patients(21, np.random.default_rng(5))
    return Base(name, tuple(Image(x) for x in drawn.images), tuple(drawn.labels), tuple(drawn.groups))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _tiny_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SETS, "tiny", tiny)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def results(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results") / "calibration.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SETS, "tiny", tiny)  # type: ignore[arg-type]
        assert runner.run(WANTED, place, default_policy(), out, SILENT) == (2, 0)
    return out


def test_features_put_together_are_those_of_the_product(place: Place) -> None:
    work = workspace("tiny", place.data, place.cache)
    halves = plant(FAULTS["flipped"], draw(work.base, 20, 0), 0.2, generator("x", 1))
    found = feature_tables(work, halves)
    samples = tuple(sample("real", i, Item(image, "", None, i)) for i, image in enumerate(work.base.images))
    whole = ImageSet("real", samples, (), "", Reader(dict(zip((x.id for x in samples), work.base.images, strict=True))))
    tables = found["radiomics"]["synthetic"]
    images = {x.id: item.image for x, item in zip(tables.samples, halves.synthetic, strict=True)}
    half = ImageSet("synthetic", tables.samples, (), "", Reader(images))
    expected = extract({"real": whole, "synthetic": half}, list(work.extractors.values()), jobs=1)
    for space, table_ in expected.items():
        assert found[space]["synthetic"].names == table_["synthetic"].names
        assert found[space]["synthetic"].space == table_["synthetic"].space
        assert np.array_equal(found[space]["synthetic"].values, table_["synthetic"].values, equal_nan=True)
    assert {"radiomics", "pixels", "pixels-fine", "random-conv"} <= set(found)


def test_a_finished_run_has_nothing_left_to_do(results: Path, place: Place) -> None:
    before = results.read_bytes()
    assert runner.run(WANTED, place, default_policy(), results, SILENT) == (0, 0)
    assert results.read_bytes() == before


def test_a_line_cut_off_in_writing_is_run_again_with_the_same_numbers(results: Path, place: Place) -> None:
    whole = list(records.read(results))
    results.write_bytes(results.read_bytes()[:-100])
    assert len(list(records.read(results))) == 1
    assert runner.run(WANTED, place, default_policy(), results, SILENT) == (1, 0)
    again = list(records.read(results))
    assert [record["checks"] for record in again] == [record["checks"] for record in whole]


def test_a_time_limit_starts_nothing_more(tmp_path: Path, place: Place) -> None:
    wanted = runner.Wanted(("tiny",), ("sound",), (20,), 3, 1, 0.0)
    assert runner.run(wanted, place, default_policy(), tmp_path / "out.jsonl", SILENT) == (0, 3)


def test_an_audit_that_raises_is_recorded_counted_nowhere_and_tried_again(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(f"no luck in {place.data}")

    out, wanted = tmp_path / "out.jsonl", runner.Wanted(("tiny",), ("sound",), (20,), 1, 1, None)
    monkeypatch.setattr("benchmarks.calibration.audits.evaluate", broken)
    assert runner.run(wanted, place, default_policy(), out, SILENT) == (0, 1)
    assert [record["error"] for record in records.read(out)] == ["ValueError: no luck in DATA"]
    assert "1 more ended in an error" in table.markdown(list(records.read(out)))
    monkeypatch.undo()
    monkeypatch.setitem(SETS, "tiny", tiny)  # type: ignore[arg-type]
    assert runner.run(wanted, place, default_policy(), out, SILENT) == (1, 0)


def test_judged_again_by_the_same_policy_nothing_changes(results: Path) -> None:
    for record in records.read(results):
        assert records.rejudged(record, default_policy()) == record


def test_a_stricter_policy_fails_what_the_default_one_passes(results: Path) -> None:
    checks = {"memorization.close_fraction": {"max": -1.0}}
    strict = Policy.model_validate({"schema": "1", "name": "strict", "checks": checks})
    for record in (records.rejudged(record, strict) for record in records.read(results)):
        assert record["exit_code"] == 1
        assert [finding["id"] for finding in record["findings"]] == ["memorization"]
        assert {x["limit"] for x in record["checks"] if x["status"] == "fail"} == {-1.0}


def test_a_stored_outcome_comes_back_with_all_that_is_judged() -> None:
    families = {"families": {"intensity": 0.5, "texture": None}, "features": 3, "tables": [{"rows": [[1]]}]}
    measured = CheckResult(
        "marginals.ks", 0.3, (0.2, 0.4), "D", "words", 20, 21, "radiomics", "class:a", Estimate(0.1, (0.05, 0.15)),
        p_value=0.01, p_adjusted=0.02, details=families,
    )  # fmt: skip
    stored = json.loads(
        json.dumps(records.judged_record([measured, Skipped("frechet", "why", "how")], default_policy()))
    )
    result, skipped = records.outcomes(stored)
    assert isinstance(result, CheckResult)
    assert (result.estimate, result.ci, result.p_value, result.p_adjusted) == (0.3, (0.2, 0.4), 0.01, 0.02)
    assert result.reference == Estimate(0.1, (0.05, 0.15))
    assert result.details == {"families": {"intensity": 0.5, "texture": None}, "features": 3}
    assert (result.space, result.scope, result.n_real, result.n_synthetic) == ("radiomics", "class:a", 20, 21)
    assert isinstance(skipped, Skipped)


def test_the_table_holds_rates_and_no_path(results: Path, place: Place) -> None:
    text = table.markdown(list(records.read(results)))
    assert "## False alarms" in text
    assert "| sound | 20 | tiny |" in text
    assert "| exact | 0.2 | 20 |" in text
    assert str(place.data) not in text
    assert str(results.parent) not in text


def test_rates_and_offenders_by_hand() -> None:
    check = {"id": "recall", "space": "pixels", "scope": "all", "key": "recall@pixels", "op": ">="}
    failed = {**check, "status": "fail", "estimate": 0.4, "limit": 0.8}
    passed = {**check, "status": "pass", "estimate": 0.9, "limit": 0.8}
    common = {**Key("s", "collapse", 4.0, 30, 0)._asdict(), "findings": [], "failed": [], "checks": [passed]}
    collapse = [{"id": "mode_collapse", "severity": "high", "scope": "all"}]
    found = [
        {**common, "exit_code": 1, "failed": ["recall@pixels"], "checks": [failed], "findings": collapse},
        {**common, "exit_code": 3},
        {**common, "exit_code": 0},
    ]
    rates = row(found)
    assert (rates.fail.count, rates.inconclusive.count, rates.right.count, rates.high.count) == (1, 1, 1, 1)
    assert rates.findings == {"mode_collapse": 1}
    ((name, offender),) = offenders(found).items()
    assert name == "recall@pixels, all"
    assert (offender.failed.count, offender.failed.total, offender.sets) == (1, 3, {"s 30": 1})
    assert offender.excess == (2.0, 2.0)


def test_what_left_an_audit_undecided_is_a_required_check_without_an_answer() -> None:
    check = {"id": "coverage", "space": None, "scope": "all", "required": True}
    checks = [
        {**check, "status": "inconclusive"},
        {**check, "id": "recall", "status": "inconclusive", "required": False},
        {**check, "id": "frechet", "status": "skipped"},
        {**check, "id": "density", "status": "pass"},
    ]
    found = undecided([{"exit_code": 3, "checks": checks}, {"exit_code": 0, "checks": checks}])
    assert {name: (rate.count, rate.total) for name, rate in found.items()} == {
        "coverage, all, inconclusive": (1, 1),
        "frechet, all, skipped": (1, 1),
    }
