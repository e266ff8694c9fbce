"""The traps: how many images, of which picture, under which patients; and sets read from a folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from benchmarks.calibration.halves import Halves, Item, digest, generator
from benchmarks.calibration.sets import load
from benchmarks.calibration.traps import TRAPS, Trapped, twins
from gan_audit.errors import InputError, UsageError
from gan_audit.types import Image

TWINS = [name for name in TRAPS if name.startswith("twins-")]
N = 200


def halves(*, known: bool = True, colour: bool = False) -> Halves:
    """Two images a patient, no two alike."""
    shape = (2 * N, 24, 20, 3) if colour else (2 * N, 24, 20)
    pixels = np.random.default_rng(3).integers(20, 200, shape).astype(np.uint8)
    items = [
        Item(Image(one, channels=3 if colour else 1), "ab"[i % 2], f"g{i // 2}" if known else None, i)
        for i, one in enumerate(pixels)
    ]
    return Halves(tuple(items[:N]), tuple(items[N:]))


def places(before: Halves, after: Trapped) -> list[int]:
    """Where a real image is another than it was."""
    pairs = zip(before.real, after.halves.real, strict=True)
    return [i for i, (old, new) in enumerate(pairs) if digest(old.image) != digest(new.image)]


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_repeats_and_keeps_number_and_type(name: str, colour: bool) -> None:
    before = halves(colour=colour)
    first, again = (TRAPS[name](before, 0.05, generator("seed", 5)) for _ in range(2))
    for one, other, old in zip(first.halves.real, again.halves.real, before.real, strict=True):
        assert digest(one.image) == digest(other.image)
        assert (one.image.pixels.shape, one.image.pixels.dtype) == (old.image.pixels.shape, np.dtype("uint8"))
    if name != "near-constant":
        assert first.halves.synthetic == before.synthetic


@pytest.mark.parametrize(("share", "count"), [(0.02, 4), (0.05, 10), (0.001, 1)])
@pytest.mark.parametrize("name", TWINS)
def test_twins_stand_under_the_patient_of_the_image_replaced(name: str, share: float, count: int) -> None:
    before = halves()
    after = TRAPS[name](before, share, generator("x", 1))
    content = {digest(item.image): item for item in before.real}
    replaced = places(before, after)
    assert len(replaced) == len(after.pictures) == count
    for place in replaced:
        twin = after.halves.real[place]
        source = content[after.picture(digest(twin.image))]
        assert twin.group == before.real[place].group != source.group
        assert (twin.row, twin.label) == (None, source.label)
        assert digest(source.image) in {digest(item.image) for item in after.halves.real}
    assert len(set(after.pictures.values())) == count


def test_twins_show_what_their_source_shows() -> None:
    before = halves()
    content = {digest(item.image): item.image.pixels for item in before.real}
    for name, step in {"twins-noisy": 1, "twins-mirrored": -1}.items():
        after = TRAPS[name](before, 0.05, generator("x", 1))
        for place in places(before, after):
            pixels = after.halves.real[place].image.pixels
            source = content[after.picture(digest(after.halves.real[place].image))]
            spread = float((pixels[:, ::step].astype(float) - source).std())
            assert 5 < spread < 7 if name == "twins-noisy" else spread == 0


def test_byte_identical_twins_share_their_row() -> None:
    after = twins(None)(halves(), 0.02, generator("x", 1))
    rows = Counter(item.row for item in after.halves.real)
    assert sorted(rows.values())[-4:] == [2] * 4
    for row in (row for row, times in rows.items() if times == 2):
        assert len({item.group for item in after.halves.real if item.row == row}) == 2


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("share", "number"), [(0.02, 1), (0.05, 2)])
def test_series_are_five_images_of_one_picture_each_of_a_patient_of_its_own(
    share: float, number: int, known: bool
) -> None:
    before = halves(known=known)
    after = TRAPS["series"](before, share, generator("x", 1))
    pictures: dict[str, list[Item]] = {}
    for item in after.halves.real:
        pictures.setdefault(after.picture(digest(item.image)), []).append(item)
    series = [found for found in pictures.values() if len(found) > 1]
    assert [len(found) for found in series] == [5] * number
    for found in series:
        assert len({item.group for item in found}) == (5 if known else 1)
        assert sum(item.row is None for item in found) == 4
        first = next(item for item in found if item.row is not None).image.pixels.astype(float)
        assert all(np.abs(item.image.pixels - first).mean() < 1.5 for item in found)
    made = [item.group for found in series for item in found if item.row is None]
    assert not known or not set(made) & {item.group for item in before.real}


def test_nearly_constant_images_stand_in_both_halves_and_are_named() -> None:
    before = halves()
    after = TRAPS["near-constant"](before, 0.05, generator("x", 1))
    assert after.blank_real == set(places(before, after))
    assert len(after.blank_real) == len(after.blank_synthetic) == 10
    blank = [after.halves.real[i] for i in after.blank_real] + [
        after.halves.synthetic[i] for i in after.blank_synthetic
    ]
    assert all(0.5 < item.image.pixels.std() < 1.5 for item in blank)
    assert len({round(float(item.image.pixels.mean())) for item in blank}) > 10
    assert [item.group for item in after.halves.real] == [item.group for item in before.real]


@pytest.mark.parametrize("column", ["patient_id", "smear_image", "device"])
def test_a_folder_is_a_set_and_its_patients_are_known_by_their_column(column: str, tmp_path: Path) -> None:
    folder = tmp_path / "other" / "images"
    folder.mkdir(parents=True)
    lines = [f"filename,label,{column}"]
    for i in range(4):
        PillowImage.fromarray(np.full((40, 20), 10 * i, np.uint8)).save(folder / f"{i}.png")
        lines.append(f"{i}.png,a,{'' if i == 3 else i // 2}")
    (folder.parent / "labels.csv").write_text("\n".join(lines))
    base = load("other@20", tmp_path)
    assert {image.pixels.shape for image in base.images} == {(20, 10)}
    assert base.name == "other@20"
    assert base.groups == ((None,) * 4 if column == "device" else ("0", "0", "1", None))
    assert load("other", tmp_path).images[0].pixels.shape == (40, 20)


def test_a_set_that_is_not_there_or_named_otherwise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the set nowhere"):
        load("nowhere", tmp_path)
    with pytest.raises(UsageError, match="NAME@SIDE"):
        load("nowhere@small", tmp_path)


def test_without_a_trap_the_halves_are_as_they_were() -> None:
    before = halves()
    assert TRAPS["none"](before, 0.05, generator("x", 1)).halves is before
    assert replace(Trapped(before), pictures={"a": "b"}).picture("a") == "b"
