"""What `gan-audit verify` sees: an untouched folder, and each single thing that was touched."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_audit.__main__ import main
from gan_audit.audits.verify import RENDERERS, verify
from gan_audit.data import digests_of, load_inputs
from gan_audit.report.document.canonical import dumps, load
from gan_audit.report.folder import write_folder

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))

import report_documents


@pytest.fixture(scope="module")
def audited(phantoms, tmp_path_factory) -> Path:
    """An output folder whose audit names the phantoms' digests."""
    made = report_documents.document(features=3)
    inputs = load_inputs(phantoms.real, phantoms.sound, jobs=1)
    for images in (inputs.real, inputs.synthetic):
        made["inputs"][images.role] |= {"sha256": images.sha256, "n_images": len(images.samples), "rejected": []}
    made["policy_sha256"] = hashlib.sha256(json.dumps(made["policy"], sort_keys=True).encode()).hexdigest()
    out = tmp_path_factory.mktemp("verify") / "out"
    write_folder(out, made, ids=[], nearest=[])
    return out


@pytest.fixture
def folder(audited, tmp_path) -> Path:
    return Path(shutil.copytree(audited, tmp_path / "out"))


def wrong(found) -> dict[str, str]:
    return {row.what: row.state for row in found.rows if row.state != "ok"}


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def test_an_untouched_folder_and_its_inputs_are_whole(audited, phantoms, capsys):
    found = verify(audited, {"real": phantoms.real, "synthetic": phantoms.sound})
    assert found.whole
    assert [row.what for row in found.rows[-2:]] == ["real images", "synthetic images"]
    assert main(["verify", str(audited), "--real", str(phantoms.real)]) == 0
    assert found.digest in capsys.readouterr().out
    assert main(["verify", str(audited), "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_an_edited_audit_is_told_by_everything_that_was_made_from_it(folder, capsys):
    document = load(folder / "audit.json")
    document["verdict"]["failed"] = []
    document["seed"] += 1
    (folder / "audit.json").write_text(dumps(document), encoding="utf-8")
    found = wrong(verify(folder))
    assert set(RENDERERS) <= set(found)
    assert sum(what.startswith("digest in") for what in found) == 5
    assert set(found.values()) == {"changed"}
    assert main(["verify", str(folder)]) == 1
    assert "Not everything is as it was written" in capsys.readouterr().out


def test_another_layout_of_the_same_json_is_told(folder):
    path = folder / "audit.json"
    path.write_text(json.dumps(json.loads(path.read_text())), encoding="utf-8")
    assert wrong(verify(folder)) == {"audit.json": "changed"}


def test_a_number_changed_in_a_shared_file_is_told(folder):
    replace(folder / "report.html", "<title>", "<title>Sound: ")
    assert wrong(verify(folder)) == {"report.html": "changed"}
    replace(folder / "junit.xml", 'failures="', 'failures="1')
    (folder / "summary.md").unlink()
    missing = {"summary.md": "missing", "digest in summary.md, footer": "missing"}
    assert wrong(verify(folder)) == {"report.html": "changed", "junit.xml": "changed"} | missing


def test_another_policy_under_the_old_digest_is_told(folder):
    document = load(folder / "audit.json")
    document["policy"]["name"] = "softer"
    (folder / "audit.json").write_text(dumps(document), encoding="utf-8")
    for name, render in RENDERERS.items():
        (folder / name).write_text(render(document), encoding="utf-8", newline="\n")
    assert wrong(verify(folder)) == {"policy_sha256": "changed"}


def test_a_difference_of_versions_is_named(folder, monkeypatch):
    monkeypatch.setattr("gan_audit.runtime.versions.version", lambda name: "99.0")
    replace(folder / "summary.md", "Criteria", "criteria")
    details = {row.what: row.detail for row in verify(folder).rows}
    assert "it was rendered by gan-audit" in details["summary.md"]
    assert "plotly" in details["summary.md"]


def test_images_that_changed_are_told(audited, phantoms, tmp_path):
    copied = Path(shutil.copytree(phantoms.sound, tmp_path / "images"))
    first, second, *_ = sorted(copied.glob("*.png"))
    first.rename(copied / "renamed.png")
    assert verify(audited, {"synthetic": copied}).whole, "the digest is over contents, not names"
    second.unlink()
    assert wrong(verify(audited, {"synthetic": copied})) == {"synthetic images": "changed"}
    assert wrong(verify(audited, {"synthetic": phantoms.copies})) == {"synthetic images": "changed"}


def test_bad_usage_and_unreadable_files_have_their_exit_codes(folder, phantoms, tmp_path, capsys):
    for arguments, code, words in (
        ([tmp_path], 2, "holds no audit.json"),
        ([folder, "--holdout", phantoms.copies], 2, "had no holdout set"),
        ([folder, "--real", tmp_path / "absent"], 4, "does not exist"),
    ):
        assert main(["verify", *map(str, arguments)]) == code
        assert words in capsys.readouterr().err
    (folder / "audit.json").write_text("{", encoding="utf-8")
    assert main(["verify", str(folder)]) == 4


def test_images_with_masks_need_their_masks(folder, phantoms, capsys):
    document = load(folder / "audit.json")
    document["inputs"]["real"]["masks"] = 3
    (folder / "audit.json").write_text(dumps(document), encoding="utf-8")
    assert main(["verify", str(folder), "--real", str(phantoms.real)]) == 2
    assert "give --masks" in capsys.readouterr().err


@pytest.mark.parametrize("with_masks", [False, True])
@pytest.mark.parametrize("broken", [False, True])
def test_the_digests_are_those_of_an_audit(tmp_path, with_masks, broken):
    rng = np.random.default_rng(3)
    for name in ("real", "synthetic", "masks"):
        for i in range(6):
            path = tmp_path / name / f"{name if name != 'masks' else 'real'}{i}.png"
            path.parent.mkdir(exist_ok=True)
            pixels = np.eye(8) * 255 if name == "masks" else rng.integers(0, 256, (8, 8))
            Image.fromarray(pixels.astype(np.uint8)).save(path)
    if broken:
        (tmp_path / "real" / "real0.png").write_bytes(b"no image")
    masks = tmp_path / "masks" if with_masks else None
    given = {"real": tmp_path / "real", "synthetic": tmp_path / "synthetic"}
    expected = load_inputs(given["real"], given["synthetic"], masks=masks, max_rejected=0.5, jobs=1)
    found = digests_of(given, masks=masks, decode=["real"] if broken else [], jobs=1)
    assert found["real"].sha256 == expected.real.sha256
    assert found["synthetic"].sha256 == expected.synthetic.sha256
    assert found["real"].n_images == len(expected.real.samples) == 6 - broken
