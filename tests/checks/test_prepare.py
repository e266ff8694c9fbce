"""What is set aside before distances are taken, and on which scale they are taken."""

import numpy as np

from gan_audit.checks.prepare import REACH, group_codes, prepare
from gan_audit.types import Sample
from tests.checks.conftest import table

RNG = np.random.default_rng(0)


def sample(id, digest, group=None, role="real"):
    return Sample(id, role, id, digest, None, group, (8, 8), 1, 8, 0, 1)


def test_images_of_a_patient_and_images_of_equal_content_share_a_code():
    samples = [sample("a", "1", "p"), sample("b", "2", "p"), sample("c", "2"), sample("d", "3")]
    codes = group_codes(samples)
    assert codes["real", "a"] == codes["real", "b"] == codes["real", "c"] != codes["real", "d"]


def test_a_synthetic_copy_does_not_join_the_patient_it_copies():
    codes = group_codes([sample("a", "1", "p"), sample("a", "1", "p", role="synthetic")])
    assert codes["real", "a"] != codes["synthetic", "a"]


def test_constant_and_not_finite_features_are_set_aside_and_named():
    real, synthetic = RNG.normal(size=(20, 4)), RNG.normal(size=(20, 4))
    real[:, 1] = 3
    synthetic[4, 2] = np.nan
    found = prepare(table(real, "real", standardize=True), table(synthetic, "synthetic", standardize=True))
    assert found.names == ("f0", "f3")
    assert found.set_aside == {"not finite": ("f2",), "constant over the real images": ("f1",)}


def test_an_image_without_features_takes_no_part_and_a_set_without_any_is_a_reason():
    real, synthetic = RNG.normal(size=(20, 3)), RNG.normal(size=(20, 3))
    real[5] = np.nan
    assert len(prepare(table(real, "real"), table(synthetic, "synthetic")).real) == 19
    assert "No image" in prepare(table(real * np.nan, "real"), table(synthetic, "synthetic"))


def test_standardization_is_robust_and_by_the_real_set():
    real = RNG.normal(5, 2, size=(1000, 2))
    real[0, 0] = 1e9
    found = prepare(table(real, "real", standardize=True), table(real + 2, "synthetic", standardize=True))
    assert abs(np.median(found.real.points[:, 0])) < 0.1
    assert np.abs(np.std(found.real.points[1:], axis=0) - 1).max() < 0.1
    assert np.abs(found.real.points).max() == REACH
    assert abs(np.median(found.synthetic.points[:, 1]) - 1) < 0.15


def test_a_feature_that_most_images_share_is_scaled_by_its_standard_deviation():
    real = np.full((100, 1), 0.1)
    real[:10] = RNG.normal(size=(10, 1))
    real[10:] += 1e-17 * RNG.normal(size=(90, 1))
    found = prepare(table(real, "real", standardize=True), table(real, "synthetic", standardize=True))
    assert abs(found.real.points.std() - 1) < 0.05


def test_row_order_does_not_matter():
    real, synthetic = RNG.normal(size=(20, 3)), RNG.normal(size=(25, 3))
    digests = [f"{i:02d}" for i in range(25)]
    order = RNG.permutation(20)
    first = prepare(table(real, "real", digests=digests[:20]), table(synthetic, "synthetic", digests=digests))
    second = prepare(
        table(real[order], "real", digests=[digests[i] for i in order]), table(synthetic, "synthetic", digests=digests)
    )
    np.testing.assert_array_equal(first.real.points, second.real.points)
