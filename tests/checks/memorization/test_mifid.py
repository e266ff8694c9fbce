"""The memorization-informed FID: by its authors' direction, in its own space alone, and by hand."""

import numpy as np
import pytest

from gan_audit.checks.base import CheckSettings
from gan_audit.checks.memorization import mifid
from gan_audit.stats.distances import frechet_distance
from gan_audit.types import Skipped

RNG = np.random.default_rng(0)


def features(rng, n, d=16, mean=1.0):
    """Not negative, as the network's are."""
    return np.abs(rng.normal(mean, 1.0, size=(n, d)))


@pytest.fixture
def inception(compare):
    from dataclasses import replace

    return lambda *sides, **more: replace(compare(*sides, **more), space="inception")


def plain(real, synthetic, tau=0.1):
    """The definition, with the whole matrix of cosines."""
    left, right = (x[x.sum(axis=1) != 0] for x in (synthetic, real))
    left, right = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (left, right))
    d = (1 - np.abs(left @ right.T)).min(axis=1).mean()
    return frechet_distance(real, synthetic) / ((d if d < tau else 1) + 1e-15), d


@pytest.mark.parametrize("mean", [0.0, 3.0])
def test_equal_to_the_definition_with_the_whole_matrix(mean):
    real, synthetic = features(RNG, 80, mean=mean), features(RNG, 60, mean=mean)
    value, d = plain(real, synthetic)
    assert mifid.mifid(real, synthetic) == pytest.approx(value)
    assert (d < mifid.TAU) == (mean == 3.0)


def test_the_mean_is_over_the_generated_images():
    # 20 training images, each copied 50 times: every generated image has one at distance 0, while most training
    # images have none near. The other direction would see nothing.
    real = features(np.random.default_rng(1), 400, mean=0.0)
    synthetic = np.repeat(real[:20], 50, axis=0)
    assert np.nanmean(mifid.cosine_distances(synthetic, real)) < 1e-12
    assert np.nanmean(mifid.cosine_distances(real, synthetic)) > mifid.TAU
    assert mifid.mifid(real, synthetic) > 1e9 * frechet_distance(real, synthetic)


def test_images_without_features_are_left_out_of_the_mean():
    real, synthetic = features(RNG, 30), features(RNG, 20)
    empty = np.zeros((5, real.shape[1]))
    found = mifid.cosine_distances(np.concatenate([synthetic, empty]), np.concatenate([real, empty]))
    assert np.isnan(found[20:]).all()
    assert np.allclose(found[:20], mifid.cosine_distances(synthetic, real))
    assert mifid.penalty(found) == pytest.approx(mifid.penalty(found[:20]))
    assert mifid.penalty(np.full(3, np.nan)) == pytest.approx(1)


def test_only_the_space_it_was_published_for(compare, inception):
    sides = features(RNG, 60), features(RNG, 60)
    assert list(mifid.run(compare(*sides), CheckSettings())) == []
    (found,) = mifid.run(inception(*sides), CheckSettings())
    assert found.details["all_images"] == pytest.approx(plain(*sides)[0])
    assert found.ci[0] <= found.estimate <= found.ci[1]


def test_halves_of_the_same_data_look_like_the_reference_and_copies_do_not(inception):
    rng = np.random.default_rng(2)
    real, synthetic = features(rng, 120, mean=3.0), features(rng, 120, mean=3.0)
    (sound,) = mifid.run(inception(real, synthetic), CheckSettings())
    assert sound.ci[0] < sound.reference.ci[1]
    (copied,) = mifid.run(inception(real, real + 1e-3), CheckSettings())
    assert copied.ci[0] > 10 * sound.reference.ci[1]
    assert copied.details["mean_minimal_cosine_distance"] < 1e-5
    assert "the FID is divided by it" in copied.message


def test_too_few_images_are_a_reason(inception):
    (skipped,) = mifid.run(inception(features(RNG, 10), features(RNG, 60)), CheckSettings())
    assert isinstance(skipped, Skipped)


def test_row_order_changes_nothing(inception):
    rng = np.random.default_rng(3)
    real, synthetic = features(rng, 40), features(rng, 40)
    order = rng.permutation(40)
    digests = [f"{i:03d}" for i in range(40)]
    from dataclasses import replace

    from gan_audit.checks.prepare import prepare
    from tests.checks.conftest import table

    first = prepare(table(real, "real", digests=digests), table(synthetic, "synthetic", digests=digests))
    second = prepare(
        table(real, "real", digests=digests),
        table(synthetic[order], "synthetic", digests=[digests[i] for i in order]),
    )
    one, other = (next(mifid.run(replace(data, space="inception"), CheckSettings())) for data in (first, second))
    assert (one.estimate, one.ci) == (other.estimate, other.ci)
