"""The gallery: copies first, each synthetic image once, the real image turned to lie on the synthetic one."""

import numpy as np
import pytest

from gan_audit.imaging.orientations import ORIENTATIONS, orient
from gan_audit.report.gallery import LARGEST, gallery
from gan_audit.types import Image, ImageSet, Pair, Sample

PIXELS = np.arange(48, dtype=np.uint8).reshape(6, 8)


def image_set(role, images, bits=8):
    samples = tuple(
        Sample(str(i), role, f"{role[0]}-{i}", str(i), None, None, x.shape, 1, bits, float(x.min()), float(x.max()))
        for i, x in enumerate(images)
    )
    return ImageSet(role, samples, (), "", lambda sample: Image(images[int(sample.id)], bit_depth=bits))


def pair(synthetic, real, percentile, transformation="", space="pixels"):
    return Pair(space, str(synthetic), str(real), 1.0, percentile, transformation)


def test_verified_copies_come_first_then_the_least_usual_and_each_image_once():
    sets = {role: image_set(role, [PIXELS] * 4) for role in ("real", "synthetic")}
    pairs = [pair(0, 0, 0.5), pair(1, 0, 0.1), pair(2, 0, 0.3), pair(2, 1, 0.2), pair(0, 2, 0.9, "in place")]
    views = gallery(pairs, sets)
    assert [(v.synthetic_name, v.real_name) for v in views] == [("s-0", "r-2"), ("s-1", "r-0"), ("s-2", "r-1")]


def test_no_more_pairs_than_fit():
    sets = {role: image_set(role, [PIXELS] * 60) for role in ("real", "synthetic")}
    assert len(gallery([pair(i, i, i / 60) for i in range(60)], sets)) == LARGEST


@pytest.mark.parametrize("orientation", range(1, 8))
def test_the_real_image_is_turned_to_lie_on_the_synthetic_one(orientation):
    turned = np.ascontiguousarray(orient(PIXELS[None], orientation)[0])
    sets = {"real": image_set("real", [PIXELS]), "synthetic": image_set("synthetic", [turned])}
    view = gallery([pair(0, 0, 0, f"{ORIENTATIONS[orientation]}, shifted")], sets)[0]
    np.testing.assert_array_equal(view.real, view.synthetic)


@pytest.mark.parametrize("words", ["negative", "mirrored, negative"])
def test_a_negative_is_shown_beside_the_inverted_real_image(words):
    shown = 255 - PIXELS[:, ::-1] if "mirrored" in words else 255 - PIXELS
    sets = {"real": image_set("real", [PIXELS]), "synthetic": image_set("synthetic", [shown.copy()])}
    view = gallery([pair(0, 0, 0, words)], sets)[0]
    np.testing.assert_array_equal(view.real, view.synthetic)


def test_deep_greys_and_volumes_become_pictures():
    deep = np.linspace(-1000, 3000, 64).reshape(4, 4, 4)
    sets = {role: image_set(role, [deep], bits=16) for role in ("real", "synthetic")}
    view = gallery([pair(0, 0, 0)], sets)[0]
    assert view.real.shape == (4, 4)
    assert view.real.dtype == np.uint8
    assert 120 < view.real[0, 0] < 140


def test_the_nearest_unseen_image_is_shown_in_the_window_of_the_real_one():
    sets = {role: image_set(role, [PIXELS + i]) for i, role in enumerate(("real", "synthetic", "holdout"))}
    found = Pair("pixels", "0", "0", 1.0, 0.1, holdout="0", holdout_distance=2.5, rank=1, score=0.02)
    view = gallery([found], sets)[0]
    assert np.array_equal(view.holdout, PIXELS + 2)
    assert (view.holdout_name, view.holdout_distance, view.rank, view.score) == ("h-0", 2.5, 1, 0.02)
