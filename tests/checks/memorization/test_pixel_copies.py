"""Copies are accused after every alteration they claim to see, parts by their source, and nobody else is."""

import numpy as np
import pytest
from scipy import ndimage

from gan_audit.checks.base import CheckSettings
from gan_audit.checks.memorization import pixel_copies, pixel_copies_tables
from gan_audit.checks.memorization.copy_decision import FALSE
from gan_audit.checks.memorization.patch_matches import PART
from gan_audit.types import Skipped
from tests.checks.memorization.thumbnails import NAMES, WHOLE, altered, pasted, phantoms, thumbnails

SIDE = 32
N = 100
EACH = 3


def pictures(n, seed):
    rng = np.random.default_rng(seed)
    coarse = ndimage.gaussian_filter(rng.normal(size=(n, SIDE, SIDE)), (0, 2, 2))
    return 128 + 40 * (coarse / coarse.std() + 0.05 * rng.normal(size=(n, SIDE, SIDE)))


@pytest.fixture
def measure(compare):
    """Of pictures (n, s, s) that are thumbnails already."""

    def run(real, synthetic, **more):
        names = tuple(",".join(map(str, place)) for place in np.ndindex(real.shape[1:]))
        rows = (x.reshape(len(x), -1) for x in (real, synthetic))
        data = compare(*rows, names=names, uses=("duplicates",), **more)
        return next(iter(pixel_copies.run(data, CheckSettings())))

    return run


@pytest.fixture
def audit(compare):
    """Of phantoms."""

    def run(real, synthetic, **more):
        data = compare(thumbnails(real), thumbnails(synthetic), names=NAMES, uses=("duplicates",), **more)
        return next(iter(pixel_copies.run(data, CheckSettings())))

    return run


@pytest.mark.parametrize("seed", range(2))
def test_fresh_images_are_accused_of_nothing(measure, audit, seed):
    for result in (
        measure(pictures(80, seed), pictures(80, 100 + seed)),
        audit(phantoms(N, seed), phantoms(N, 100 + seed)),
    ):
        assert (result.estimate, result.ci[0]) == (0, 0)
        assert not result.pairs
        assert result.message.startswith(f"0 of {result.n_synthetic} synthetic images are identical to a real one; ")


@pytest.fixture
def mixed(audit):
    """Three images of each alteration, eight with a part of a real one in them, and the rest fresh."""
    real, synthetic, sources = phantoms(N, 10), phantoms(N, 1000), {}
    for number, (kind, (how, _)) in enumerate(WHOLE.items()):
        at = slice(EACH * number, EACH * (number + 1))
        synthetic[at] = altered(real[at], how)
        sources |= {f"synthetic{i}": (kind, f"real{i}") for i in range(at.start, at.stop)}
    at = slice(EACH * len(WHOLE), EACH * len(WHOLE) + 12)
    synthetic[at] = pasted(real[at], synthetic[at])
    sources |= {f"synthetic{i}": (PART, f"real{i}") for i in range(at.start, at.stop)}
    return sources, audit(real, synthetic)


def test_altered_copies_beside_each_other_are_found_named_ranked_and_counted(mixed):
    sources, result = mixed
    found = {pair.synthetic: pair for pair in result.pairs}
    whole = {name for name, (kind, _) in sources.items() if kind != PART}
    assert whole <= set(found)
    assert len(set(found) - set(sources)) <= 0.05 * len(found)
    assert all(found[name].real == sources[name][1] for name in whole)
    assert {found[name].transformation for name in set(sources) - whole if name in found} == {PART}
    for kind, (_, words) in WHOLE.items():
        said = [found[name].transformation for name in whole if sources[name][0] == kind]
        assert all(x.startswith("identical, ") for x in said)
        assert sum(words in x for x in said) >= 2, (kind, said)
    assert [pair.rank for pair in result.pairs] == list(range(1, len(found) + 1))
    scores = [pair.score for pair in result.pairs if pair.score is not None]
    assert scores == sorted(scores)
    assert scores[-1] <= FALSE
    assert len(scores) == len(found) - len(whole)
    _tables_agree(result, len(whole))


def _tables_agree(result, whole):
    tables = {table["title"]: table["rows"] for table in result.details["tables"]}
    kinds = tables["Copies by how the real image was altered"]
    assert result.details["copies"] == len(result.pairs) == sum(count for _, count in kinds)
    assert result.details["identical"] == whole
    assert result.details["parts"] == sum(pair.transformation == PART for pair in result.pairs) >= 1
    assert result.estimate == pytest.approx(len(result.pairs) / N)
    assert whole / N < result.ci[0] <= result.estimate <= result.ci[1]
    identical, others = tables["Identical images"], tables["Altered copies and parts"]
    assert len(identical) == min(pixel_copies_tables.WORST, whole)
    assert {row[0][0] for row in identical + others} == {"S"}
    assert {row[1][0] for row in identical + others} == {"R"}
    real = tables["Real images of different patients that match most closely"]
    assert len(real) == 2 * pixel_copies_tables.SHOWN
    assert {name[0] for row in real for name in row[:2]} == {"R"}
    assert f"({result.details['patients']['identical']} patients)" in result.message


SMALL = {
    "mirrored": (lambda x, rng: x[:, :, ::-1], "identical, mirrored"),
    "shifted": (lambda x, rng: np.roll(x, 2, axis=1), "identical, shifted"),
    "noisy": (lambda x, rng: x + 4 * rng.normal(size=x.shape), "identical, noise of"),
}


@pytest.mark.parametrize("name", SMALL)
def test_smaller_thumbnails_do_as_well(measure, name):
    alter, words = SMALL[name]
    real, synthetic = pictures(80, 1), pictures(80, 2)
    synthetic[:8] = alter(real[20:28], np.random.default_rng(3))
    result = measure(real, synthetic)
    assert result.details["identical"] == 8
    assert result.ci[0] >= 0.1
    assert {(p.synthetic, p.real) for p in result.pairs} == {(f"synthetic{i}", f"real{20 + i}") for i in range(8)}
    assert sum(p.transformation.startswith(words) for p in result.pairs) >= 6, {p.transformation for p in result.pairs}


def test_patients_are_counted_once_however_often_they_are_copied(measure):
    real, synthetic = pictures(80, 1), pictures(80, 2)
    synthetic[:6] = real[[20, 20, 60, 21, 22, 22]]
    result = measure(real, synthetic, groups=([f"p{i % 40}" for i in range(80)], None))
    assert result.details["copies"] == 6
    assert result.details["patients_concerned"] == result.details["patients"]["identical"] == 3


def test_near_identical_real_images_excuse_no_identical_one(measure):
    real = pictures(80, 1)
    real[40:44] = real[:4] + 4 * np.random.default_rng(0).normal(size=(4, SIDE, SIDE))
    synthetic = pictures(80, 2)
    synthetic[:8] = real[:8]
    result = measure(real, synthetic)
    assert result.details["identical"] == 8
    assert result.ci[0] == pytest.approx(0.1)


def test_constant_images_take_no_part(audit):
    real, synthetic = phantoms(60, 1), phantoms(60, 2)
    real[:5], synthetic[:5] = 7, 7
    synthetic[5:8] = real[5:8]
    result = audit(real, synthetic)
    assert (result.n_real, result.n_synthetic) == (55, 55)
    assert {pair.synthetic for pair in result.pairs} == {"synthetic5", "synthetic6", "synthetic7"}


@pytest.mark.parametrize(("real", "synthetic"), [(1, 40), (40, 1), (15, 40), (1, 1)])
def test_sets_that_are_too_small_are_skipped_with_the_reason(measure, real, synthetic):
    result = measure(pictures(real, 1), pictures(synthetic, 2))
    assert isinstance(result, Skipped)
    assert result.reason.startswith("No image is identical to a real one, and there are ")


def test_sixteen_images_are_enough_to_find_copies_and_to_accuse_nobody_else(measure):
    real, synthetic = pictures(16, 1), pictures(16, 2)
    assert measure(real, synthetic).details["copies"] == 0
    synthetic[:4] = real[:4]
    assert {pair.synthetic for pair in measure(real, synthetic).pairs} == {f"synthetic{i}" for i in range(4)}


def test_volumes_are_compared_too(measure):
    rng = np.random.default_rng(5)
    real, synthetic = 100 + 500 * ndimage.gaussian_filter(rng.normal(size=(2, 30, 16, 16, 16)), (0, 0, 2, 2, 2))
    assert measure(real, synthetic).details["copies"] == 0
    synthetic[:4] = real[:4, :, :, ::-1]
    found = {(pair.synthetic, pair.real) for pair in measure(real, synthetic).pairs}
    assert found == {(f"synthetic{i}", f"real{i}") for i in range(4)}
