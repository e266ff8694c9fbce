"""No identical image escapes, whatever the real images do among themselves; twins are one patient."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from benchmarks.calibration import alterations as alter
from gan_audit.checks.base import CheckSettings, Twins
from gan_audit.checks.memorization import pixel_copies
from gan_audit.checks.memorization.identity import search_identical, twins
from gan_audit.checks.prepare import group_codes, prepare
from gan_audit.errors import InputError
from gan_audit.features.pixels import FinePixels
from gan_audit.types import FeatureTable, Image, Sample
from tests.checks.memorization.thumbnails import altered, phantoms, side

GRID = (64, 64)
SPACE = FinePixels()
VIEWS = {
    "exact": lambda image, rng: image,
    "mirrored": alter.flipped,
    "quarter turn": alter.rotated90,
    "negative": alter.inverted,
    "shifted": alter.shifted,
    "brighter": alter.brighter(10.0),
    "noise": alter.noisy(6.0),
    "JPEG": alter.jpeg(75),
    "turned": alter.rotated(10.0),
    "zoomed": alter.zoomed(0.1),
    "cropped": alter.cropped(0.8, 0.95),
}


def table(role, images, groups):
    samples = tuple(
        Sample(f"{role}{i}", role, f"{role[0].upper()}-{i}", f"{role}{i:04d}", None, groups[i], (64, 64), 1, 8, 0, 255)
        for i in range(len(images))
    )
    values = np.stack([SPACE(Image(x)) for x in images])
    return FeatureTable(SPACE.describe(values.shape[1]), role, values, SPACE.names(Image(images[0])), samples)


def audited(real, synthetic, groups=None):
    """The check on images (n, 64, 64), twins among the real ones joined, as an audit does it."""
    groups = [None] * len(real) if groups is None else groups
    tables = table("real", real, groups), table("synthetic", synthetic, [None] * len(synthetic))
    pixels = {f"{role}{i}": Image(x) for role, y in (("real", real), ("synthetic", synthetic)) for i, x in enumerate(y)}
    readers = {role: (lambda sample: pixels[sample.id]) for role in ("real", "synthetic")}
    first = prepare(*tables, readers=readers)
    data = prepare(*tables, twins=twins(first.real, first.grid, joined=True), readers=readers)
    return next(iter(pixel_copies.run(data, CheckSettings())))


def trapped(n, seed, kind, rng):
    """Phantoms of which some are twins of others, series, or nearly constant."""
    real = phantoms(n, seed)
    few = max(2, n // 20)
    order = rng.permutation(n)
    traps = {
        "none": lambda x: x,
        "twins": alter.noisy(6.0),
        "mirrored twins": alter.flipped,
        "series": alter.noisy(1.0),
    }
    if kind == "near-constant":
        real[order[:few]] = np.clip(rng.normal(90, 1, (few, 64, 64)), 0, 255).astype(np.uint8)
    elif kind == "series":
        real[order[1:5]] = altered(real[np.repeat(order[0], 4)], traps[kind], int(seed))
    elif kind != "none":
        real[order[:few]] = altered(real[order[few : 2 * few]], traps[kind], int(seed))
    return real, order[2 * few + 5 :]


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    trap=st.sampled_from(["none", "twins", "mirrored twins", "series", "near-constant"]),
    view=st.sampled_from(sorted(VIEWS)),
    count=st.integers(1, 3),
    n=st.integers(20, 40),
    seed=st.integers(0, 10_000),
    known=st.booleans(),
)
def test_the_criterion_is_never_met_with_identical_images_in_the_set(trap, view, count, n, seed, known):
    rng = np.random.default_rng(seed)
    real, free = trapped(n, seed, trap, rng)
    synthetic = phantoms(n, seed + 20_000)
    if trap == "near-constant":
        synthetic[-3:] = np.clip(rng.normal(90, 1, (3, 64, 64)), 0, 255).astype(np.uint8)
    sources = free[:count]
    synthetic[:count] = altered(real[sources], VIEWS[view], seed)
    result = audited(real, synthetic, [f"p{i}" for i in range(n)] if known else None)
    named = {pair.synthetic: pair.real for pair in result.pairs}
    assert result.ci[0] > 0
    assert result.details["identical"] >= count
    assert all(named[f"synthetic{i}"] == f"real{row}" for i, row in enumerate(sources))
    assert all(pair.transformation.startswith("identical") for pair in result.pairs[:count])
    assert set(named) == {f"synthetic{i}" for i in range(count)}


@pytest.mark.parametrize("trap", ["twins", "mirrored twins", "series"])
def test_one_picture_under_two_names_is_one_patient(trap):
    rng = np.random.default_rng(0)
    real, _ = trapped(40, 7, trap, rng)
    found = twins(side(real), GRID, joined=True)
    members = {4: 1, 2: 2}[2 if "twins" in trap else 4]
    assert len(set(found.codes().values())) == members
    assert len(found.codes()) == (5 if trap == "series" else 4)
    result = audited(real, phantoms(40, 900))
    assert (result.estimate, result.ci[0]) == (0, 0)
    assert result.details["real_twins"] == len(found.pairs)
    assert any(table["title"].endswith("under two names") for table in result.details["tables"])


def test_a_long_series_becomes_one_group():
    real = phantoms(40, 3)
    real[1:13] = altered(real[np.zeros(12, int)], alter.noisy(2.0))
    codes = twins(side(real), GRID, joined=True).codes()
    assert len(set(codes.values())) == 1
    assert len(codes) == 13


def test_images_of_one_patient_are_no_twins():
    real = phantoms(30, 4)
    real[15:] = altered(real[:15], alter.noisy(2.0))
    assert twins(side(real, np.arange(30) % 15), GRID, joined=True).pairs == ()


def test_pairs_that_hang_together_share_one_code():
    found = Twins((("b", "c"), ("a", "b"), ("x", "y")))
    assert found.codes() == {"a": "a", "b": "a", "c": "a", "x": "x", "y": "x"}
    assert Twins().codes() == {}


def test_joined_twins_join_their_patients():
    def sample(id, group, role="real"):
        return Sample(id, role, id, f"digest {role} {id}", None, group, (8, 8), 1, 8, 0, 255)

    samples = [sample("a", "p"), sample("b", "p"), sample("c", "q"), sample("d", None), sample("a", None, "synthetic")]
    apart, joined = group_codes(samples), group_codes(samples, Twins((("b", "c"),)))
    assert len(set(apart.values())) == 4
    assert joined["real", "a"] == joined["real", "b"] == joined["real", "c"] != joined["real", "d"]
    assert len(set(joined.values())) == 3
    assert len(set(group_codes(samples, Twins((("b", "c"),), joined=False)).values())) == 4


def test_identity_needs_no_sixteen_images():
    real, synthetic = phantoms(5, 1), phantoms(5, 2)
    synthetic[2] = real[4][:, ::-1]
    result = audited(real, synthetic)
    assert result.ci == (0.2, 0.2)
    assert [(pair.synthetic, pair.real) for pair in result.pairs] == [("synthetic2", "real4")]
    assert result.details["altered"] is None


def test_spots_on_black_are_counted_and_not_accused():
    y, x = np.mgrid[:64, :64]

    def spot(row, column, radius):
        return (220 * (((y - row) / radius) ** 2 + ((x - column) / radius) ** 2 < 1)).astype(np.uint8)

    real, synthetic = phantoms(30, 1), phantoms(30, 2)
    real[:3] = [spot(30, 30, 8), spot(33, 28, 10), spot(20, 40, 9)]
    synthetic[:3] = real[:3]
    result = audited(real, synthetic)
    assert result.details["identical"] == 0
    assert result.details["not_identifiable"] == 3
    assert not result.pairs


def test_the_residual_is_told_in_stored_units():
    real, synthetic = phantoms(30, 1), phantoms(30, 2)
    synthetic[:1] = altered(real[8:9], alter.noisy(6.0))
    tables = {table["title"]: table for table in audited(real, synthetic).details["tables"]}
    (row,) = tables["Identical images"]["rows"]
    assert row[:2] == ["S-0", "R-8"]
    assert row[2] == pytest.approx(6, abs=1)
    assert row[4] == "identical, noise of 6 grey levels"


def test_what_could_have_been_missed_is_planted_and_counted():
    tables = {table["title"]: table for table in audited(phantoms(30, 1), phantoms(30, 2)).details["tables"]}
    rows = tables["What this audit of 30 images could have missed"]["rows"]
    assert [row[0] for row in rows] == ["noise of 8 grey levels", "rotated by 10°", "cropped to 80 % of the side"]
    assert all(found >= 10 and planted == 12 and 1 < enough < 5 for _, found, planted, enough in rows)


def test_an_image_that_cannot_be_read_again_is_bad_input():
    from dataclasses import replace

    def gone(id):
        raise OSError(id)

    real = side(phantoms(20, 1))
    with pytest.raises(InputError, match="read 0 again"):
        search_identical(replace(real, read=gone), real, GRID, apart=False)


def test_volumes_are_identified_too():
    volumes = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(24, 16, 16, 16)), (0, 2, 2, 2))
    rows = 100 + 40 * volumes.reshape(24, -1) / volumes.std()
    left, right = rows.copy(), rows[:12]
    left[:12] = 0
    left[0] = np.flip(right[3].reshape(16, 16, 16), 2).ravel()
    base = side(np.zeros((12, 64, 64), np.uint8) + np.arange(64, dtype=np.uint8))
    from dataclasses import replace

    def points(x):
        return (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)

    real = replace(base, values=right, points=points(right), levels=np.ones(12), read=None)
    rest = left[[0, *range(12, 23)]]
    query = replace(base, values=rest, points=points(rest), levels=np.ones(12), read=None)
    found = search_identical(query, real, (16, 16, 16), apart=False)
    assert np.flatnonzero(found.identical).tolist() == [0]
    assert found.row[0] == 3
