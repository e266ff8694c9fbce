"""The doctor tells what is there, what is missing and what to do, and never falls ill itself."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest

from gan_audit.cli import doctor
from gan_audit.cli.doctor import Probe, diagnose


def pretend_versions(monkeypatch: pytest.MonkeyPatch, pretended: dict[str, str | None]) -> None:
    """Makes distributions seem installed in a version, or, with None, not at all."""
    true_version = metadata.version

    def version(name: str) -> str:
        found = pretended[name] if name in pretended else true_version(name)
        if found is None:
            raise metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr("gan_audit.runtime.versions.version", version)


def probe(topic: str) -> Probe:
    return doctor._guarded(topic, doctor._PROBES[topic])


def test_every_topic_has_one_row_and_everything_amiss_has_a_remedy() -> None:
    rows = diagnose()
    assert [row.topic for row in rows] == list(doctor._PROBES)
    assert all(row.text for row in rows)
    assert all(row.remedy for row in rows if row.state == "problem")


def test_a_sound_installation_has_no_problem() -> None:
    assert [row for row in diagnose() if row.state == "problem"] == []


def test_two_builds_of_faiss_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_versions(monkeypatch, {"faiss-cpu": "1.15", "faiss-gpu": "1.15"})
    row = probe("faiss")
    assert row.state == "problem"
    assert "uninstall" in row.remedy


def test_a_missing_package_is_a_problem_that_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_versions(monkeypatch, {"joblib": None, "scipy": None})
    assert probe("packages") == Probe("packages", "problem", "Missing: joblib, scipy.", "pip install joblib scipy")


def test_absent_pyradiomics_says_what_is_lost_and_how_to_build_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_versions(monkeypatch, {"pyradiomics": None})
    row = probe("PyRadiomics")
    assert row.state == "absent"
    assert "--radiomics-engine pyradiomics" in row.text
    assert "--no-build-isolation" in row.remedy


def test_a_probe_that_raises_becomes_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Probe:
        raise ImportError("no such library\nand a long story")

    monkeypatch.setitem(doctor._PROBES, "device", broken)
    row = probe("device")
    assert (row.state, row.text) == ("problem", "The probe failed: ImportError: no such library")


def test_a_folder_that_cannot_be_written_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    row = probe("output")
    assert row.state == "problem"
    assert "Permission denied" in row.text


def test_without_a_browser_only_pdf_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
    assert probe("PDF").state == "absent"
