"""The output folder appears whole or not at all, and never at the cost of anything else."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from gan_audit.errors import GanAuditError, UsageError
from gan_audit.report import folder as module
from gan_audit.report.document.canonical import load
from gan_audit.report.folder import check_target, write_folder
from gan_audit.report.html import render_html

IDS = [("pseudonym", "set", "file"), ("R-1", "real", "a/=1+1.png"), ("S-1", "synthetic", "b,c.png")]
NEAREST = [("space", "synthetic", "real", "distance"), ("pixels", "S-1", "R-1", 0.25)]


def write(out: Path, document, **given):
    write_folder(out, document, **{"ids": IDS, "nearest": NEAREST, **given})


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_what_is_written(document, tmp_path):
    out = tmp_path / "deep" / "out"
    write(out, document, evidence_html="<html>")
    private = {f"private/{name}" for name in (".gitignore", "evidence.html", "ids.csv", "marks.csv", "nearest.csv")}
    assert set(tree(out)) == {"audit.json", "junit.xml", "report.html", "summary.md", *private}
    assert load(out / "audit.json") == document
    assert (out / "report.html").read_text() == render_html(document)
    assert (out / "private" / ".gitignore").read_text() == "*\n"
    assert (out / "private" / "ids.csv").read_text().splitlines()[1:] == [
        "R-1,real,a/=1+1.png",
        'S-1,synthetic,"b,c.png"',
    ]
    assert [path.name for path in tmp_path.rglob(".*")] == [".gitignore"]


def test_private_is_for_its_owner_alone(document, tmp_path):
    old = os.umask(0o022)
    try:
        write(tmp_path / "out", document, evidence_html="x")
    finally:
        os.umask(old)

    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(tmp_path / "out") == 0o755
    assert mode(tmp_path / "out" / "report.html") == 0o644
    assert mode(tmp_path / "out" / "private") == 0o700
    assert {mode(path) for path in (tmp_path / "out" / "private").iterdir()} == {0o600}


def test_no_gallery_is_written_unasked(document, tmp_path):
    write(tmp_path / "out", document)
    assert not (tmp_path / "out" / "private" / "evidence.html").exists()


def test_an_empty_folder_is_taken(document, tmp_path):
    write(tmp_path, document)
    assert (tmp_path / "audit.json").is_file()


def test_a_folder_with_something_in_it_is_left_alone(document, tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    before = tree(tmp_path)
    with pytest.raises(UsageError, match="is not empty"):
        write(tmp_path, document)
    with pytest.raises(UsageError, match="something else than an earlier output"):
        write(tmp_path, document, overwrite=True)
    assert tree(tmp_path) == before


def test_an_earlier_output_is_replaced_whole_and_only_on_demand(document, clean_document, tmp_path):
    out = tmp_path / "out"
    write(out, document, evidence_html="x")
    with pytest.raises(UsageError, match="--overwrite"):
        write(out, clean_document)
    write(out, clean_document, overwrite=True)
    assert load(out / "audit.json") == clean_document
    assert not (out / "private" / "evidence.html").exists()
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_is_no_folder(document, tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        write(tmp_path / "out", document)
    with pytest.raises(UsageError, match="no folder you may write to"):
        write(tmp_path / "out" / "deeper", document)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(document, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / "out", document)


def test_the_target_can_be_asked_about_beforehand(tmp_path):
    check_target(tmp_path / "a" / "b", overwrite=False)
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError):
        check_target(tmp_path, overwrite=False)
    assert not (tmp_path / "a").exists()


def test_features_are_moved_into_private(document, tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "table.npz").write_bytes(b"1")
    write(tmp_path / "out", document, keep=cache)
    assert not cache.exists()
    assert (tmp_path / "out" / "private" / "features" / "table.npz").read_bytes() == b"1"


def test_features_of_the_output_that_is_replaced_stay(document, tmp_path):
    out = tmp_path / "out"
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "table.npz").write_bytes(b"1")
    write(out, document, keep=cache)
    write(out, document, keep=out / "private" / "features", overwrite=True)
    assert (out / "private" / "features" / "table.npz").read_bytes() == b"1"


@pytest.mark.parametrize("step", ["_write", "swap"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("earlier", [False, True])
def test_where_a_step_fails_everything_is_as_before(document, tmp_path, monkeypatch, step, error, earlier):
    out, cache = tmp_path / "deep" / "out", tmp_path / "cache"
    if earlier:
        write(out, document)
    cache.mkdir()
    (cache / "table.npz").write_bytes(b"1")
    before = tree(tmp_path)

    def fail(*_):
        raise error

    monkeypatch.setattr(module, step, fail)
    with pytest.raises(UsageError if isinstance(error, OSError) else type(error)):
        write(out, document, keep=cache, overwrite=True)
    assert tree(tmp_path) == before
    assert {path.name for path in tmp_path.iterdir()} == ({"deep", "cache"} if earlier else {"cache"})


def test_where_the_last_move_fails_the_earlier_output_comes_back(document, tmp_path, monkeypatch):
    out = tmp_path / "out"
    write(out, document)
    before = tree(tmp_path)
    rename = Path.rename

    def refuse(self, target):
        if self.name.endswith(".new"):
            raise OSError(18, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(UsageError, match="Invalid cross-device link"):
        write(out, document, overwrite=True)
    assert tree(tmp_path) == before


def test_a_secret_in_a_shared_file_stops_everything(document, tmp_path):
    document["notes"].append("patient_0012 was odd")
    with pytest.raises(GanAuditError, match="/notes/1") as caught:
        write(tmp_path / "out", document, secrets=["patient_0012"])
    assert caught.value.exit_code == 5
    assert list(tmp_path.iterdir()) == []


def test_private_files_may_hold_every_secret(document, tmp_path):
    write(
        tmp_path / "out",
        document,
        ids=[("pseudonym", "file"), ("R-1", "patient_0012.png")],
        secrets=["patient_0012.png"],
    )
    assert "patient_0012" in (tmp_path / "out" / "private" / "ids.csv").read_text()


def test_a_document_with_a_number_that_is_none_writes_nothing(document, tmp_path):
    document["checks"][0]["estimate"] = float("nan")
    with pytest.raises(GanAuditError, match="NaN"):
        write(tmp_path / "out", document)
    assert list(tmp_path.iterdir()) == []


def test_the_four_files_say_the_same_digest(document, tmp_path):
    write(tmp_path / "out", document)
    import hashlib

    whole = hashlib.sha256((tmp_path / "out" / "audit.json").read_bytes()).hexdigest()
    assert all(whole in (tmp_path / "out" / name).read_text() for name in ("report.html", "junit.xml", "summary.md"))


def test_file_names_of_any_bytes_can_be_listed(document, tmp_path):
    name = os.fsdecode(b"caf\xe9.png")
    write(tmp_path / "out", document, ids=[("pseudonym", "file"), ("R-1", name)])
    assert b"caf\xe9.png" in (tmp_path / "out" / "private" / "ids.csv").read_bytes()


def test_the_document_is_not_touched(document, tmp_path):
    before = json.dumps(document)
    write(tmp_path / "out", document)
    assert json.dumps(document) == before
