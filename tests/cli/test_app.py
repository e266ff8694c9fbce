"""The command as a user meets it: exit codes, one clear message, outputs that hold no name."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from importlib import import_module

import pytest

from gan_audit.__main__ import main


@pytest.fixture(scope="module")
def written(phantoms, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "out"
    arguments = ["run", "--real", phantoms.real, "--synthetic", phantoms.copies, "--labels", phantoms.labels]
    code = main([*map(str, arguments), "--out", str(out), "--cache", str(phantoms.cache), "--evidence"])
    return code, out


def test_the_output_folder_is_complete_and_the_exit_code_is_the_gates(written):
    code, out = written
    assert code == 1
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert names >= {
        "audit.json", "report.html", "junit.xml", "summary.md",
        "private/ids.csv", "private/marks.csv", "private/nearest.csv", "private/evidence.html",
    }  # fmt: skip
    assert json.loads((out / "audit.json").read_text())["verdict"]["exit_code"] == 1


def test_nothing_to_share_holds_a_file_name_a_path_or_a_patient(written, phantoms):
    _, out = written
    rows = list(csv.DictReader(phantoms.labels.open()))
    secrets = {row["filename"] for row in rows} | {row["group"] for row in rows if row["group"]} | {str(phantoms.real)}
    for name in ("audit.json", "report.html", "junit.xml", "summary.md"):
        text = (out / name).read_text(encoding="utf-8")
        found = [secret for secret in secrets if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text)]
        assert not found, name


def test_the_private_files_lead_back_to_the_images(written, phantoms):
    _, out = written
    with (out / "private" / "ids.csv").open() as file:
        ids = {row["pseudonym"]: row["file"] for row in csv.DictReader(file)}
    with (out / "private" / "nearest.csv").open() as file:
        copies = [row for row in csv.DictReader(file) if row["transformation"]]
    assert len(copies) >= 10
    for row in copies:
        assert ids[row["real"]].endswith(row["real_file"])
        assert (phantoms.real / row["real_file"]).read_bytes() == (phantoms.copies / row["synthetic_file"]).read_bytes()
    assert oct((out / "private").stat().st_mode)[-3:] == "700"


def test_an_earlier_audit_is_only_replaced_when_asked(written, phantoms, capsys):
    _, out = written
    arguments = ["run", "--real", phantoms.real, "--synthetic", phantoms.sound, "--out", out]
    assert main([str(x) for x in arguments]) == 2
    assert "--overwrite" in capsys.readouterr().err


def test_report_renders_the_same_bytes_again(written, tmp_path):
    _, out = written
    (tmp_path / "audit.json").write_bytes((out / "audit.json").read_bytes())
    assert main(["report", str(tmp_path / "audit.json")]) == 0
    assert (tmp_path / "report.html").read_bytes() == (out / "report.html").read_bytes()


def test_an_audit_verifies_and_is_not_worse_than_itself(written, phantoms, capsys):
    _, out = written
    assert main(["verify", str(out), "--real", str(phantoms.real), "--synthetic", str(phantoms.copies)]) == 0
    assert main(["verify", str(out), "--real", str(phantoms.real), "--synthetic", str(phantoms.sound)]) == 1
    assert main(["compare", str(out), str(out)]) == 0
    assert "Not everything" in capsys.readouterr().out


def test_a_pdf_needs_a_browser_and_says_so(written, tmp_path, monkeypatch, capsys):
    _, out = written
    (tmp_path / "audit.json").write_bytes((out / "audit.json").read_bytes())
    monkeypatch.setattr("gan_audit.report.pdf.find_browser", lambda: None)
    assert main(["report", str(tmp_path / "audit.json"), "--pdf"]) == 2
    assert "No Chromium" in capsys.readouterr().err
    assert not (tmp_path / "report.pdf").exists()


def test_init_writes_files_that_are_accepted_and_replaces_none(tmp_path, phantoms, capsys):
    assert main(["init", str(tmp_path)]) == 0
    assert main(["init", str(tmp_path)]) == 2
    assert "exists already" in capsys.readouterr().err
    arguments = ["run", "--real", phantoms.real, "--synthetic", phantoms.sound, "--labels", phantoms.labels]
    arguments += ["--policy", tmp_path / "gan-audit.toml", "--declarations", tmp_path / "declarations.toml"]
    arguments += ["--cache", phantoms.cache, "--out", tmp_path / "out", "--quiet"]
    assert main([str(x) for x in arguments]) in (0, 3)
    assert capsys.readouterr().out == ""


def bad_runs(phantoms, tmp_path):
    empty, text = tmp_path / "empty", tmp_path / "text"
    empty.mkdir()
    text.mkdir()
    (text / "scan.png").write_text("this is no picture")
    policy = tmp_path / "policy.toml"
    policy.write_text('schema = "1"\nname = "x"\n[checks."memorization.ratios"]\nmin = 1\n')
    column = tmp_path / "column.csv"
    column.write_text("filename,lable\na.png,b\n")
    typo = tmp_path / "typo.csv"
    typo.write_text("filename,label\n" + "\n".join(f"nothing{i}.png,a" for i in range(4)))
    both = {"--real": phantoms.real, "--synthetic": phantoms.sound}
    return {
        "absent folder": (both | {"--real": tmp_path / "absent"}, 4, "absent"),
        "empty folder": (both | {"--synthetic": empty}, 4, "empty"),
        "text named png": (both | {"--synthetic": text}, 4, "scan.png"),
        "missing column": (both | {"--labels": column}, 4, "lable"),
        "labels without files": (both | {"--labels": typo}, 4, "nothing"),
        "unknown engine": (both | {"--radiomics-engine": "fast"}, 2, "batched"),
        "unknown modality": (both | {"--modality": "mr"}, 2, "mri"),
        "CT of photographs": (both | {"--modality": "ct"}, 2, "Hounsfield"),
        "policy typo": (both | {"--policy": policy}, 2, "Did you mean memorization.ratio"),
        "absent policy": (both | {"--policy": tmp_path / "no.toml"}, 2, "does not exist"),
        "unknown space": (both | {"--embedding": "radiomic"}, 2, "radiomics"),
        "weights without a file": (both | {"--weights": "inception=none.pth"}, 2, "none.pth"),
        "weights without equals": (both | {"--weights": "inception"}, 2, "NAME=FILE"),
        "unknown device": (both | {"--device": "tpu"}, 2, "tpu"),
    }


CASES = (
    "absent folder", "empty folder", "text named png", "missing column", "labels without files", "policy typo",
    "absent policy", "unknown space", "weights without a file", "weights without equals", "unknown device",
    "unknown engine", "unknown modality", "CT of photographs",
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_input_gets_one_clear_message_its_exit_code_and_no_output(case, phantoms, tmp_path, capsys):
    options, code, words = bad_runs(phantoms, tmp_path)[case]
    arguments = ["run", "--out", str(tmp_path / "out")]
    for name, value in options.items():
        arguments += [name, str(value)]
    assert main(arguments) == code
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    left = {path.name for path in tmp_path.iterdir()}
    assert not {name for name in left if name.startswith((".", "out"))}


def test_a_defect_is_5_and_an_interruption_130(monkeypatch, phantoms, tmp_path, capsys):
    arguments = ["run", "--real", str(phantoms.real), "--synthetic", str(phantoms.sound), "--out", str(tmp_path / "o")]
    for error, code, words in (
        (ZeroDivisionError("oops"), 5, "a defect of gan-audit"),
        (KeyboardInterrupt(), 130, "Interrupted"),
    ):

        def fail(*args, error=error, **options):
            raise error

        monkeypatch.setattr(import_module("gan_audit.audit"), "load_inputs", fail)
        assert main(arguments) == code
        assert words in capsys.readouterr().err
        assert list(tmp_path.iterdir()) == []


def test_help_answers_without_heavy_packages():
    code = (
        "import sys\nfrom gan_audit.__main__ import main\n"
        "try:\n    main(['run', '--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('torch', 'faiss', 'plotly', 'sklearn', 'SimpleITK') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=True)
    assert done.stdout.rstrip().endswith("[]")
    for option in ("--real", "--synthetic", "--labels", "--holdout", "--policy", "--weights", "--evidence"):
        assert option in done.stdout


def test_doctor_answers(capsys):
    assert main(["doctor"]) in (0, 5)
    assert "Python" in capsys.readouterr().out
