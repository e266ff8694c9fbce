"""The planted faults: what they change, what they leave alone, and that they repeat."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration.faults import FAULTS, SELECTIONS, decorrelated, plant
from benchmarks.calibration.halves import Halves, digest, draw, generator, reachable
from benchmarks.calibration.plan import named, planned
from benchmarks.calibration.records import Key
from benchmarks.calibration.sets import Base, reduced
from gan_audit.errors import UsageError
from gan_audit.types import Image

EVERY = [(name, strength) for name, fault in FAULTS.items() for strength in fault.strengths]
COPIES = ("flipped", "rotated90", "shifted", "noisy4", "noisy8", "brightness", "contrast")


def a_set(n: int = 120, *, colour: bool = False, images_per_group: int = 2) -> Base:
    rng = np.random.default_rng(3)
    shape = (n, 20, 16, 3) if colour else (n, 20, 16)
    pixels = rng.integers(20, 200, shape).astype(np.uint8)
    images = tuple(Image(one, channels=3 if colour else 1) for one in pixels)
    return Base(
        "made-up", images, tuple("abc"[i % 3] for i in range(n)), tuple(f"g{i // images_per_group}" for i in range(n))
    )


def two_halves(**options: bool) -> Halves:
    return draw(a_set(**options), 50, 0)


def test_halves_are_of_equal_size_and_share_no_group() -> None:
    halves = draw(a_set(images_per_group=5), 50, 1)
    real, synthetic = ({item.group for item in side} for side in (halves.real, halves.synthetic))
    assert (len(halves.real), len(halves.synthetic)) == (50, 50)
    assert not real & synthetic


def test_byte_identical_images_of_different_patients_stay_on_one_side() -> None:
    base = a_set()
    twins = tuple(base.images[i % 40] for i in range(120))
    for seed in range(5):
        halves = draw(replace(base, images=twins), 50, seed)
        real, synthetic = ({item.image.pixels.tobytes() for item in side} for side in (halves.real, halves.synthetic))
        assert not real & synthetic


def test_a_small_set_gives_half_of_itself_or_nothing() -> None:
    assert [reachable(a_set(), n) for n in (30, 60, 75, 76)] == [30, 60, 60, 0]


def test_halves_depend_on_the_seed_alone() -> None:
    rows = [[item.row for item in draw(a_set(), 50, seed).real] for seed in (0, 0, 1)]
    assert rows[0] == rows[1] != rows[2]


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize(("name", "strength"), EVERY)
def test_a_fault_repeats_and_keeps_the_kind_of_image(name: str, strength: float | None, colour: bool) -> None:
    halves = two_halves(colour=colour)
    first, again = (plant(FAULTS[name], halves, strength, generator("seed", 5)) for _ in range(2))
    for one, other in ((first.real, again.real), (first.synthetic, again.synthetic)):
        assert [x.label for x in one] == [x.label for x in other]
        assert all(np.array_equal(x.image.pixels, y.image.pixels) for x, y in zip(one, other, strict=True))
        assert {x.image.pixels.dtype for x in one} == {np.dtype(np.uint8)}
        assert {x.image.pixels.ndim for x in one} == {3 if colour else 2}


@pytest.mark.parametrize(("name", "strength"), EVERY)
def test_an_item_with_a_row_is_the_unchanged_image_of_that_row(name: str, strength: float | None) -> None:
    base, halves = a_set(), two_halves()
    planted = plant(FAULTS[name], halves, strength, generator("seed", 5))
    for item in (*planted.real, *planted.synthetic):
        if item.row is not None:
            assert np.array_equal(item.image.pixels, base.images[item.row].pixels)


@pytest.mark.parametrize("name", COPIES)
def test_as_many_images_are_altered_copies_as_the_strength_says(name: str) -> None:
    halves = two_halves()
    planted = plant(FAULTS[name], halves, 0.2, generator("seed", 5))
    assert sum(item.row is None for item in planted.synthetic) == 10
    assert [item.row for item in planted.real] == [item.row for item in halves.real]


def test_exact_copies_are_real_images_with_their_labels() -> None:
    halves = two_halves()
    real = {item.row: item.label for item in halves.real}
    copies = [item for item in plant(FAULTS["exact"], halves, 0.1, generator("x", 1)).synthetic if item.row in real]
    assert len(copies) == 5
    assert all(real[item.row] == item.label for item in copies)


@pytest.mark.parametrize(("name", "groups"), [("sound", True), ("sound-ungrouped", False), ("exact", False)])
def test_synthetic_images_carry_a_patient_in_plainly_sound_halves_alone(name: str, groups: bool) -> None:
    synthetic = plant(FAULTS[name], two_halves(), 0.05, generator("x", 1)).synthetic
    assert all((item.group is not None) == groups for item in synthetic)


def test_a_dropped_class_is_gone_and_no_other() -> None:
    planted = plant(FAULTS["dropped-class"], two_halves(), None, generator("x", 1))
    assert len({item.label for item in planted.synthetic}) == 2
    assert len({item.label for item in planted.real}) == 3


def test_swapped_labels_are_other_labels_and_the_images_stay() -> None:
    halves = two_halves()
    planted = plant(FAULTS["swapped-labels"], halves, 0.2, generator("x", 1))
    pairs = list(zip(halves.synthetic, planted.synthetic, strict=True))
    assert sum(old.label != new.label for old, new in pairs) == 10
    assert all(old.row == new.row for old, new in pairs)


def test_the_watermark_is_on_every_image_of_one_class_and_on_no_other() -> None:
    planted = plant(FAULTS["watermark"], two_halves(), None, generator("x", 1))
    marked = {item.label for item in planted.synthetic if (item.image.pixels[2:8, 2:8] == 255).all()}
    plain = {item.label for item in planted.synthetic if (item.image.pixels[2:8, 2:8] < 255).all()}
    assert len(marked) == 1
    assert marked.isdisjoint(plain)


def test_collapsed_images_come_from_as_many_prototypes_as_the_strength_says() -> None:
    planted = plant(FAULTS["collapse"], two_halves(), 4.0, generator("x", 1))
    assert all(item.row is None for item in planted.synthetic)
    assert len({item.image.pixels.tobytes() for item in planted.synthetic}) == 50, "every draw is jittered anew"
    shown = [_nearest(item.image, two_halves()) for item in planted.synthetic]
    assert len(set(shown)) <= 12


def test_two_percent_of_the_real_images_are_there_twice() -> None:
    planted = plant(FAULTS["real-duplicates"], two_halves(), None, generator("x", 1))
    assert max(Counter(item.row for item in planted.real).values()) == 2
    assert len({item.row for item in planted.real}) == 49


def test_a_stack_is_many_near_identical_images_of_one_patient() -> None:
    planted = plant(FAULTS["real-stacks"], two_halves(), None, generator("x", 1))
    noisy = [item for item in planted.real if item.row is None]
    assert len(noisy) == 9
    assert len({item.group for item in noisy}) == 1


@pytest.mark.parametrize(("name", "altered"), [("real-twins", 2), ("real-series", 4)])
def test_a_trap_is_in_the_real_half_alone(name: str, altered: int) -> None:
    halves = two_halves()
    planted = plant(FAULTS[name], halves, 0.05, generator("x", 1))
    assert sum(item.row is None for item in planted.real) == altered
    assert [item.row for item in planted.synthetic] == [item.row for item in halves.synthetic]


@pytest.mark.parametrize("strength", [0.02, 0.05])
@pytest.mark.parametrize("name", ["real-twins+exact", "real-twins+flipped", "real-series+exact"])
def test_beside_a_trap_a_twentieth_are_copies_whatever_the_strength(name: str, strength: float) -> None:
    halves = draw(a_set(240), 100, 0)
    planted = plant(FAULTS[name], halves, strength, generator("x", 1))
    trap = plant(FAULTS[name.partition("+")[0]], halves, strength, generator("x", 1))
    pairs = zip(halves.synthetic, planted.synthetic, strict=True)
    assert sum(digest(old.image) != digest(new.image) for old, new in pairs) == 5
    assert [digest(item.image) for item in planted.real] == [digest(item.image) for item in trap.real]


def test_decorrelated_features_keep_each_column_within_each_class() -> None:
    rng = np.random.default_rng(0)
    values, labels = rng.normal(size=(60, 4)), ["a", "b", "b"] * 20
    scrambled = decorrelated(values, labels, rng)
    inside = np.array(labels) == "a"
    for rows in (inside, ~inside):
        assert np.array_equal(np.sort(scrambled[rows], axis=0), np.sort(values[rows], axis=0))
    assert not np.array_equal(scrambled, values)


def test_a_reduced_image_keeps_mean_and_aspect() -> None:
    image = reduced(Image(np.full((200, 100), 7, np.uint8)), 64)
    assert image.pixels.shape == (64, 32)
    assert (image.pixels == 7).all()


def test_a_run_that_is_cut_short_has_done_whole_repeats_first_and_leaves_out_what_is_done() -> None:
    everything = planned({"big": 1000, "small": 100}, ["sound", "exact"], [30, 300], 3, ())
    assert [key.seed for key in everything] == sorted(key.seed for key in everything)
    assert not [key for key in everything if key.set == "small" and key.n == 300]
    assert len(everything) == 3 * (3 * 5)
    assert planned({"big": 1000, "small": 100}, ["sound", "exact"], [30, 300], 3, everything[:7]) == everything[7:]
    assert everything[0].seed == 0
    assert len({(key.set, key.fault) for key in everything[:8]}) > 2


@pytest.mark.parametrize("name", SELECTIONS)
def test_every_selection_names_faults_and_strengths_that_exist(name: str) -> None:
    assert planned({"big": 1000}, [name], [30], 1, ())


def test_one_strength_can_be_asked_for() -> None:
    assert planned({"big": 1000}, ["blur=0.4"], [30], 1, ()) == [Key("big", "blur", 0.4, 30, 0)]
    with pytest.raises(UsageError, match=r"among 0\.4, 0\.8, 1\.5, got 3"):
        planned({"big": 1000}, ["blur=3"], [30], 1, ())


def test_an_unknown_fault_is_told_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="Did you mean flipped"):
        named("sound,fliped", FAULTS, "fault")


def _nearest(image: Image, halves: Halves) -> int:
    """The synthetic original whose pixels, moved by up to a pixel, are nearest."""
    inner = image.pixels[2:-2, 2:-2].astype(float)
    best = []
    for item in halves.synthetic:
        moved = (np.roll(item.image.pixels, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
        best.append(min(float(np.abs(x[2:-2, 2:-2] - inner).mean()) for x in moved))
    return int(np.argmin(best))
