"""What is planted is where it is said to be, made of the image that it is said to be made of."""

import numpy as np
import pytest

from benchmarks import copies
from benchmarks.calibration.halves import Item, digest
from gan_audit.phantoms import phantom_patients
from gan_audit.types import Image


def items(n, seed, sides=(64,)):
    drawn = phantom_patients(n, np.random.default_rng(seed), images_per_patient=1).images
    return [Item(Image(x[: sides[i % len(sides)]]), "", None, i) for i, x in enumerate(drawn)]


@pytest.mark.parametrize("sides", [(64,), (64, 60)])
def test_every_kind_is_planted_three_times_each_in_an_image_of_its_own(sides):
    real, plain = items(70, 1, sides), items(70, 2, sides[::-1])
    synthetic, sources = copies.planted(real, plain, [*copies.KINDS, *copies.PARTS], np.random.default_rng(0))
    changed = {i for i in range(70) if digest(synthetic[i].image) != digest(plain[i].image)}
    assert changed == set(sources)
    assert sorted(kind for kind, _ in sources.values()) == sorted([*copies.KINDS, *copies.PARTS] * 3)
    assert len({source for _, source in sources.values()}) == len(sources)
    for place, (kind, source) in sources.items():
        under = plain[place] if kind in copies.PARTS else real[source]
        shape = synthetic[place].image.pixels.shape
        assert shape in (under.image.pixels.shape, under.image.pixels.shape[::-1])
        if kind == "exact":
            assert digest(synthetic[place].image) == digest(real[source].image)


def test_accusations_name_place_and_content():
    real, synthetic = items(40, 1), items(40, 2)
    synthetic[5] = Item(Image(real[9].image.pixels[:, ::-1].copy()), "", None, None)
    assert copies.accused(real, synthetic) == {5: digest(real[9].image)}
    assert copies.accused(real, items(40, 4)) == {}
