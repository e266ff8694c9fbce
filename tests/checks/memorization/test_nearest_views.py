"""Distances of thumbnails are the least over all views: equal to brute force, and a turned memorizer is as visible."""

import numpy as np
import pytest

from gan_audit.checks.base import CheckSettings
from gan_audit.checks.memorization import holdout_share, nearest_neighbour
from gan_audit.checks.memorization.distances import among, between_halves, measure
from gan_audit.checks.prepare import prepare
from gan_audit.features.pixels import Pixels
from gan_audit.stats.neighbours.api import nearest
from gan_audit.stats.neighbours.symmetric import nearest_in_views, squared_in_views, views_of
from gan_audit.stats.resampling import Split
from gan_audit.types import Image
from tests.checks.conftest import table

RATIO, CLOSE, AUTHENTIC = "memorization.ratio", "memorization.close_fraction", "memorization.authenticity"
GRIDS = [(6, 6), (5, 5), (4, 4, 4), (2, 3, 3)]
ALTERED = {
    "mirrored": lambda x: x[..., ::-1],
    "upside down": lambda x: x[..., ::-1, :],
    "rotated": lambda x: np.rot90(x, 1, axes=(-2, -1)),
    "rotated back": lambda x: np.rot90(x, 3, axes=(-2, -1)),
    "transposed": lambda x: np.swapaxes(x, -2, -1),
    "negative": lambda x: -x,
    "mirrored negative": lambda x: -x[..., ::-1],
}


def rows(rng, n, grid):
    """(n, d) of mean 0 and standard deviation 1."""
    values = rng.normal(size=(n, int(np.prod(grid))))
    values -= values.mean(axis=1, keepdims=True)
    return values / values.std(axis=1, keepdims=True)


def altered(points, grid, how):
    return np.ascontiguousarray(ALTERED[how](points.reshape(-1, *grid))).reshape(points.shape)


def brute(left, right, grid):
    """(n, m) squared distances by turning the left rows with `numpy.rot90` and by nothing else."""
    grids = left.reshape(len(left), *grid)
    turned = (np.rot90(x, r, axes=(-2, -1)) for x in (grids, grids[..., ::-1]) for r in range(4))
    views = [sign * x.reshape(left.shape) for x in turned for sign in (1, -1)]
    return np.min([np.square(x[:, None] - right[None]).sum(2) for x in views], axis=0)


def names(grid):
    return [",".join(map(str, place)) for place in np.ndindex(*grid)]


def compare(real, synthetic, grid, unseen=None, *, groups=None, **more):
    more = {"names": names(grid), "uses": ("copies",), **more}
    third = None if unseen is None else table(unseen, "holdout", **more)
    return prepare(table(real, "real", groups=groups, **more), table(synthetic, "synthetic", **more), third)


def run(data):
    return {x.id: x for x in nearest_neighbour.run(data, CheckSettings())}


@pytest.mark.parametrize("device", ["cpu", "torch-cpu"])
@pytest.mark.parametrize("grid", GRIDS)
def test_equal_to_brute_force_with_and_without_groups(grid, device):
    rng = np.random.default_rng(0)
    queries, base = rows(rng, 50, grid), rows(rng, 70, grid)
    own, theirs = rng.integers(5, size=50), rng.integers(5, size=70)
    squared = brute(queries, base, grid)
    found = nearest_in_views(queries, base, grid, device=device)
    np.testing.assert_allclose(found.distance[:, 0], np.sqrt(squared.min(axis=1)), rtol=1e-12)
    np.testing.assert_array_equal(found.index[:, 0], squared.argmin(axis=1))
    squared[own[:, None] == theirs] = np.inf
    found = nearest_in_views(queries, base, grid, query_groups=own, base_groups=theirs, device=device)
    np.testing.assert_allclose(found.distance[:, 0], np.sqrt(squared.min(axis=1)), rtol=1e-12)
    np.testing.assert_array_equal(found.index[:, 0], squared.argmin(axis=1))


@pytest.mark.parametrize("grid", GRIDS)
def test_every_view_of_a_row_is_at_zero_and_the_distances_have_no_side(grid):
    rng = np.random.default_rng(1)
    left, right = rows(rng, 30, grid), rows(rng, 40, grid)
    np.testing.assert_allclose(squared_in_views(left, right, grid), brute(left, right, grid), rtol=1e-10)
    np.testing.assert_allclose(squared_in_views(left, right, grid), squared_in_views(right, left, grid).T, rtol=1e-10)
    for view in views_of(right, grid):
        found = nearest_in_views(view, right, grid)
        assert (found.distance == 0).all()
        np.testing.assert_array_equal(found.index[:, 0], np.arange(40))
        assert (np.diag(squared_in_views(view, right, grid)) == 0).all()


def test_near_copies_are_where_they_are_and_blocks_change_nothing(monkeypatch):
    rng, grid = np.random.default_rng(2), (6, 6)
    base = rows(rng, 60, grid)
    queries = altered(base, grid, "rotated") + 1e-9 * rng.normal(size=base.shape)
    found = nearest_in_views(queries, base, grid)
    np.testing.assert_allclose(found.distance[:, 0] ** 2, brute(queries, base, grid).min(axis=1), rtol=1e-6)
    monkeypatch.setattr("gan_audit.stats.neighbours.symmetric.BLOCK", 1)
    again = nearest_in_views(queries, base, grid)
    np.testing.assert_array_equal(found.distance, again.distance)
    np.testing.assert_array_equal(found.index, again.index)


@pytest.mark.parametrize("device", ["cpu", "torch-cpu"])
def test_of_rows_that_tie_the_lowest_is_named_and_one_image_many_times_is_no_burden(device):
    rng, grid = np.random.default_rng(3), (6, 6)
    one, others = rows(rng, 1, grid), rows(rng, 40, grid)
    base = np.concatenate([np.repeat(one, 60, axis=0), altered(np.repeat(one, 60, axis=0), grid, "mirrored")])
    own = np.arange(120)
    found = nearest_in_views(base, base, grid, query_groups=own, base_groups=own, device=device)
    assert (found.distance == 0).all()
    np.testing.assert_array_equal(found.index[:, 0], np.where(own == 0, 1, 0))
    found = nearest_in_views(others, np.repeat(one, 60, axis=0), grid, device=device)
    assert (found.index == 0).all()


def test_a_row_with_nobody_to_choose_has_none():
    points, groups = rows(np.random.default_rng(4), 5, (4, 4)), np.zeros(5, int)
    for device in ("cpu", "torch-cpu"):
        found = nearest_in_views(points, points, (4, 4), query_groups=groups, base_groups=groups, device=device)
        assert np.isinf(found.distance).all()
        assert (found.index == -1).all()
    with pytest.raises(ValueError, match="NaN or infinity"):
        nearest_in_views(points * np.nan, points, (4, 4))


def test_an_image_that_is_its_own_mirror_image_is_not_its_own_neighbour():
    rng, grid = np.random.default_rng(5), (6, 6)
    half = rng.normal(size=(40, 6, 3))
    points = np.concatenate([half, half[..., ::-1]], axis=2).reshape(40, 36)
    data = compare(points, rows(rng, 40, grid), grid)
    squared = brute(data.real.points, data.real.points, grid)
    np.fill_diagonal(squared, np.inf)
    for distances in among(data.real, grid, "cpu"):
        np.testing.assert_allclose(distances, np.sqrt(squared.min(axis=1)), rtol=1e-12)
        assert distances.min() > 0.1


def test_spaces_without_a_grid_are_not_moved_by_a_bit():
    rng = np.random.default_rng(6)
    queries, base, own = rng.normal(size=(50, 36)), rng.normal(size=(60, 36)), np.arange(60)
    for groups in ({}, {"query_groups": own[:50], "base_groups": own}):
        plain, found = nearest(queries, base, **groups), nearest_in_views(queries, base, (), **groups)
        np.testing.assert_array_equal(plain.distance, found.distance)
        np.testing.assert_array_equal(plain.index, found.index)
    turned = altered(base, (6, 6), "mirrored")
    data = prepare(table(base, "real", uses=("copies",)), table(turned, "synthetic", uses=("copies",)))
    assert data.grid == ()
    np.testing.assert_array_equal(
        measure(data, "cpu").synthetic, nearest(data.synthetic.points, data.real.points).distance[:, 0]
    )


@pytest.mark.parametrize("pixels", [np.zeros((40, 30)), np.zeros((12, 20, 20))])
def test_the_space_pixels_has_a_grid(pixels):
    rng, space = np.random.default_rng(7), Pixels()
    sides = [[Image(rng.integers(0, 255, pixels.shape, dtype=np.uint8)) for _ in range(5)] for _ in range(2)]
    named = space.names(sides[0][0])
    tables = (
        table([space(x) for x in images], role, names=named, uses=space.uses)
        for images, role in zip(sides, ("real", "synthetic"), strict=True)
    )
    assert prepare(*tables).grid == {2: (16, 16), 3: (8, 8, 8)}[pixels.ndim]


def test_other_spaces_are_not_taken_for_thumbnails():
    rng, grid = np.random.default_rng(8), (6, 6)
    points = rows(rng, 20, grid)
    assert compare(points, points, grid).grid == grid
    assert compare(points, points, grid, uses=("fidelity",)).grid == ()
    assert compare(points, points, grid, standardize=True).grid == ()
    assert compare(points, points, grid, names=names(grid)[::-1]).grid == ()
    assert compare(points, points, grid, names=names((4, 9))).grid == ()
    assert compare(points, points, grid, names=[f"{i}" for i in range(36)]).grid == ()
    assert compare(points, points, grid, names=[f"f,{i}" for i in range(36)]).grid == ()
    assert compare(abs(points), points, grid).grid == ()  # counts of grey levels side by side, for one
    holes = points.copy()
    holes[3, 35] = np.nan
    assert compare(points, holes, grid).grid == ()


@pytest.mark.parametrize(
    ("how", "grid"),
    [("mirrored", (6, 6)), ("rotated", (6, 6)), ("negative", (6, 6)), ("mirrored negative", (4, 4, 4))],
)
def test_a_memorizer_is_as_visible_turned_or_inverted_as_plain(grid, how):
    rng = np.random.default_rng(9)
    real, synthetic, unseen = rows(rng, 120, grid), rows(rng, 100, grid), rows(rng, 80, grid)
    synthetic[:40] = real[:40] + 0.05 * rng.normal(size=(40, real.shape[1]))
    other = np.concatenate([altered(synthetic[:50], grid, how), synthetic[50:]])
    digests = [f"{i:03d}" for i in range(120)]
    sides = (
        table(real, "real", names=names(grid), uses=("copies",)),
        table(unseen, "holdout", names=names(grid), uses=("copies",)),
    )
    plain, turned = (
        prepare(sides[0], table(x, "synthetic", names=names(grid), uses=("copies",), digests=digests), sides[1])
        for x in (synthetic, other)
    )
    first, second = run(plain), run(turned)
    assert first[CLOSE].estimate >= 0.4
    for id in (RATIO, CLOSE, AUTHENTIC):
        assert first[id].estimate == pytest.approx(second[id].estimate, rel=1e-12)
        assert first[id].ci == pytest.approx(second[id].ci, rel=1e-9)
    means = [x[RATIO].details["mean_nearest_distance"] for x in (first, second)]
    assert means[0] == pytest.approx(means[1], rel=1e-12)
    names_of = [[(p.synthetic, p.real, p.holdout) for p in x[CLOSE].pairs] for x in (first, second)]
    assert names_of[0] == names_of[1]
    shares = [next(holdout_share.run(x, CheckSettings())) for x in (plain, turned)]
    assert shares[0].estimate == pytest.approx(shares[1].estimate, rel=1e-12)
    assert shares[0].estimate > 0.6


def test_the_three_distances_are_those_of_brute_force():
    rng, grid = np.random.default_rng(10), (5, 5)
    real, synthetic, unseen = (rows(rng, 60, grid) for _ in range(3))
    groups = [f"p{i // 2}" for i in range(60)]
    found = run(compare(real, synthetic, grid, unseen, groups=groups))
    means = found[RATIO].details["mean_nearest_distance"]
    within, own = brute(synthetic, synthetic, grid), brute(real, real, grid)
    np.fill_diagonal(within, np.inf)
    np.fill_diagonal(own, np.inf)
    apart = np.where(np.arange(60)[:, None] // 2 == np.arange(60) // 2, np.inf, own)
    across, back = brute(synthetic, real, grid), brute(unseen, real, grid)
    expected = {
        "real to real of another patient": apart,
        "real to real of any patient": own,
        "synthetic to synthetic": within,
        "synthetic to real": across,
        "unseen real to real": back,
    }
    assert means == pytest.approx({name: np.sqrt(x.min(axis=1)).mean() for name, x in expected.items()})
    assert found[RATIO].estimate == pytest.approx(means["synthetic to real"] / means["real to real of another patient"])


def test_halves_of_the_real_images_are_compared_the_same_way():
    rng, grid = np.random.default_rng(11), (5, 5)
    data = compare(rows(rng, 60, grid), rows(rng, 40, grid), grid, groups=[f"p{i // 2}" for i in range(60)])
    split = Split(np.arange(30), np.arange(30, 60), np.arange(20))
    first, second = data.real.points[:30], data.real.points[30:]
    found = between_halves(data, split)
    across, within = brute(second, first, grid), brute(first, first, grid)
    np.fill_diagonal(within, np.inf)
    np.testing.assert_allclose(found.synthetic, np.sqrt(across.min(axis=1)), rtol=1e-9)
    np.testing.assert_array_equal(found.match, across.argmin(axis=1))
    np.testing.assert_allclose(found.anyone, np.sqrt(within.min(axis=1)), rtol=1e-9)
    codes = data.real.groups[:30]
    within[codes[:, None] == codes] = np.inf
    np.testing.assert_allclose(found.real, np.sqrt(within.min(axis=1)), rtol=1e-9)


def test_a_real_image_that_stands_in_the_set_mirrored_is_a_twin():
    rng, grid = np.random.default_rng(12), (6, 6)
    real, synthetic = rows(rng, 200, grid), rows(rng, 100, grid)
    real[190:] = altered(real[180:190], grid, "mirrored")
    synthetic[:40] = altered(real[:40], grid, "rotated")
    found = run(compare(real, synthetic, grid))[CLOSE]
    assert found.details["real_images_with_a_twin"] == 20
    assert found.details["close_distance"] > 1
    assert found.estimate >= 0.4


def test_two_halves_of_the_same_data_give_what_is_expected():
    rng, grid = np.random.default_rng(13), (4, 4)
    drawn = [run(compare(rows(rng, 200, grid), rows(rng, 200, grid), grid)) for _ in range(8)]
    assert np.mean([x[RATIO].estimate for x in drawn]) == pytest.approx(1, abs=0.01)
    assert sum(x[RATIO].ci[0] < 1 < x[RATIO].ci[1] for x in drawn) >= 6
    assert sum(x[CLOSE].ci[0] <= 0.01 <= x[CLOSE].ci[1] for x in drawn) >= 6


def test_the_numbers_do_not_depend_on_row_order():
    rng, grid = np.random.default_rng(14), (6, 6)
    real, synthetic = rows(rng, 60, grid), rows(rng, 60, grid)
    synthetic[:20] = altered(real[20:40], grid, "mirrored")
    order = rng.permutation(60)
    first, second = run(compare(real, synthetic, grid)), run(compare(real, synthetic[order], grid))
    for id in first:
        assert first[id].estimate == pytest.approx(second[id].estimate, rel=1e-12)
