"""C_T: equal to a plain transcription of its definition, seeded, of the right sign, calibrated by whole patients."""

import numpy as np
import pytest
from scipy.stats import mannwhitneyu
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors

from gan_audit.checks.base import CheckSettings
from gan_audit.checks.memorization import data_copying_test
from gan_audit.checks.memorization.data_copying import Located, locate
from gan_audit.checks.memorization.data_copying import copying as statistic
from gan_audit.checks.prepare import prepare
from tests.checks.conftest import table


def compare(real, synthetic, unseen, groups=None):
    return prepare(table(real, "real"), table(synthetic, "synthetic"), table(unseen, "holdout", groups=groups))


def measure(data, seed=0):
    return next(data_copying_test.run(data, CheckSettings(seed=seed)))


def plain(training, unseen, synthetic, seed, cells=3):
    """Meehan et al. 2020, step by step, with nothing of ours."""
    fitted = KMeans(cells, n_init=10, random_state=seed).fit(training)
    where = [fitted.predict(part) for part in (training, unseen, synthetic)]
    total = weights = 0.0
    for cell in range(cells):
        t, p, q = (part[cell == own] for part, own in zip((training, unseen, synthetic), where, strict=True))
        if len(q) / len(synthetic) <= 20 / len(synthetic):
            continue
        search = NearestNeighbors(n_neighbors=1).fit(t)
        far_q, far_p = (search.kneighbors(x)[0][:, 0] for x in (q, p))
        m, n = len(q), len(p)
        u = mannwhitneyu(far_q, far_p, alternative="less").statistic
        z = (u - (m * n / 2 - 0.5)) / np.sqrt(m * n * (m + n + 1) / 12)
        total += len(p) / len(unseen) * z
        weights += len(p) / len(unseen)
    return total / weights


def clouds(rng, n, shares=(0.5, 0.3, 0.2), d=5):
    centres = 6 * np.eye(3, d)
    return centres[rng.choice(3, n, p=shares)] + rng.normal(size=(n, d))


@pytest.mark.parametrize("case", ["alike", "copies", "a cell nearly without synthetic images"])
def test_equal_to_a_plain_transcription_of_the_definition(case):
    rng = np.random.default_rng(0)
    training, unseen, synthetic = (clouds(rng, n) for n in (200, 150, 180))
    if case == "copies":
        synthetic[:60] = training[:60]
    if case.startswith("a cell"):
        synthetic = clouds(rng, 180, (0.6, 0.35, 0.05))
    data = compare(training, synthetic, unseen)
    seed = int(CheckSettings().rng("memorization.ct@toy").integers(2**31))
    assert measure(data).estimate == pytest.approx(plain(data.real.points, unseen, synthetic, seed))


def test_a_cell_without_synthetic_images_stops_nothing():
    rng = np.random.default_rng(1)
    found = measure(compare(clouds(rng, 150), clouds(rng, 150, (0.5, 0.5, 0.0)), clouds(rng, 150)))
    assert sum(row[4] is not None for row in found.details["tables"][0]["rows"]) == 2
    assert found.ci[0] < 0 < found.ci[1]


def test_copies_are_far_below_zero_and_poor_images_above():
    rng = np.random.default_rng(2)
    training, unseen, synthetic = (rng.normal(size=(300, 8)) for _ in range(3))
    copies = np.concatenate([training[:200] + 0.01 * rng.normal(size=(200, 8)), synthetic[:100]])
    found = measure(compare(training, copies, unseen))
    assert found.ci[1] < -3
    assert found.p_value < 1e-6
    assert "nearer to the training images than" in found.message
    poor = measure(compare(training, synthetic * 1.5, unseen))
    assert poor.ci[0] > 3
    assert "farther from" in poor.message


def test_cells_repeat_with_the_seed_and_differ_with_another():
    rng = np.random.default_rng(3)
    data = compare(*(rng.normal(size=(120, 4)) for _ in range(3)))
    assert measure(data) == measure(data)
    assert measure(data, seed=1).estimate != measure(data).estimate


def test_the_interval_knows_that_a_mean_over_cells_varies_less_than_one_z():
    rng = np.random.default_rng(4)
    found = []
    for seed in range(80):
        training, unseen, synthetic = (rng.normal(size=(n, 4)) for n in (150, 120, 120))
        data = compare(training, synthetic, unseen)
        placed = locate(data.real, (data.holdout, data.synthetic), seed)
        found.append(statistic(*placed.sets))
    values, variances = np.array([x.value for x in found]), np.array([x.variance for x in found])
    assert values.std() < 0.75
    assert np.sqrt(variances.mean()) == pytest.approx(values.std(), rel=0.2)
    assert np.mean(np.abs(values) < 1.96 * np.sqrt(variances)) >= 0.88


def test_images_of_one_patient_count_together():
    rng = np.random.default_rng(5)
    values, variances, naive = [], [], []
    groups = np.repeat(np.arange(20), 8)
    for _ in range(150):
        unseen = Located(np.zeros(160, int), np.repeat(rng.normal(size=20), 8) + 0.1 * rng.normal(size=160), groups)
        synthetic = Located(np.zeros(160, int), rng.normal(size=160), np.arange(160))
        found = statistic(unseen, synthetic)
        values.append(found.value)
        variances.append(found.variance)
        naive.append(statistic(Located(unseen.cell, unseen.distance, np.arange(160)), synthetic).variance)
    assert np.sqrt(np.mean(variances)) == pytest.approx(np.std(values), rel=0.25)
    assert np.sqrt(np.mean(naive)) < 0.6 * np.std(values)


def test_many_features_are_reduced_and_few_images_have_fewer_cells():
    rng = np.random.default_rng(6)
    found = measure(compare(*(rng.normal(size=(100, 200)) for _ in range(3))))
    assert found.details["components"] == 64
    small = measure(compare(*(rng.normal(size=(24, 3)) for _ in range(3))))
    assert len(small.details["tables"][0]["rows"]) < 3


def test_no_cell_with_enough_synthetic_images_is_a_reason():
    rng = np.random.default_rng(7)
    skipped = measure(compare(rng.normal(size=(60, 3)), rng.normal(size=(18, 3)), rng.normal(size=(60, 3))))
    assert "more than 20 synthetic images" in skipped.reason
