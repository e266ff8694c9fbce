"""Synthetic sets: counts, seeds, provenance, and every image made again alone."""

from __future__ import annotations

import csv
import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan_audit.data import load_inputs
from gan_audit.errors import InputError, UsageError
from tests.trainers.digits import train
from trainers.run.folder import open_run
from trainers.sampling.generate import GenerateRequest, fold_folders, generate
from trainers.sampling.plugin import open_generator
from trainers.sampling.sampler import Sampler, image_seed, labels_for


@pytest.fixture(scope="module")
def made(conditional, tmp_path_factory):
    out = tmp_path_factory.mktemp("sets") / "set"
    generate(GenerateRequest(conditional, out, count=20, seed=5))
    return out


def provenance(folder):
    return json.loads((folder / "provenance.json").read_text())


def pixels(folder, file):
    return np.asarray(Image.open(folder / file))


def test_a_set_is_what_its_provenance_says(made, conditional):
    found = provenance(made)
    assert found["n_images"] == len(found["images"]) == 20
    assert found["run_digest"] == Sampler.open(conditional).run_digest
    assert found["data"]["n_training_groups"] == len(found["training_groups"]) == 16
    for image in found["images"]:
        assert image["sha256"] == hashlib.sha256(pixels(made, image["file"]).tobytes()).hexdigest()
    rows = list(csv.DictReader((made / "labels.csv").open()))
    assert [(row["filename"], row["label"]) for row in rows] == [(i["file"], i["label"]) for i in found["images"]]


def test_any_image_can_be_made_again_alone(made, conditional, tmp_path):
    for number in (0, 7, 19):
        image = provenance(made)["images"][number]
        out = tmp_path / str(number)
        generate(GenerateRequest(conditional, out, single=image["seed"], label=image["label"]))
        again = provenance(out)["images"]
        assert len(again) == 1
        assert again[0]["sha256"] == image["sha256"]
        assert np.array_equal(pixels(out, again[0]["file"]), pixels(made, image["file"]))


def test_the_images_differ_and_depend_on_the_seed(made, conditional, tmp_path):
    generate(GenerateRequest(conditional, tmp_path / "other", count=20, seed=6))
    digests = [image["sha256"] for image in provenance(made)["images"] + provenance(tmp_path / "other")["images"]]
    assert len(set(digests)) == 40


def test_the_set_is_read_by_the_audit_with_its_classes(made, digits):
    labels = pd.concat([pd.read_csv(folder / "labels.csv", dtype=str) for folder in (digits, made)])
    inputs = load_inputs(digits, made, labels=labels)
    assert {sample.label for sample in inputs.synthetic.samples} == {"digit 0", "digit 1", "digit 2"}
    assert {sample.bit_depth for sample in inputs.synthetic.samples} == {8}


@pytest.mark.parametrize(
    ("count", "options", "expected"),
    [
        (10, {"balanced": True}, {"digit 0": 4, "digit 1": 3, "digit 2": 3}),
        (0, {"wishes": ["digit 1=5", "digit 0=2"]}, {"digit 0": 2, "digit 1": 5}),
        (48, {}, "as in training"),
    ],
)
def test_classes_are_counted_out_as_asked(conditional, count, options, expected):
    run = open_run(conditional)
    found = labels_for(run, count, **options)
    counts = {name: found.count(name) for name in sorted(set(found))}
    assert counts == (run.facts["classes"] if expected == "as in training" else expected)


@pytest.mark.parametrize("wish", ["digit 9=3", "digit 1", "digit 1=x", "=3"])
def test_a_wish_about_no_class_is_refused(conditional, wish):
    with pytest.raises(UsageError, match="LABEL=N"):
        labels_for(open_run(conditional), 0, [wish])


def test_provenance_holds_no_patient_no_file_name_and_no_path(made, digits, conditional):
    rows = list(csv.DictReader((digits / "labels.csv").open()))
    secrets = {row["filename"] for row in rows} | {row["group"] for row in rows} | {"Mueller", str(digits)}
    shared = (made / "provenance.json").read_text() + (made / "labels.csv").read_text()
    told = "".join((conditional / name).read_text() for name in ("split.csv", "data.json", "config.json"))
    assert not [secret for secret in secrets if secret in shared + told]


def test_an_earlier_set_is_replaced_only_where_asked_and_other_folders_never(made, conditional, tmp_path):
    with pytest.raises(UsageError, match="--overwrite"):
        generate(GenerateRequest(conditional, made, count=2))
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        generate(GenerateRequest(conditional, tmp_path, count=2, overwrite=True))
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_labels_and_counts_that_do_not_fit_are_refused(conditional, tmp_path):
    for order in (
        GenerateRequest(conditional, tmp_path / "a"),
        GenerateRequest(conditional, tmp_path / "a", single=1, label="digit 9"),
        GenerateRequest(conditional, tmp_path / "a", count=3, label="digit 1"),
        GenerateRequest(conditional, tmp_path / "a", inputs=tmp_path),
    ):
        with pytest.raises(UsageError):
            generate(order)
    assert not (tmp_path / "a").exists()
    with pytest.raises(InputError, match=r"config\.json"):
        generate(GenerateRequest(tmp_path, tmp_path / "a", count=1))


def test_a_model_that_starts_from_real_images_names_them_by_pseudonym(digits, tmp_path):
    train(digits, tmp_path / "run", "iagan")
    generate(GenerateRequest(tmp_path / "run", tmp_path / "set", count=3))
    found = provenance(tmp_path / "set")["images"]
    assert all(image["source"].startswith("R-") for image in found)
    generate(GenerateRequest(tmp_path / "run", tmp_path / "one", single=found[2]["seed"]))
    assert provenance(tmp_path / "one")["images"][0]["sha256"] == found[2]["sha256"]


def test_the_audit_samples_a_run_as_generate_writes_it(conditional, made, tmp_path):
    assert open_generator(tmp_path) is None
    items = open_generator(conditional).sample(20, 5)
    for (image, label), written in zip(items, provenance(made)["images"], strict=True):
        assert label == written["label"]
        assert np.array_equal(image, pixels(made, written["file"]))


def test_seeds_of_a_set_do_not_depend_on_its_size():
    assert [image_seed(0, number) for number in range(3)] == [image_seed(0, number) for number in range(9)][:3]
    assert len({image_seed(seed, number) for seed in range(50) for number in range(50)}) == 2500


def test_every_fold_has_its_set(digits, tmp_path):
    from trainers.data.prepare import Wishes

    for fold in (1, 2):
        wishes = Wishes(folds=2, fold=fold)
        train(digits, tmp_path / "runs" / f"fold-{fold}", "gan", wishes=wishes)
    assert [path.name for path in fold_folders(tmp_path / "runs")] == ["fold-1", "fold-2"]
    groups = []
    for run in fold_folders(tmp_path / "runs"):
        generate(GenerateRequest(run, tmp_path / "sets" / run.name, count=2))
        found = provenance(tmp_path / "sets" / run.name)
        assert found["folds"]["of"] == 2
        groups.append(set(found["training_groups"]))
    assert groups[0].isdisjoint(groups[1])
    assert len(groups[0] | groups[1]) == 16
    with pytest.raises(InputError, match="no folds"):
        fold_folders(tmp_path / "sets")
