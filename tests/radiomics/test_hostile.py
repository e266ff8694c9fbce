"""Regions that leave features undefined, or have none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gan_audit.radiomics.engine import batch
from gan_audit.radiomics.settings import RadiomicsSettings
from tests.radiomics.peer import GREY, assert_equal


def regions(axes):
    shape = (9, 10) if axes == 2 else (5, 6, 7)
    masks = {name: np.zeros(shape, dtype=bool) for name in ("voxel", "line", "border", "apart", "pair", "diagonal")}
    masks["voxel"][(2,) * axes] = True
    masks["line"][(2,) * (axes - 1)] = True
    masks["border"][0] = masks["border"][..., -1] = True
    masks["apart"][::2, ..., ::2] = True
    masks["pair"][(1,) * axes] = masks["pair"][(3,) * axes] = True
    masks["diagonal"][tuple(np.arange(4) for _ in range(axes))] = True
    return masks


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("least", [1, 2])
@pytest.mark.parametrize("kind", ["noise", "constant", "two levels", "checkerboard"])
def test_hostile_regions_are_taken_as_pyradiomics_takes_them(axes, least, kind):
    rng = np.random.default_rng(0)
    cases = []
    for mask in regions(axes).values():
        values = {
            "noise": rng.integers(0, 100, mask.shape),
            "constant": np.full(mask.shape, 42),
            "two levels": rng.integers(0, 2, mask.shape) * 30,
            "checkerboard": np.indices(mask.shape).sum(axis=0) % 2 * 30,
        }[kind]
        cases.append((values.astype(float), mask, (1.5, 0.7, 1.0)[:axes]))
    assert_equal(cases, {"setting": {"binWidth": 10, "minimumROIDimensions": least}, "featureClass": GREY})


@settings(max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_small_region_is_taken_as_pyradiomics_takes_it(data):
    axes = data.draw(st.sampled_from([2, 3]))
    shape = tuple(data.draw(st.lists(st.integers(2, 5), min_size=axes, max_size=axes)))
    size = int(np.prod(shape))
    levels = data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    inside = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    mask = np.array(inside).reshape(shape)
    if mask.all() or not mask.any():
        mask.flat[0] = not mask.flat[0]
    setting = data.draw(
        st.sampled_from(
            [{"binWidth": 10}, {"binCount": 3, "distances": [1, 2]}, {"binWidth": 10, "weightingNorm": "manhattan"}]
        )
    )
    case = np.array(levels, dtype=float).reshape(shape) * 10 + 5, mask, (1.5, 0.7, 1.0)[:axes]
    assert_equal([case], {"setting": {**setting, "minimumROIDimensions": 1}, "featureClass": GREY})


def test_an_image_without_a_usable_region_is_refused_with_the_reason_and_the_others_are_not():
    good = np.arange(100.0).reshape(10, 10)
    empty, huge, broken = np.zeros((10, 10), dtype=bool), good * 1e6, good.copy()
    broken[3, 3] = np.nan
    found = batch(
        [good, good, huge, broken, good], [None, empty, None, None, None], settings=RadiomicsSettings(bin_width=10.0)
    )
    assert set(found.refused) == {1, 2, 3}
    assert "empty" in found.refused[1]
    assert "grey levels" in found.refused[2]
    assert "finite" in found.refused[3]
    assert np.isnan(found.values[[1, 2, 3]]).all()
    assert np.array_equal(found.values[0], found.values[4])
    assert np.isfinite(found.values[0]).all()


def test_images_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="place 1"):
        batch([np.ones((4, 4)), np.ones((4, 4, 4))])
    with pytest.raises(ValueError, match="mask of shape"):
        batch([np.ones((4, 4))], [np.ones((4, 5), dtype=bool)])
