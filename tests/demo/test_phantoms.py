"""The phantoms: repeatable, patient by patient, of distinct texture, and a memorizer that truly copies."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from gan_audit.demo.phantoms import (
    CLASSES,
    COPY_KINDS,
    SIZE,
    Phantoms,
    memorizing,
    phantom_patients,
    sound,
    write_labels,
    write_set,
)


@pytest.fixture(scope="module")
def real() -> Phantoms:
    return phantom_patients(60, np.random.default_rng(1))


def nearest(images: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Root mean square difference of each image to its nearest in `among`, in grey levels."""
    differences = [((among.astype(float) - image) ** 2).mean((1, 2)).min() for image in images.astype(float)]
    return np.sqrt(differences)


def test_equal_seeds_draw_equal_sets_and_other_seeds_others() -> None:
    one, same, other = (phantom_patients(4, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(one.images, same.images)
    assert one[1:] == same[1:]
    assert not np.array_equal(one.images, other.images)


def test_a_draw_is_8_bit_grey_with_two_images_a_patient_and_the_classes_in_turn(real: Phantoms) -> None:
    assert real.images.shape == (120, SIZE, SIZE)
    assert real.images.dtype == np.uint8
    assert [real.labels.count(name) for name in CLASSES] == [40, 40, 40]
    assert len(set(real.groups)) == 60
    assert all(real.groups[i] == real.groups[i + 1] for i in range(0, 120, 2))


def test_neither_black_nor_white_is_clipped(real: Phantoms) -> None:
    assert np.isin(real.images, (0, 255)).mean() < 1e-3


def test_the_two_images_of_a_patient_are_alike_but_not_identical(real: Phantoms) -> None:
    brightness = real.images.reshape(60, 2, -1).mean(2)
    assert np.corrcoef(brightness.T)[0, 1] > 0.8
    assert nearest(real.images[::2], real.images[1::2]).min() > 3


def test_the_classes_differ_in_texture(real: Phantoms) -> None:
    """The strongest fine detail is weak in homogeneous lesions, sharp at a rim and sharper still between speckles."""
    images = real.images.astype(float)
    fine = np.array([np.abs(image - gaussian_filter(image, 2)).max() for image in images])
    labels = np.array(real.labels)
    medians = [np.median(fine[labels == name]) for name in CLASSES]
    assert all(after > 1.15 * before for before, after in pairwise(medians)), medians


def test_a_sound_generator_gives_the_classes_asked_for_and_no_training_image(real: Phantoms) -> None:
    fake = sound(real.labels, np.random.default_rng(2))
    assert fake.labels == real.labels
    assert len(set(fake.groups)) == len(fake.images)
    other_patients = nearest(real.images[:60], real.images[60:])
    assert np.median(nearest(fake.images, real.images)) > 0.8 * np.median(other_patients)
    assert nearest(fake.images, real.images).min() > 0.7 * other_patients.min()


def test_a_memorizing_generator_copies_the_share_it_was_told_and_keeps_labels(real: Phantoms) -> None:
    fake = memorizing(real.images, real.labels, np.random.default_rng(5), copied=0.5)
    assert sorted(fake.labels) == sorted(real.labels)
    copies, fresh = fake.images[:60], fake.images[60:]
    looked_up = np.concatenate([real.images, real.images[:, :, ::-1]])
    by_kind = {kind: nearest(copies[i :: len(COPY_KINDS)], looked_up) for i, kind in enumerate(COPY_KINDS)}
    assert by_kind["exact"].max() == by_kind["flipped"].max() == 0
    assert 3.5 < np.median(by_kind["noisy"]) < 4.5
    assert 0 < np.median(by_kind["rescaled"]) < 10
    assert all(is_shift_of_one(image, real.images) for image in copies[2 :: len(COPY_KINDS)])
    assert nearest(fresh, real.images).min() > 7


def is_shift_of_one(image: np.ndarray, among: np.ndarray) -> bool:
    """Whether the inner part of `image` stands one or two pixels away in one of `among`, along both axes."""
    inner = image[4:-4, 4:-4]
    steps = (-2, -1, 1, 2)
    views = (among[:, 4 + i : 60 + i, 4 + j : 60 + j] for i in steps for j in steps)
    return any((view == inner).all((1, 2)).any() for view in views)


def test_labels_of_copies_are_those_of_their_sources(real: Phantoms) -> None:
    fake = memorizing(real.images, real.labels, np.random.default_rng(5), copied=1)
    for image, label in list(zip(fake.images, fake.labels, strict=True))[:: len(COPY_KINDS)]:
        source = int(np.flatnonzero((real.images == image).all((1, 2)))[0])
        assert real.labels[source] == label


@pytest.mark.parametrize("with_groups", [True, False])
def test_a_written_set_reads_back_as_it_was(tmp_path: Path, with_groups: bool) -> None:
    drawn = phantom_patients(3, np.random.default_rng(0))
    table = write_labels(tmp_path / "labels.csv", write_set(tmp_path / "real", drawn, with_groups=with_groups))
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    images = np.stack([np.asarray(Image.open(tmp_path / "real" / row["filename"])) for row in rows])
    assert np.array_equal(images, drawn.images)
    assert [row["label"] for row in rows] == drawn.labels
    assert [row["group"] for row in rows] == (drawn.groups if with_groups else [""] * 6)
