"""What `gan-audit filter` leaves out, why, and that its result passes the gate that the input failed."""

import csv
import shutil

import numpy as np
import pytest
from PIL import Image

from gan_audit.audit import audit
from gan_audit.audits.filter import filter_audit
from gan_audit.errors import InputError, UsageError


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def faulty(phantoms, tmp_path_factory):
    """The sound phantoms with copies, noise and swapped labels planted, audited."""
    folder = tmp_path_factory.mktemp("faulty")
    synthetic = folder / "synthetic"
    shutil.copytree(phantoms.sound, synthetic)
    files = sorted(synthetic.glob("*.png"))
    real = sorted(phantoms.real.glob("*.png"))
    rng = np.random.default_rng(0)
    planted = {"copy": files[:12], "off_manifold": files[20:26], "mislabelled": files[40:54]}
    for place, source in zip(planted["copy"], real, strict=False):
        Image.open(source).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(place)
    for place in planted["off_manifold"]:
        Image.fromarray(rng.integers(0, 256, np.asarray(Image.open(place)).shape, dtype=np.uint8)).save(place)
    labels = rows(phantoms.labels)
    classes = sorted({row["label"] for row in labels})
    named = {path.name for path in planted["mislabelled"]}
    for row in labels:
        if row["filename"] in named:
            row["label"] = classes[(classes.index(row["label"]) + 1) % len(classes)]
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, labels[0])
        writer.writeheader()
        writer.writerows(labels)
    result = audit(phantoms.real, synthetic, folder / "labels.csv", cache=phantoms.cache, jobs=1)
    result.write(folder / "audit")
    return folder, planted, result


def test_what_was_planted_is_left_out_with_its_reason_and_the_rest_stays(faulty, tmp_path):
    folder, planted, _ = faulty
    found = filter_audit(folder / "audit", tmp_path / "out")
    named = {why: {str(path) for path in paths} for why, paths in planted.items()}
    told = {why: {f for f, xs in found.reasons.items() if any(x.why == why for x in xs)} for why in named}
    assert len(told["copy"] & named["copy"]) >= 11
    assert told["off_manifold"] >= named["off_manifold"]
    assert len(told["mislabelled"] & named["mislabelled"]) >= 9
    innocent = len(list((folder / "synthetic").glob("*.png"))) - sum(map(len, named.values()))
    assert len(set(found.reasons) - set().union(*named.values())) < 0.2 * innocent
    kept = {path.name for path in (tmp_path / "out" / "images").iterdir()}
    assert kept == {row["filename"] for row in rows(tmp_path / "out" / "labels.csv")}
    assert len(kept) == found.kept
    assert {row["filename"] for row in rows(tmp_path / "out" / "rejected.csv")} == set(found.reasons)


def test_the_result_passes_the_gate_that_the_input_failed(faulty, phantoms, tmp_path):
    folder, _, before = faulty
    assert before.verdict.exit_code == 1
    filter_audit(folder / "audit", tmp_path / "out")
    after = audit(phantoms.real, tmp_path / "out" / "images", folder / "labels.csv", cache=phantoms.cache, jobs=1)
    assert after.verdict.exit_code != 1, after.verdict.failed
    assert after.findings == ()


def test_an_audit_without_its_private_folder_cannot_be_filtered(faulty, tmp_path):
    folder, _, _ = faulty
    shutil.copytree(folder / "audit", tmp_path / "shared", ignore=shutil.ignore_patterns("private"))
    with pytest.raises(UsageError, match="private folder"):
        filter_audit(tmp_path / "shared", tmp_path / "out")
    with pytest.raises(UsageError, match=r"no audit\.json"):
        filter_audit(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_other_files_are_never_overwritten(faulty, tmp_path):
    folder, _, _ = faulty
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        filter_audit(folder / "audit", tmp_path, overwrite=True)
    filter_audit(folder / "audit", tmp_path / "out")
    with pytest.raises(UsageError, match="--overwrite"):
        filter_audit(folder / "audit", tmp_path / "out")
    filter_audit(folder / "audit", tmp_path / "out", overwrite=True)


def test_images_that_were_never_files_are_named(phantoms, tmp_path):
    real, synthetic = (
        np.stack([np.asarray(Image.open(path)) for path in sorted(folder.glob("*.png"))[:40]])
        for folder in (phantoms.real, phantoms.sound)
    )
    result = audit(real, synthetic, embeddings=["pixels"], jobs=1)
    result.write(tmp_path / "audit")
    with pytest.raises(InputError, match="not files any more"):
        filter_audit(tmp_path / "audit", tmp_path / "out")
