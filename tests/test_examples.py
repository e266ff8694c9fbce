"""The examples do what they say: the script runs, the pipeline file calls options that exist, the policy is valid."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from gan_audit.checks.registry import all_methods
from gan_audit.features import known_spaces
from gan_audit.judgement.policy import Policy, load_policy

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def steps() -> list[dict[str, Any]]:
    workflow = yaml.safe_load((EXAMPLES / "github-workflow.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert True in workflow, "YAML reads the key `on` as true: a workflow without it never runs"
    return job["steps"]


def test_the_script_audits_arrays_and_catches_the_memorizing_generator(tmp_path: Path) -> None:
    command = [sys.executable, EXAMPLES / "audit_arrays.py", "40"]
    environment = os.environ | {"PYTHONPATH": str(EXAMPLES.parent)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stderr
    assert "memorization (high)" in done.stdout
    document = json.loads((tmp_path / "gan-audit-out/audit.json").read_text(encoding="utf-8"))
    assert document["verdict"]["exit_code"] == 1
    assert (tmp_path / "gan-audit-out/report.html").is_file()


def test_the_workflow_runs_the_audit_with_options_that_exist(steps: list[dict[str, Any]]) -> None:
    (audit,) = [step["run"] for step in steps if re.search(r'gan-audit"? run', step.get("run", ""))]
    used = set(re.findall(r"--[a-z-]+", audit))
    command = [sys.executable, "-m", "gan_audit", "run", "--help"]
    told = subprocess.run(command, cwd=EXAMPLES.parent, capture_output=True, text=True, timeout=60, check=True).stdout
    assert {"--real", "--synthetic", "--policy"} <= used
    assert used <= set(re.findall(r"--[a-z-]+", told))


def test_the_workflow_lets_the_audit_fail_the_job(steps: list[dict[str, Any]]) -> None:
    assert not [step for step in steps if "continue-on-error" in step]
    assert not [step for step in steps if "|| true" in step.get("run", "")]


def test_the_workflow_uploads_the_report_and_nothing_private(steps: list[dict[str, Any]]) -> None:
    (upload,) = [step for step in steps if step.get("uses", "").startswith("actions/upload-artifact")]
    paths = upload["with"]["path"].split()
    assert "audit/report.html" in paths
    assert all(re.fullmatch(r"audit/[a-z]+\.(html|json|xml|md)", path) for path in paths)
    assert "success" not in upload["if"], "a failed gate is when the report is needed"


def test_the_policy_is_valid_and_says_what_it_seems_to_say() -> None:
    text = (EXAMPLES / "policy.toml").read_text(encoding="utf-8")
    policy = read(EXAMPLES / "policy.toml")
    assert policy.name == tomllib.loads(text)["name"]


def test_the_waiver_in_the_policy_is_valid_once_it_is_no_comment(tmp_path: Path) -> None:
    text = (EXAMPLES / "policy.toml").read_text(encoding="utf-8")
    start = text.index("# [[waivers]]")
    path = tmp_path / "policy.toml"
    path.write_text(text[:start] + re.sub(r"(?m)^# ", "", text[start:]), encoding="utf-8")
    assert [waiver.check for waiver in read(path).waivers] == ["frechet@inception"]


def read(path: Path) -> Policy:
    return load_policy(path, ids=tuple(all_methods()), spaces=known_spaces())
