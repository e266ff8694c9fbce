"""The gallery shows patients: it says so everywhere, and holds nothing but pixels and pseudonyms."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from report_page import Page

from gan_audit.report.pair_pictures import GAIN, LARGEST, EvidenceView, difference, png, reduced, render_evidence

RNG = np.random.default_rng(5)


def picture(*shape: int) -> np.ndarray:
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def view(**given) -> EvidenceView:
    base = {
        "synthetic": picture(32, 32), "real": picture(32, 32), "synthetic_name": "S-1f3a", "real_name": "R-77c2",
        "space": "pixels", "distance": 0.0312, "percentile": 0.002,
    }  # fmt: skip
    return EvidenceView(**{**base, **given})


def pixels(source: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.removeprefix("data:image/png;base64,")))))


def test_a_gallery_of_patients_is_marked_on_every_screen_and_every_sheet():
    html = render_evidence([view()], restricted=True)
    assert "<!-- gan-audit: restricted -->" in html
    assert re.search(r"@page \{ @top-center \{ content: \"Contains images of patients", html)
    markings = [element for element in Page(html).elements if "marking" in element.attributes.get("class", "")]
    assert [marking.text for marking in markings] == [
        "Contains images of patients. Restricted: do not share, do not attach to a report."
    ] * 2
    assert "nobody" not in html


def test_a_gallery_of_phantoms_says_whose_they_are_not():
    html = render_evidence([view()], restricted=False)
    assert "nobody&#39;s data" in html
    assert "Restricted" not in html
    assert "<!-- gan-audit: open -->" in html


def test_the_pictures_are_the_pixels():
    given = view()
    images = Page(render_evidence([given], restricted=True)).all("img")
    assert len(images) == 3
    assert np.array_equal(pixels(images[0].attributes["src"]), given.synthetic)
    assert np.array_equal(pixels(images[1].attributes["src"]), given.real)
    apart = np.abs(given.synthetic.astype(int) - given.real.astype(int))
    assert np.array_equal(pixels(images[2].attributes["src"]), np.minimum(apart * GAIN, 255))


def test_each_picture_is_described():
    images = Page(render_evidence([view()], restricted=True)).all("img")
    assert images[0].attributes["alt"] == "Pair 1: synthetic S-1f3a, nearest real image R-77c2: the synthetic image"
    assert "grey levels on average" in images[2].attributes["alt"]


def test_distance_percentile_and_verified_copy_are_said():
    text = Page(render_evidence([view(transformation="mirrored")], restricted=True)).visible
    for told in ("0.0312", "0.200\N{NO-BREAK SPACE}%", "Verified copy: mirrored"):
        assert told in text


def test_an_unseen_image_is_shown_where_there_is_one():
    given = view(holdout=picture(16, 16), holdout_name="H-9c", holdout_distance=0.5)
    page = Page(render_evidence([given], restricted=True))
    assert len(page.all("img")) == 4
    assert "Distance to the nearest unseen image" in page.visible


def test_a_gallery_runs_no_script_and_loads_nothing():
    page = Page(render_evidence([view()], restricted=True))
    (policy,) = [m.attributes["content"] for m in page.all("meta") if m.attributes.get("http-equiv")]
    assert "script-src 'none'" in policy
    assert "default-src 'none'" in policy
    assert not page.all("script")


def test_an_empty_gallery_says_so():
    assert "There is no pair to show" in render_evidence([], restricted=True)


def test_large_images_are_reduced_and_keep_their_shape():
    assert reduced(picture(600, 300)).shape == (LARGEST, LARGEST // 2)
    assert reduced(picture(300, 600, 3)).shape == (LARGEST // 2, LARGEST, 3)
    assert reduced(picture(1, 4000)).shape == (1, LARGEST)
    small = picture(20, 30)
    assert reduced(small) is small


@pytest.mark.parametrize("bad", [np.zeros((4, 4)), np.zeros((4, 4, 4), np.uint8), np.zeros(4, np.uint8)])
def test_pixels_that_cannot_be_shown_are_refused(bad):
    with pytest.raises(ValueError, match="Expected uint8"):
        reduced(bad)


def test_images_of_another_size_or_of_colour_can_be_compared():
    grey = np.full((8, 8), 100, np.uint8)
    assert not difference(grey, np.full((4, 6), 100, np.uint8)).any()
    assert difference(grey, np.full((8, 8, 3), 100, np.uint8)).shape == (8, 8)
    assert difference(np.full((2, 2), 10, np.uint8), np.full((2, 2), 250, np.uint8)).max() == 240


def test_a_picture_carries_no_tag():
    image = Image.open(io.BytesIO(base64.b64decode(png(picture(8, 8)).split(",")[1])))
    assert image.info == {}
    assert image.format == "PNG"


def test_rank_rate_and_the_nearest_unseen_image_are_shown_where_known():
    given = view(rank=3, score=0.012, holdout=picture(32, 32), holdout_name="H-9c01", holdout_distance=1.25)
    page = Page(render_evidence([given], restricted=True))
    assert len(page.all("img")) == 4
    text = render_evidence([given], restricted=True)
    assert all(word in text for word in ("Rank", "False-discovery rate", "0.012", "1.25", "H-9c01"))
    plain = render_evidence([view()], restricted=True)
    assert not any(word in plain for word in ("Rank", "False-discovery", "unseen"))
