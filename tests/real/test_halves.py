"""Real images against real images of other patients: nothing fails; a fifth of copies does."""

from __future__ import annotations

import pytest

from gan_audit import audit
from tests.real.halves import GROUPS, split

LARGEST = 110
"""Images of each half, so that the suite stays short; benchmarks/halves.py takes them all."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("features")


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("seed", range(3))
def test_a_half_against_the_other_half_fails_nothing(shared_data, tmp_path, cache, name, seed):
    halves = split(shared_data, name, seed, tmp_path, largest=LARGEST)
    found = audit(halves.real, halves.synthetic, halves.labels, cache=cache)
    assert found.verdict.exit_code in (0, 3)
    assert found.verdict.failed == ()
    assert found.findings == ()


@pytest.mark.parametrize("name", GROUPS)
def test_a_fifth_of_copies_is_found(shared_data, tmp_path, cache, name):
    halves = split(shared_data, name, 0, tmp_path, largest=LARGEST, copies=0.2)
    found = audit(halves.real, halves.synthetic, halves.labels, cache=cache)
    assert found.verdict.exit_code == 1
    assert any(key.startswith("memorization.close_fraction") for key in found.verdict.failed)
    assert "memorization" in {finding.id for finding in found.findings}
