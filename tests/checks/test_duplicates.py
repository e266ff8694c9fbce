"""Pixel-level copies are found after every alteration they claim to see, and nowhere else."""

import numpy as np
import pytest
from scipy import ndimage

from gan_audit.checks import duplicates
from gan_audit.checks.base import Settings

SIDE = 32
NAMES = tuple(f"{i},{j}" for i in range(SIDE) for j in range(SIDE))


def pictures(n, seed):
    rng = np.random.default_rng(seed)
    coarse = ndimage.gaussian_filter(rng.normal(size=(n, SIDE, SIDE)), (0, 4, 4))
    return coarse / coarse.std() + 0.1 * rng.normal(size=(n, SIDE, SIDE))


def rows(images):
    flat = images.reshape(len(images), -1)
    return (flat - flat.mean(1, keepdims=True)) / flat.std(1, keepdims=True)


@pytest.fixture
def measure(compare):
    def run(real, synthetic, **more):
        data = compare(rows(real), rows(synthetic), names=NAMES, uses=("duplicates",), **more)
        return next(iter(duplicates.run(data, Settings())))

    return run


def test_fresh_images_are_accused_of_nothing(measure):
    for seed in range(5):
        result = measure(pictures(80, seed), pictures(80, 100 + seed))
        assert (result.estimate, result.ci) == (0, (0, 0))
        assert not result.pairs


ALTERATIONS = {
    "exact": (lambda x, rng: x, "in place"),
    "mirrored": (lambda x, rng: x[:, :, ::-1], "mirrored"),
    "rotated": (lambda x, rng: np.rot90(x, 1, axes=(1, 2)), "rotated by 90°"),
    "shifted": (lambda x, rng: np.roll(x, 2, axis=1), "shifted"),
    "brighter": (lambda x, rng: 0.7 * x + 3, "in place"),
    "noisy": (lambda x, rng: x + 0.1 * rng.normal(size=x.shape), "in place"),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_altered_copies_are_found_and_the_alteration_named(measure, name):
    alter, word = ALTERATIONS[name]
    real, synthetic = pictures(80, 1), pictures(80, 2)
    synthetic[:8] = alter(real[20:28], np.random.default_rng(3))
    result = measure(real, synthetic)
    assert result.details["copies"] == 8
    assert result.ci[0] > 0
    assert {(p.synthetic, p.real) for p in result.pairs} == {(f"synthetic{i}", f"real{20 + i}") for i in range(8)}
    assert {p.transformation for p in result.pairs} == {word}


def test_chance_matches_among_real_patients_excuse_as_many_synthetic_ones(measure):
    real = pictures(80, 1)
    real[40:44] = real[:4] + 0.01 * np.random.default_rng(0).normal(size=(4, SIDE, SIDE))
    synthetic = pictures(80, 2)
    synthetic[:8] = real[:8]
    result = measure(real, synthetic)
    assert result.details["copies"] == 8
    assert result.reference.value == pytest.approx(8 / 80)
    assert result.ci[0] == 0


def test_images_of_one_patient_are_no_chance_matches(measure):
    real = pictures(80, 1)
    real[40:] = real[:40] + 0.01 * np.random.default_rng(0).normal(size=(40, SIDE, SIDE))
    groups = [f"p{i % 40}" for i in range(80)]
    assert measure(real, pictures(80, 2), groups=(groups, None)).reference.value == 0


def test_volumes_are_compared_too(compare):
    rng = np.random.default_rng(5)
    names = tuple(f"{i},{j},{k}" for i in range(16) for j in range(16) for k in range(16))
    real, synthetic = ndimage.gaussian_filter(rng.normal(size=(2, 40, 16, 16, 16)), (0, 0, 2, 2, 2))
    synthetic[:4] = real[:4, :, :, ::-1]
    data = compare(rows(real), rows(synthetic), names=names, uses=("duplicates",))
    found = {(pair.synthetic, pair.real) for pair in next(iter(duplicates.run(data, Settings()))).pairs}
    assert found >= {(f"synthetic{i}", f"real{i}") for i in range(4)}
    assert len(found) <= 6
