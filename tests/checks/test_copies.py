"""The best match of an altered copy is its original, by the alteration's name; another patient's is not near it."""

import numpy as np
import pytest
from scipy import ndimage

from gan_audit.checks import copies
from gan_audit.checks.copies import best_matches
from tests.checks.thumbnails import WHOLE, altered, phantoms, side, thumbnails

GRID = (64, 64)
N = 30


@pytest.fixture(scope="module")
def images():
    return phantoms(N, 1)


@pytest.fixture(scope="module")
def real(images):
    return side(thumbnails(images))


@pytest.fixture(scope="module")
def strangers(real):
    return best_matches(side(thumbnails(phantoms(N, 2))), real, GRID, apart=False)


@pytest.mark.parametrize("kind", WHOLE)
def test_the_original_is_found_and_the_alteration_named(images, real, strangers, kind):
    how, words = WHOLE[kind]
    rows = np.arange(0, N, 3)
    found = best_matches(side(thumbnails(altered(images[rows], how))), real, GRID, apart=False)
    assert found.row.tolist() == rows.tolist()
    assert sum(words in x for x in found.how) >= 0.8 * len(rows), found.how
    assert found.difference.max() < 0.5 * strangers.difference.min()
    assert found.closeness.max() < strangers.closeness.min()


def test_two_alterations_at_once_are_both_named(images, real):
    turned = np.rot90(images[:5], 1, axes=(1, 2)).copy()
    found = best_matches(side(thumbnails(altered(turned, WHOLE["shifted"][0]))), real, GRID, apart=False)
    assert found.row.tolist() == list(range(5))
    assert set(found.how) == {"rotated by 90°, shifted"}


def test_images_of_ones_own_patient_do_not_count_among_real_ones(images):
    both = np.concatenate([images, altered(images, WHOLE["noise"][0])])
    points = thumbnails(both)
    own = side(points, np.arange(2 * N) % N)
    apart = best_matches(own, own, GRID, apart=True)
    assert (apart.row % N != np.arange(2 * N) % N).all()
    unknown = side(points)
    together = best_matches(unknown, unknown, GRID, apart=True)
    assert (together.row % N == np.arange(2 * N) % N).all()
    assert together.difference.max() < apart.difference.min()


def test_a_match_counts_less_where_the_next_patients_image_is_as_near(images):
    """Near-identical images of two patients: neither of them is a copy's only source."""
    twins = np.concatenate([images, altered(images[:1], WHOLE["noise"][0], seed=1)])
    query = side(thumbnails(altered(images[:1], WHOLE["noise"][0], seed=2)))
    alone, crowded = (best_matches(query, side(thumbnails(x)), GRID, apart=False) for x in (images, twins))
    assert crowded.difference[0] <= alone.difference[0]
    assert crowded.closeness[0] > alone.closeness[0] + 0.3
    of_one = side(thumbnails(twins), [*range(N), 0])
    assert best_matches(query, of_one, GRID, apart=False).closeness[0] < crowded.closeness[0] - 0.3


def test_the_order_of_the_rows_and_the_size_of_a_block_change_nothing(images, real, monkeypatch):
    queries = thumbnails(np.concatenate([phantoms(12, 3), altered(images[:6], WHOLE["cropped"][0])]))
    plain = best_matches(side(queries), real, GRID, apart=False)
    monkeypatch.setattr(copies, "BLOCK", 5)
    order, places = np.random.default_rng(0).permutation(len(queries)), np.random.default_rng(1).permutation(N)
    moved = best_matches(side(queries[order]), side(real.points[places]), GRID, apart=False)
    assert places[moved.row].tolist() == plain.row[order].tolist()
    np.testing.assert_allclose(moved.difference, plain.difference[order], atol=1e-9)
    np.testing.assert_allclose(moved.closeness, plain.closeness[order], atol=1e-6)
    assert moved.how == tuple(plain.how[i] for i in order)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_real_images_are_enough(images, n):
    few = side(thumbnails(images[:n]))
    found = best_matches(side(thumbnails(images[:5])), few, GRID, apart=False)
    assert found.row[:n].tolist() == list(range(n))
    assert found.difference[:n].max() < 1e-6 < found.difference[n:].min()
    assert np.isfinite(found.closeness).all()
    among = best_matches(few, few, GRID, apart=True)
    assert np.isfinite(among.closeness).all()
    assert among.row.min() >= 0


def test_one_patient_alone_has_no_match_among_real_images(images):
    own = side(thumbnails(images[:4]), [0] * 4)
    assert best_matches(own, own, GRID, apart=True).difference.tolist() == [2.0] * 4


def test_a_volume_is_found_mirrored_shifted_and_inverted():
    rng = np.random.default_rng(5)
    large = ndimage.gaussian_filter(rng.normal(size=(24, 20, 20, 20)), (0, 2, 2, 2))
    volumes = large[:, 2:18, 2:18, 2:18]
    queries = np.stack([volumes[0], volumes[1, ..., ::-1], large[2, 3:19, 2:18, 1:17], -volumes[3]])
    points = [x.reshape(len(x), -1) for x in (queries, volumes)]
    left, right = (side((x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)) for x in points)
    found = best_matches(left, right, (16, 16, 16), apart=False)
    assert found.row.tolist() == [0, 1, 2, 3]
    assert found.how == ("in place", "mirrored", "shifted", "negative")
    assert found.difference.max() < 0.05


def test_candidates_are_the_nearest_images_over_all_views_each_one_once(images, real):
    fine = copies.prepared(real.points.reshape(N, *GRID))
    found = copies._candidates(fine[:4], fine, 16, None, "cpu")
    assert found.row.shape == (4, copies.CANDIDATES)
    assert all(len(set(row)) == copies.CANDIDATES for row in found.row.tolist())
    assert found.row[:, 0].tolist() == [0, 1, 2, 3]
    assert (np.diff(found.distance, axis=1) >= 0).all()
