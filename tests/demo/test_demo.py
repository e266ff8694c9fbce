"""The demo on a folder of its own: what it writes, says and refuses, with faked audits; and once in earnest."""

from __future__ import annotations

import csv
import html
import io
import json
import tomllib
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gan_audit.demo import demo
from gan_audit.errors import GanAuditError, UsageError
from gan_audit.judgement.policy import default_policy_text
from gan_audit.judgement.types import Finding, Verdict


@dataclass
class FakeAudits:
    """Stands in for `audit`: notes how it was called and answers with the exit codes it was given."""

    exit_codes: dict[str, int]
    calls: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, real: Path, synthetic: Path, **options: Any) -> FakeResult:
        self.calls.append({"real": real, "synthetic": synthetic, **options})
        return FakeResult(self.exit_codes[synthetic.name])


@dataclass
class FakeResult:
    exit_code: int

    @property
    def verdict(self) -> Verdict:
        return Verdict({0: "pass", 1: "fail"}.get(self.exit_code, "inconclusive"), self.exit_code)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (Finding("memorization", "high", "all", (), "Copies."),) if self.exit_code == 1 else ()

    def write(self, out: Path, *, evidence: bool, overwrite: bool, restricted: bool) -> None:
        assert (evidence, overwrite, restricted) == (True, True, False)
        out.mkdir()
        (out / "report.html").write_text("report")


@pytest.fixture
def audits(monkeypatch: pytest.MonkeyPatch) -> FakeAudits:
    fake = FakeAudits({"sound": 0, "memorizing": 1})
    monkeypatch.setattr(import_module("gan_audit.audit"), "audit", fake)
    monkeypatch.setattr(demo, "N_PATIENTS", 9)
    return fake


def run(out: Path) -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=60)
    code = demo.run_demo(out, console=console)
    return code, console.file.getvalue()


def test_it_audits_both_generators_against_the_same_real_set_and_cache(audits: FakeAudits, tmp_path: Path) -> None:
    code, said = run(tmp_path / "out")
    assert code == 0
    assert [call["synthetic"].name for call in audits.calls] == ["sound", "memorizing"]
    assert {call["real"] for call in audits.calls} == {tmp_path / "out/data/real"}
    assert len({call["cache"] for call in audits.calls}) == 1
    assert "the gate is met" in said
    assert "the gate is not met" in said


def test_it_says_where_the_reports_are_unbroken_and_unstyled(audits: FakeAudits, tmp_path: Path) -> None:
    out = tmp_path / ("[red]" + "long-" * 20)
    said = run(out)[1]
    for name in ("sound", "memorizing"):
        assert (out / name / "report.html").is_file()
        assert str(out / name / "report.html") in said
        assert str(out / name / "private" / "evidence.html") in said


def test_the_labels_cover_every_image_of_both_folders_and_groups_the_real_ones_alone(
    audits: FakeAudits, tmp_path: Path
) -> None:
    run(tmp_path / "out")
    for call in audits.calls:
        with call["labels"].open(encoding="utf-8") as file:
            rows = {row["filename"]: row for row in csv.DictReader(file)}
        files = {folder: {path.name for path in call[folder].glob("*.png")} for folder in ("real", "synthetic")}
        assert len(files["real"]) == len(files["synthetic"]) == 18
        assert set(rows) == files["real"] | files["synthetic"]
        assert {name for name, row in rows.items() if row["group"]} == files["real"]


@pytest.mark.parametrize("codes", [{"sound": 0, "memorizing": 0}, {"sound": 3, "memorizing": 1}])
def test_an_unexpected_verdict_is_a_defect(audits: FakeAudits, tmp_path: Path, codes: dict[str, int]) -> None:
    audits.exit_codes = codes
    with pytest.raises(GanAuditError, match="defect") as raised:
        run(tmp_path / "out")
    assert raised.value.exit_code == 5


def test_a_policy_lying_about_has_no_say(audits: FakeAudits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.gan-audit]\nschema = "1"\nname = "mine"\n')
    run(tmp_path / "out")
    assert {call["policy"]["name"] for call in audits.calls} == {tomllib.loads(default_policy_text())["name"]}


def test_it_replaces_what_an_earlier_demo_wrote(audits: FakeAudits, tmp_path: Path) -> None:
    run(tmp_path / "out")
    stale = tmp_path / "out/data/real/stale.png"
    stale.touch()
    assert run(tmp_path / "out")[0] == 0
    assert not stale.exists()


def test_it_touches_no_folder_that_holds_something_else(audits: FakeAudits, tmp_path: Path) -> None:
    precious = tmp_path / "data" / "precious.png"
    precious.parent.mkdir()
    precious.touch()
    (tmp_path / "README.txt").write_text("Scans of 2024.")
    with pytest.raises(UsageError, match="not written by the demo"):
        run(tmp_path)
    assert precious.exists()
    assert audits.calls == []


def test_in_earnest_sound_meets_the_gate_and_memorizing_is_found_out(tmp_path: Path) -> None:
    code, said = run(tmp_path / "out")
    verdicts = {}
    for name in ("sound", "memorizing"):
        folder = tmp_path / "out" / name
        verdicts[name] = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
        assert (folder / "report.html").stat().st_size > 100_000
        assert "nobody's data" in html.unescape((folder / "private/evidence.html").read_text(encoding="utf-8"))
    assert code == 0
    assert verdicts["sound"]["findings"] == []
    assert [finding["id"] for finding in verdicts["memorizing"]["findings"]] == ["memorization"]
    assert "memorization.duplicates" in said
