"""Whole audits on phantoms: what is found, that it repeats bit for bit, and every way images may be handed over."""

from __future__ import annotations

import csv
import json
import shutil
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image

from gan_audit import audit
from gan_audit.demo.phantoms import phantom_patients
from gan_audit.errors import InputError, UsageError
from gan_audit.report.document.build import plain
from gan_audit.report.document.canonical import dumps


@pytest.fixture(scope="module")
def sound(phantoms):
    return audit(phantoms.real, phantoms.sound, phantoms.labels, cache=phantoms.cache)


@pytest.fixture(scope="module")
def copied(phantoms):
    return audit(phantoms.real, phantoms.copies, phantoms.labels, cache=phantoms.cache)


def lasting(result):
    """The document less what may differ from run to run."""
    return dumps({k: v for k, v in result.document.items() if k not in ("created", "timings")})


def test_sound_images_fail_nothing_and_have_no_finding(sound):
    assert sound.verdict.exit_code in (0, 3)
    assert sound.verdict.failed == ()
    assert sound.findings == ()


def test_a_fifth_of_copies_is_found(copied):
    assert copied.verdict.exit_code == 1
    assert "memorization.duplicates" in copied.verdict.failed
    shares = [c["estimate"] for c in copied.document["checks"] if c["key"].startswith("memorization.close_fraction@p")]
    assert shares[0] >= 0.19
    assert min(shares) >= 4 / 24  # as many as were planted in the classes that hold fewest
    assert [finding.id for finding in copied.findings] == ["memorization"]


def test_every_identifier_of_the_interface_stands_in_the_audit(sound):
    expected = {
        "frechet", "kernel_distance", "precision", "recall", "density", "coverage", "memorization.ratio",
        "memorization.close_fraction", "memorization.duplicates", "memorization.authenticity", "memorization.ct",
        "memorization.holdout_share", "memorization.mifid",
        "marginals.ks", "marginals.wasserstein", "dependence.spearman", "labels.mutual_information",
        "labels.agreement", "separability.c2st", "utility.tstr", "leakage.groups", "leakage.provenance",
        "shortcut.spatial", "diversity.spread",
    }  # fmt: skip
    assert {check["id"] for check in sound.document["checks"]} == expected
    keys = [check["key"] for check in sound.document["checks"]]
    assert len(set(keys)) == len(keys)


def test_the_document_meets_its_schema(sound, copied):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(files("gan_audit.report.document").joinpath("audit.schema.json").read_text())
    for result in (sound, copied):
        jsonschema.validate(json.loads(dumps(dict(result.document))), schema)


def test_jobs_and_the_order_of_files_change_no_byte(phantoms, sound, tmp_path):
    assert lasting(audit(phantoms.real, phantoms.sound, phantoms.labels, jobs=1)) == lasting(sound)
    assert lasting(audit(phantoms.real, phantoms.sound, phantoms.labels, jobs=2)) == lasting(sound)
    for file in sorted(phantoms.sound.iterdir(), reverse=True):
        shutil.copy(file, tmp_path / file.name)
    listed = sorted((p for p in phantoms.real.glob("*.png")), reverse=True)
    lines = phantoms.labels.read_text().splitlines()
    labels = tmp_path / "labels_reversed.csv"
    labels.write_text("\n".join([lines[0], *reversed(lines[1:])]))
    again = audit(listed, sorted(tmp_path.glob("*.png"), reverse=True), labels, cache=phantoms.cache)
    for key in ("checks", "findings", "verdict", "spaces"):
        assert plain(again.document[key]) == plain(sound.document[key])


def test_another_seed_gives_other_resamples_but_the_same_values_over_all_images(phantoms, sound):
    other = audit(phantoms.real, phantoms.sound, phantoms.labels, seed=1, cache=phantoms.cache)
    first, second = ({c["key"]: c for c in x.document["checks"]} for x in (sound, other))
    assert first["frechet@radiomics"]["estimate"] != second["frechet@radiomics"]["estimate"]
    assert first["frechet@radiomics"]["details"]["all_images"] == second["frechet@radiomics"]["details"]["all_images"]


def test_a_second_audit_computes_no_feature_again(phantoms, sound, monkeypatch):
    from gan_audit.features import tables

    monkeypatch.setattr(tables, "_vectors", None)
    assert lasting(audit(phantoms.real, phantoms.sound, phantoms.labels, cache=phantoms.cache, jobs=1)) == lasting(
        sound
    )


def table(phantoms):
    with phantoms.labels.open() as file:
        return list(csv.DictReader(file))


def pixels(folder):
    return np.stack([np.asarray(Image.open(p)) for p in sorted(folder.glob("*.png"))])


class Dataset:
    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        if i >= len(self):
            raise IndexError(i)
        return self.images[i], self.labels[i]


def test_arrays_lists_frames_and_datasets_give_the_same_numbers(phantoms, tmp_path):
    real, synthetic = pixels(phantoms.real), pixels(phantoms.sound)
    names = [row["label"] for row in table(phantoms) if row["filename"].startswith("real")]
    fast = {"embeddings": ["pixels"], "jobs": 1}
    by_array = audit(real, synthetic, (names, names), **fast)
    by_dataset = audit(Dataset(real, names), Dataset(synthetic, names), **fast)
    assert plain(by_array.document["checks"]) == plain(by_dataset.document["checks"])
    estimates = {c["key"]: c["estimate"] for c in by_array.document["checks"]}
    assert estimates["memorization.ratio@pixels"] == pytest.approx(1, abs=0.3)


def test_without_labels_the_per_class_checks_are_skipped_with_the_remedy(phantoms):
    found = audit(pixels(phantoms.real), pixels(phantoms.sound), embeddings=["pixels"], jobs=1)
    checks = {check["key"]: check for check in found.document["checks"]}
    agreement = [c for key, c in checks.items() if key.startswith("labels.agreement")]
    assert agreement
    assert all(c["status"] == "skipped" and c["remedy"] for c in agreement)
    assert all("/class:" not in key for key, c in checks.items() if c["estimate"] is not None)


def test_a_required_check_without_power_is_never_a_pass(phantoms):
    few = pixels(phantoms.real)[:12], pixels(phantoms.sound)[:12]
    found = audit(*few, embeddings=["pixels"], jobs=1)
    assert found.verdict.exit_code == 3
    assert "memorization.duplicates" in found.verdict.skipped


def test_bad_arguments_are_refused_with_their_exit_code(phantoms, tmp_path):
    with pytest.raises(UsageError, match="Did you mean"):
        audit(phantoms.real, phantoms.sound, policy={"schema": "1", "name": "x", "checks": {"coverag": {"min": 1}}})
    with pytest.raises(UsageError, match="random-conv"):
        audit(phantoms.real, phantoms.sound, embeddings=["random-con"])
    with pytest.raises(InputError):
        audit(tmp_path / "absent", phantoms.sound)


def test_a_generator_that_repeats_its_training_images_is_shown_to_by_every_arm(tmp_path):
    """Each training image comes back with noise: the three published figures, and the unseen patients as a control."""
    rng = np.random.default_rng(3)
    real, unseen = (phantom_patients(n, rng, images_per_patient=1, prefix=p) for n, p in ((60, "P"), (40, "H")))
    again = np.clip(real.images + rng.normal(0, 12, real.images.shape), 0, 255).round().astype(np.uint8)
    found = audit(real.images, again, (real.labels, real.labels), unseen.images, embeddings=["pixels"], jobs=1)
    failed = {key for key in found.verdict.failed if key.startswith("memorization")}
    assert {"memorization.ratio@pixels", "memorization.holdout_share@pixels", "memorization.ct@pixels"} <= failed
    (message,) = [x.message for x in found.findings if x.id == "memorization"]
    assert message.startswith("Strong evidence")
    assert "60 patients are affected" in message
    found.write(tmp_path / "out")
    with (tmp_path / "out" / "private" / "nearest.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["space"] == "pixels"]
    assert [row["rank"] for row in rows] == [str(i + 1) for i in range(60)]
    assert all(float(row["distance"]) < float(row["holdout_distance"]) and row["holdout"] for row in rows)


def test_a_missing_class_is_found(phantoms, tmp_path):
    for row in table(phantoms):
        if row["filename"].startswith("sound") and row["label"] != "speckled":
            shutil.copy(phantoms.sound / row["filename"], tmp_path / row["filename"])
    found = audit(phantoms.real, tmp_path, phantoms.labels, cache=phantoms.cache)
    assert found.verdict.exit_code == 1
    assert ("missing_class", "class:speckled") in {(x.id, x.scope) for x in found.findings}
