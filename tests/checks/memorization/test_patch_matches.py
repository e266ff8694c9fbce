"""A part of a real image in another image is found by its place; what many patients have in common is none."""

import numpy as np
import pytest

from gan_audit.checks.memorization import patch_candidates
from gan_audit.checks.memorization.patch_matches import MOVED, PART, SMALLEST, best_parts
from tests.checks.memorization.thumbnails import pasted, phantoms, side, thumbnails

GRID = (64, 64)
N = 60


@pytest.fixture(scope="module")
def images():
    return phantoms(N, 1)


@pytest.fixture(scope="module")
def strangers():
    return phantoms(20, 2)


@pytest.fixture(scope="module")
def apart(images, strangers):
    return best_parts(side(thumbnails(strangers)), side(thumbnails(images)), GRID, apart=False)


def test_the_image_that_a_part_was_taken_from_is_found(images, strangers, apart):
    mixed = pasted(images[:20], strangers)
    found = best_parts(side(thumbnails(mixed)), side(thumbnails(images)), GRID, apart=False)
    own = found.row == np.arange(20)
    assert own.mean() >= 0.9
    assert np.median(found.closeness[own]) < apart.closeness.min()
    assert np.median(found.difference[own]) < 0.05
    assert set(found.how) == {PART}


@pytest.mark.parametrize("step", [0, 3, 4, 9])
def test_a_part_is_found_wherever_it_was_moved_to(images, strangers, apart, step):
    mixed = pasted(np.roll(images[:20], (step, -step), axis=(1, 2)), strangers)
    found = best_parts(side(thumbnails(mixed)), side(thumbnails(images)), GRID, apart=False)
    own = (found.row == np.arange(20)) & (found.closeness < np.quantile(apart.closeness, 0.05))
    assert own.mean() >= 0.9
    assert {found.how[i] for i in np.flatnonzero(own)} == {MOVED if step else PART}


def test_a_search_in_the_likeliest_cells_finds_it_too(images, strangers, monkeypatch):
    mixed = pasted(images[:20], strangers)
    monkeypatch.setattr(patch_candidates, "MANY", 100)
    monkeypatch.setattr(patch_candidates, "BLOCK", 64)
    found = best_parts(side(thumbnails(mixed)), side(thumbnails(images)), GRID, apart=False)
    assert (found.row == np.arange(20)).mean() >= 0.85


def test_images_without_blobs_match_nothing(images):
    ramp = np.tile(np.linspace(0, 255, 64), (3, 64, 1)).astype(np.uint8)
    found = best_parts(side(thumbnails(ramp)), side(thumbnails(images)), GRID, apart=False)
    assert (found.closeness == 0).all()


def test_what_two_patients_share_is_no_part_of_either(images, strangers):
    """A marker in every image, one of them synthetic."""
    marked, mixed = images.copy(), strangers.copy()
    for stack in (marked, mixed):
        stack[:, 4:18, 4:18] = np.random.default_rng(0).integers(0, 255, (14, 14))
    found = best_parts(side(thumbnails(mixed)), side(thumbnails(marked)), GRID, apart=False)
    one = images.copy()
    one[7, 4:18, 4:18] = marked[7, 4:18, 4:18]
    told = best_parts(side(thumbnails(mixed)), side(thumbnails(one)), GRID, apart=False)
    assert told.row.tolist() == [7] * 20
    assert found.closeness.min() > told.closeness.max()


def test_images_of_ones_own_patient_do_not_count_among_real_ones(images):
    both = side(thumbnails(np.concatenate([images, images[:10]])), [*range(N), *range(10)])
    found = best_parts(both, both, GRID, apart=True)
    assert (found.row % N != np.arange(N + 10) % N).all()
    assert np.isfinite(found.closeness).all()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_real_images_give_numbers(images, n):
    few = side(thumbnails(images[:n]))
    for queries, apart in ((few, True), (side(thumbnails(images[:4])), False)):
        found = best_parts(queries, few, GRID, apart=apart)
        assert np.isfinite(found.closeness).all()
        assert np.isfinite(found.difference).all()
        assert found.row.min() >= 0
        assert found.row.max() < n


@pytest.mark.parametrize("grid", [(16, 16, 16), (64,), (SMALLEST - 2, SMALLEST - 2)])
def test_volumes_and_small_thumbnails_have_no_parts(grid):
    flat = side(np.random.default_rng(0).normal(size=(4, int(np.prod(grid)))))
    assert best_parts(flat, flat, grid, apart=True) is None


def test_the_order_of_the_rows_changes_nothing(images, strangers):
    points, order = thumbnails(pasted(images[:20], strangers)), np.random.default_rng(0).permutation(20)
    real, places = thumbnails(images), np.random.default_rng(1).permutation(N)
    plain = best_parts(side(points), side(real), GRID, apart=False)
    moved = best_parts(side(points[order]), side(real[places]), GRID, apart=False)
    assert places[moved.row].tolist() == plain.row[order].tolist()
    np.testing.assert_allclose(moved.closeness, plain.closeness[order], atol=1e-9)
