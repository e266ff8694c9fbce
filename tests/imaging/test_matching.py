"""An altered image's source is its best match, whatever was done to it, and strangers are far."""

import numpy as np
import pytest
from scipy import ndimage

from benchmarks.calibration import alterations as alter
from gan_audit.imaging.candidates import WIDE, candidates
from gan_audit.imaging.matching import CANDIDATES, matches
from gan_audit.imaging.pictures import Pictures
from tests.checks.memorization.thumbnails import WHOLE, altered, phantoms, thumbnails

N = 40
KINDS = {
    **{kind: how for kind, (how, _) in WHOLE.items()},
    "turned": alter.rotated(10.0),
    "zoomed": alter.zoomed(0.1),
    "augmented": alter.augmented,
    "mirrored and augmented": lambda image, rng: alter.flipped(alter.augmented(image, rng), rng),
    "negative, quarter turn": lambda image, rng: alter.inverted(alter.rotated90(image, rng), rng),
}


def grids(images):
    return Pictures.of(thumbnails(images).reshape(len(images), 64, 64))


@pytest.fixture(scope="module")
def images():
    return phantoms(N, 1)


@pytest.fixture(scope="module")
def strangers(images):
    return matches(grids(phantoms(N, 2)), grids(images)).rest[:, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_source_is_found(images, strangers, kind):
    rows = np.arange(0, N, 2)
    found = matches(grids(altered(images[rows], KINDS[kind])), grids(images))
    assert (found.row[:, 0] == rows).mean() >= 0.95
    assert np.quantile(found.rest[:, 0], 0.9) < np.quantile(strangers, 0.1)


def test_matches_are_in_order_and_each_image_once(images):
    found = matches(grids(phantoms(10, 3)), grids(images))
    assert found.row.shape == (10, CANDIDATES)
    assert all(len(set(row)) == CANDIDATES for row in found.row.tolist())
    assert (found.rest[:, 0] <= found.rest[:, 1]).all()
    assert ((found.rest >= 0) & (found.rest <= 1)).all()


def test_images_of_ones_own_group_are_left_out(images):
    own = np.arange(N) // 2
    found = matches(grids(images), grids(images), (own, own))
    assert (own[found.row] != own[:, None]).all()
    alone = matches(grids(images[:2]), grids(images[:2]), (np.zeros(2), np.zeros(2)))
    assert (alone.row == -1).all()
    assert (alone.rest == 2).all()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_base_images_are_enough(images, n):
    found = matches(grids(images[:5]), grids(images[:n]))
    assert found.row[:n, 0].tolist() == list(range(n))
    assert found.rest[:n, 0].max() < 1e-6


def test_the_order_of_the_rows_changes_nothing(images):
    queries, base = grids(altered(images[:12], alter.augmented)), grids(images)
    plain = matches(queries, base)
    order, places = np.random.default_rng(0).permutation(12), np.random.default_rng(1).permutation(N)
    moved = matches(queries.take(order), base.take(places))
    assert places[moved.row[:, 0]].tolist() == plain.row[order, 0].tolist()
    np.testing.assert_allclose(moved.rest[:, 0], plain.rest[order, 0], atol=1e-6)


def test_blocks_of_the_base_change_nothing(images, monkeypatch):
    queries, base = (grids(x).fine for x in (phantoms(9, 4), images))
    plain = candidates(queries, base, 4)
    monkeypatch.setattr("gan_audit.imaging.candidates.BASE", 7)
    monkeypatch.setattr("gan_audit.imaging.candidates.QUERIES", 4)
    cut = candidates(queries, base, 4)
    assert cut.row.tolist() == plain.row.tolist()
    np.testing.assert_allclose(cut.agreement, plain.agreement, atol=1e-6)
    assert (plain.agreement > WIDE).all()


def test_flat_images_match_nothing(images):
    flat = Pictures.of(np.zeros((2, 64, 64)))
    found = matches(flat, grids(images))
    assert (found.rest >= 1).all()


def test_a_volume_is_found_mirrored_shifted_and_inverted():
    rng = np.random.default_rng(5)
    large = ndimage.gaussian_filter(rng.normal(size=(24, 20, 20, 20)), (0, 2, 2, 2))
    base = large[:, 2:18, 2:18, 2:18]
    queries = np.stack([base[0], base[1, ..., ::-1], large[2, 3:19, 2:18, 1:17], -base[3]])
    left, right = Pictures.of(queries), Pictures.of(base)
    found = matches(left, right)
    assert found.row[:, 0].tolist() == [0, 1, 2, 3]
    assert found.rest[:, 0].max() < 0.05
