"""What is shipped: a wheel that works away from the checkout, locks that pin every file, no trace of a machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gan_audit.demo.phantoms import phantom_patients, sound, write_set

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9._-]+)==[^ ]+( ; [^-]+?)?((?: --hash=sha256:[0-9a-f]{64})+)$")
TRACES = re.compile(
    "|".join(("/wo" + "rk/", "/ro" + "ot/", "/op" + "t/", r"py" + r"pi\.", "python" + "hosted", "npm" + "js"))
)
"""Paths of a machine and hosts of package registries; written in pieces, so that this file passes its own test."""


def python(*arguments: object, cwd: Path, exits: tuple[int, ...] = (0,), **environment: str) -> str:
    command = [sys.executable, *map(str, arguments)]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=kept | environment, capture_output=True, text=True, timeout=300)
    assert done.returncode in exits, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the unpacked wheel and nothing else; its dependencies come from this environment."""
    folder = tmp_path_factory.mktemp("site")
    python("-m", "pip", "install", "-qq", "--no-index", "--no-deps", "--target", folder, wheel, cwd=folder)
    return folder


def contents(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_code_templates_schema_and_type_marker(wheel: Path) -> None:
    names = contents(wheel)
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "gan_audit").rglob("*.py")}
    templates = {path.name for path in (ROOT / "reports/templates").iterdir() if path.is_file()}
    assert templates
    assert code | {f"gan_audit/report/templates/{name}" for name in templates} <= names
    assert "gan_audit/py.typed" in names
    assert any(re.fullmatch(r"gan_audit/.*schema.*\.json", name) for name in names)


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in contents(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"gan_audit", "trainers"}
    assert not [name for name in contents(wheel) if name.endswith(".pyc") or re.search(r"(^|/)(tests?/|test_)", name)]


def test_a_wheel_built_from_the_source_distribution_is_the_same(wheel: Path, tmp_path: Path) -> None:
    python("-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=ROOT)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    python("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=source)
    assert contents(next(tmp_path.glob("*.whl"))) == contents(wheel)


def test_the_installed_wheel_is_what_runs(installed: Path, tmp_path: Path) -> None:
    code = "import gan_audit; print(gan_audit.__file__)"
    assert Path(python("-c", code, cwd=tmp_path, PYTHONPATH=str(installed)).strip()).is_relative_to(installed)


def test_the_installed_wheel_answers_to_help(installed: Path, tmp_path: Path) -> None:
    output = python("-m", "gan_audit", "--help", cwd=tmp_path, PYTHONPATH=str(installed))
    assert {"run", "demo", "report", "doctor"} <= set(output.split())


def test_the_installed_wheel_audits_and_renders_its_report_again(installed: Path, tmp_path: Path) -> None:
    drawn = phantom_patients(24, np.random.default_rng(0))
    write_set(tmp_path / "real", drawn)
    write_set(tmp_path / "synthetic", sound(drawn.labels, np.random.default_rng(1)))
    options = ["--real", "real", "--synthetic", "synthetic", "--embedding", "pixels", "--offline", "--quiet"]
    python("-m", "gan_audit", "run", *options, cwd=tmp_path, exits=(0, 1, 3), PYTHONPATH=str(installed))
    report = tmp_path / "gan-audit-out" / "report.html"
    first = report.read_bytes()
    report.unlink()
    python("-m", "gan_audit", "report", "gan-audit-out/audit.json", cwd=tmp_path, PYTHONPATH=str(installed))
    assert b"</html>" in first
    assert report.read_bytes() == first


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_every_requirement_by_hash_and_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    lines = text.replace("\\\n", "").splitlines()
    bad = [line for line in lines if not PIN.match(re.sub(r" +", " ", line))]
    assert lines
    assert not bad
    assert "://" not in text


def test_the_lock_covers_every_declared_requirement() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = project["dependencies"] + extras["cpu"] + extras["dev"] + extras["distributed"]
    pinned = {line.split("==")[0] for lock in LOCKS for line in lock.read_text().splitlines() if "==" in line}
    assert {re.split(r"[<>=\[; ]", requirement)[0].lower() for requirement in declared} <= pinned


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: there is no list of the project's files")
    paths = [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    assert ROOT / "pyproject.toml" in paths
    traces = {p.relative_to(ROOT).as_posix(): TRACES.findall(p.read_bytes().decode("latin-1")) for p in paths}
    assert not {name: found for name, found in traces.items() if found}
