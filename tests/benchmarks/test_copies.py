"""What is planted is where it is said to be, made of the image that it is said to be made of, and scored by picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks.calibration import records
from benchmarks.calibration.halves import Halves, Item, digest
from benchmarks.calibration.sets import SETS, Base
from benchmarks.calibration.traps import Trapped, twins
from benchmarks.copies import __main__ as command
from benchmarks.copies import check, kinds, run
from benchmarks.copies.check import Named
from benchmarks.copies.plan import SOUND, TOGETHER, Scene, Wanted, key
from gan_audit.demo.phantoms import phantom_patients
from gan_audit.errors import UsageError
from gan_audit.types import Image

RIGHT = Named("", "identical")


def items(n: int, seed: int, sides: tuple[int, ...] = (64,)) -> tuple[Item, ...]:
    drawn = phantom_patients(n, np.random.default_rng(seed), images_per_patient=1).images
    return tuple(Item(Image(x[: sides[i % len(sides)]]), "", f"{seed} {i}", i) for i, x in enumerate(drawn))


def tiny(name: str, data: Path) -> Base:
    drawn = phantom_patients(60, np.random.default_rng(5), images_per_patient=1)
    return Base(name, tuple(Image(x) for x in drawn.images), tuple(drawn.labels), tuple(drawn.groups))


@pytest.mark.parametrize("sides", [(64,), (64, 60)])
def test_every_kind_is_planted_three_times_each_in_an_image_of_its_own(sides: tuple[int, ...]) -> None:
    real, plain = items(70, 1, sides), items(70, 2, sides[::-1])
    synthetic, sources = kinds.planted(Trapped(Halves(real, plain)), kinds.ALL_KINDS, np.random.default_rng(0))
    changed = {i for i in range(70) if digest(synthetic[i].image) != digest(plain[i].image)}
    assert changed == set(sources)
    assert sorted(kind for kind, _ in sources.values()) == sorted(kinds.ALL_KINDS * 3)
    assert len({source for _, source in sources.values()}) == len(sources)
    for place, (kind, source) in sources.items():
        under = plain[place] if kind in kinds.PARTS else real[source]
        shape = synthetic[place].image.pixels.shape
        assert shape in (under.image.pixels.shape, under.image.pixels.shape[::-1])
        assert synthetic[place].image.pixels.dtype == np.uint8
        assert (digest(synthetic[place].image) == digest(real[source].image)) == (kind == "exact")
        assert synthetic[place].group is None


def test_what_shows_nothing_is_neither_copied_nor_replaced() -> None:
    real, plain = list(items(40, 1)), items(40, 2)
    real[3] = replace(real[3], image=Image(np.full((64, 64), 25, np.uint8)))
    trapped = Trapped(Halves(tuple(real), plain), {}, frozenset(range(10, 20)), frozenset(range(5)))
    sources = kinds.planted(trapped, ["exact"] * 9, np.random.default_rng(0))[1]
    assert len(sources) == 27
    assert not {3, *range(10, 20)} & {source for _, source in sources.values()}
    assert not set(range(5)) & set(sources)


def test_more_kinds_than_images_are_refused() -> None:
    with pytest.raises(UsageError, match="fewer kinds"):
        kinds.planted(Trapped(Halves(items(20, 1), items(20, 2))), kinds.ALL_KINDS, np.random.default_rng(0))


def test_accusations_name_place_and_content() -> None:
    real, synthetic = items(40, 1), list(items(40, 2))
    synthetic[5] = Item(Image(real[9].image.pixels[:, ::-1].copy()), "", None, None)
    found, _ = check.accused(real, synthetic)
    assert {place: named.real for place, named in found.items()} == {5: digest(real[9].image)}
    assert found[5].word
    assert check.accused(real, items(40, 4)) == ({}, False)


def test_a_copy_is_found_when_either_twin_is_named_and_no_other_image() -> None:
    trapped = twins(lambda image, rng: Image(image.pixels[::-1].copy()))(
        Halves(items(20, 1), items(20, 2)), 0.05, np.random.default_rng(0)
    )
    ((twin, source),) = trapped.pictures.items()
    content = [digest(item.image) for item in trapped.halves.real]
    stranger = next(x for x in content if x not in (twin, source))
    for copied in (twin, source):
        sources = {7: ("exact", content.index(copied))}
        for named, (right, wrong) in {twin: (1, 0), source: (1, 0), stranger: (0, 1)}.items():
            found = {7: RIGHT._replace(real=named), 8: RIGHT._replace(real=source)}
            counts = run.counted(trapped, sources, found, ("exact",))
            assert (counts["planted"], counts["found"], counts["misnamed"]) == (1, right, wrong)
            assert counts["words"] == ({"identical": 1} if right else {})


def test_unknown_patients_are_those_of_the_same_halves_without_their_names() -> None:
    base = tiny("tiny", Path())
    known, unknown = (
        run.trapped_halves(base, Scene("tiny", 30, "twins-noisy", 0.05, word, 0)) for word in ("known", "unknown")
    )
    assert [digest(x.image) for x in known.halves.real] == [digest(x.image) for x in unknown.halves.real]
    assert all(x.group for x in known.halves.real)
    assert not any(x.group for x in (*unknown.halves.real, *unknown.halves.synthetic, *known.halves.synthetic))
    assert len(known.pictures) == 2


def test_scenes_are_no_two_alike_and_parts_are_all_of_them() -> None:
    base = tiny("tiny", Path())
    wanted = Wanted(["tiny"], [20, 30, 300, 600], ["none", "series"], [0.02, 0.05], ["known", "unknown"], seeds=2)
    every = wanted.scenes(base)
    assert len(every) == len(set(every)) == 2 * 2 * 3 * 2
    assert {scene.n for scene in every} == {20, 30}, "more than half the set is half the set"
    parts = [scene for which in (1, 2, 3) for scene in replace(wanted, part=(which, 3)).scenes(base)]
    assert sorted(parts) == sorted(every)
    nobody = replace(base, groups=(None,) * len(base))
    assert {scene.patients for scene in wanted.scenes(nobody)} == {"unknown"}


@pytest.mark.parametrize("mode", ["--alone", "--together"])
def test_a_run_is_written_line_by_line_resumed_and_shown(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exact_alone(real: tuple[Item, ...], synthetic: tuple[Item, ...]) -> tuple[dict[int, Named], bool]:
        known = {digest(item.image): item for item in real}
        found = {i: Named(x, "identical") for i, item in enumerate(synthetic) if (x := digest(item.image)) in known}
        return {0: Named("another", "shifted"), **found}, bool(found)

    monkeypatch.setitem(SETS, "tiny", tiny)
    monkeypatch.setattr(run, "accused", exact_alone)
    out = tmp_path / "out.jsonl"
    options = ["run", str(tmp_path), "--out", str(out), "--sets", "tiny", "--n", "30", "--seeds", "1", mode]
    options += ["--kinds", "exact,augmented,part moved far", "--trap", "none,series", "--trap", "near-constant"]
    done = CliRunner().invoke(command.app, options, catch_exceptions=False)
    lines = list(records.read(out))
    assert f"{3 * (4 + (mode == '--together'))} lines written" in done.output
    assert {line["kind"] for line in lines} == {SOUND, "exact", "augmented", "part moved far"} | (
        {TOGETHER} if mode == "--together" else set()
    )
    assert len({key(line) for line in lines}) == len(lines)
    assert {line["kind"]: line["found"] for line in lines if line["planted"] == 3}["exact"] == 3
    whole = out.read_bytes()
    out.write_bytes(whole[:-20])
    CliRunner().invoke(command.app, options, catch_exceptions=False)
    assert {key(line): line["found"] for line in records.read(out)} == {key(line): line["found"] for line in lines}
    shown = CliRunner().invoke(command.app, ["table", str(out)], catch_exceptions=False).output
    assert "| exact | 3/3 | 3/3 = 100.0 % [43.9, 100.0] |" in shown
    assert "| augmented | 0/3 |" in shown
    assert "| series 5 %: whole copies | 3/6 |" in shown
    assert "| series | 0.05 | known | 30 | all sets | 1 | 0 | 1 | 0 |" in shown


@pytest.mark.parametrize(
    ("option", "value"), [("--trap", "twin"), ("--share", "2"), ("--n", "x"), ("--part", "3/2"), ("--kinds", "exct")]
)
def test_an_option_that_makes_no_sense_is_refused(option: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Expected"):
        CliRunner().invoke(
            command.app,
            ["run", str(tmp_path), "--out", str(tmp_path / "x"), option, value],
            catch_exceptions=False,
        )
