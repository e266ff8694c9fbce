"""Spearman matrices and mutual information, against scipy and scikit-learn."""

import numpy as np
import pytest
from scipy import stats
from sklearn.feature_selection import mutual_info_classif

from gan_audit.stats.association import mutual_information, spearman_matrix


def test_spearman_equals_scipy_with_ties():
    x = np.round(np.random.default_rng(1).normal(size=(80, 6)), 1)
    x[:, 1] += x[:, 0]
    np.testing.assert_allclose(spearman_matrix(x), stats.spearmanr(x).statistic, atol=1e-12)


def test_a_constant_column_correlates_with_nothing():
    x = np.random.default_rng(2).normal(size=(30, 3))
    x[:, 1] = 7
    found = spearman_matrix(x)
    assert np.isfinite(found).all()
    assert found[0, 1] == found[1, 2] == 0
    assert found[1, 1] == 1


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("k", [1, 3])
def test_mutual_information_equals_scikit_learn(classes, k):
    rng = np.random.default_rng(3)
    y = rng.integers(0, classes, 300)
    x = rng.normal(size=(300, 8)) + np.linspace(0, 2, 8) * y[:, None]
    expected = mutual_info_classif(x, y, n_neighbors=k, random_state=0)
    np.testing.assert_allclose(mutual_information(x, y, k), expected, atol=1e-9)


def test_mutual_information_of_one_row_classes_and_no_rows():
    assert mutual_information(np.arange(4.0)[:, None], np.arange(4)).tolist() == [0.0]


def test_mutual_information_meets_its_limits():
    rng = np.random.default_rng(4)
    y = rng.integers(0, 2, 2000)
    found = mutual_information(np.stack([rng.normal(size=2000), y + 1e-3 * rng.normal(size=2000)], axis=1), y)
    assert found[0] < 0.03
    assert found[1] == pytest.approx(np.log(2), abs=0.02)
