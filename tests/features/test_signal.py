"""Grey levels and residuals: worked by hand, blind to what they should not see, sharp for what no eye sees."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gan_audit.features.base import Options
from gan_audit.features.signal import Levels, Residuals

LEVELS, RESIDUALS = Levels.build(Options()), Residuals.build(Options())


def scenes(rng, n, side=32):
    """Smooth scenes with grain, of 8 bits."""
    fields = gaussian_filter(rng.normal(size=(n, side, side)), (0, 3, 3)) * 300 + 120
    return np.clip(np.rint(fields + rng.normal(0, 3, fields.shape)), 0, 255).astype(np.uint8)


def separation(extractor, left, right, as_image, c):
    rows = np.array([extractor(as_image(image)) for image in (*left, *right)])
    truth = np.r_[np.zeros(len(left)), np.ones(len(right))]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=2000))
    return roc_auc_score(truth, cross_val_predict(model, rows, truth, cv=5, method="decision_function"))


def test_levels_worked_by_hand(as_image):
    found = LEVELS(as_image(np.array([[0, 0, 7], [7, 7, 255]], np.uint8)))
    expected = np.zeros(256)
    expected[[0, 7, 255]] = np.sqrt([2 / 6, 3 / 6, 1 / 6])
    assert np.allclose(found, expected)


def test_differences_worked_by_hand(as_image):
    found = dict(zip(RESIDUALS.names(as_image(np.zeros((3, 3), np.uint8))), RESIDUALS(as_image(_STAIR)), strict=True))
    shares = {k: found[f"residual_0_1_{k}"] ** 2 for k in range(9)}
    assert shares == pytest.approx({0: 6 / 12, 1: 3 / 12, 8: 3 / 12} | dict.fromkeys(range(2, 8), 0))
    assert found["residual_0_2_8"] ** 2 == pytest.approx(3 / 6)


_STAIR = np.array([[0, 1, 40], [0, 1, 40], [0, 1, 40]], np.uint8)


def test_the_spectrum_knows_the_ring_of_a_wave(as_image):
    rows = np.arange(64)[:, None] * np.ones((1, 64))
    names = RESIDUALS.names(as_image(np.zeros((4, 4))))
    for cycles, ring in ((0.115, 1), (0.3, 6), (0.45, 10)):
        wave = 100 + 50 * np.cos(2 * np.pi * cycles * rows)
        rises = RESIDUALS(as_image(wave))[[name.startswith("spectrum_") and name[-1].isdigit() for name in names]]
        assert np.argmax(np.r_[0.0, np.cumsum(rises)]) == ring


@pytest.mark.parametrize(("extractor", "c"), [(LEVELS, 0.1), (RESIDUALS, 10.0)])
def test_halves_of_one_set_are_not_told_apart(extractor, c, as_image):
    rng = np.random.default_rng(0)
    assert abs(separation(extractor, scenes(rng, 150), scenes(rng, 150), as_image, c) - 0.5) < 0.1


def test_levels_see_a_rescaling_of_three_percent(as_image):
    rng = np.random.default_rng(1)
    dimmed = np.rint(0.97 * scenes(rng, 150)).astype(np.uint8)
    assert separation(LEVELS, scenes(rng, 150), dimmed, as_image, 0.1) > 0.9


def test_residuals_see_a_blur_of_less_than_half_a_pixel(as_image):
    rng = np.random.default_rng(2)
    blurred = np.rint(gaussian_filter(scenes(rng, 150).astype(float), (0, 0.4, 0.4))).astype(np.uint8)
    assert separation(RESIDUALS, scenes(rng, 150), blurred, as_image, 10.0) > 0.9


def test_fit_keeps_single_steps_for_8_bits_and_finds_a_width_for_others(make_set):
    rng = np.random.default_rng(3)
    eight = make_set(list(scenes(rng, 8)))
    assert RESIDUALS.fit(eight).step == 1.0
    assert LEVELS.fit(eight).window == (0.0, 255.0)
    deep = make_set([(image.astype(np.int16) * 16) for image in scenes(rng, 8)])
    assert 16 < RESIDUALS.fit(deep).step < 160
    unit = make_set([image / 255.0 for image in scenes(rng, 8)])
    assert RESIDUALS.fit(unit).step == pytest.approx(RESIDUALS.fit(deep).step / 16 / 255, rel=0.5)


def test_colour_has_residuals_of_each_channel_and_volumes_of_each_axis(as_image):
    rng = np.random.default_rng(4)
    colour, volume = rng.integers(0, 256, (20, 24, 3)).astype(np.uint8), rng.normal(size=(6, 10, 12))
    for values in (colour, volume):
        image = as_image(values)
        found = RESIDUALS(image)
        assert len(found) == len(RESIDUALS.names(image)) == RESIDUALS.describe(len(found)).dimension
        assert np.isfinite(found).all()
    assert len(RESIDUALS(as_image(colour))) == 3 * 27 + 13


@pytest.mark.parametrize("shape", [(2, 2), (1, 9), (5, 300)])
@pytest.mark.parametrize("value", [0, 90])
def test_small_and_flat_images_have_finite_features(shape, value, as_image):
    image = as_image(np.full(shape, value, np.uint8))
    assert np.isfinite(RESIDUALS(image)).all()
    assert np.square(LEVELS(image)).sum() == pytest.approx(1)
