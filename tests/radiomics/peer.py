"""PyRadiomics itself, and images and regions to compare with."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gan_audit.radiomics.engine import batch
from gan_audit.radiomics.settings import parse

TEXTURE = ("glcm", "glrlm", "glszm", "gldm", "ngtdm")
GREY = dict.fromkeys(("firstorder", *TEXTURE))
RELATIVE = 1e-9
ROOTS = ("Imc2", "MCC", "LeastAxisLength", "Flatness")
"""Roots of numbers that may be 0 but for rounding: there 1e-16 becomes 1e-8."""


def peer(values, mask, spacing, content):
    """What PyRadiomics' own extractor returns for a parameter file's content."""
    SimpleITK = pytest.importorskip("SimpleITK")
    extractor_of = pytest.importorskip("radiomics.featureextractor", reason="PyRadiomics is not installed")
    logging.getLogger("radiomics").setLevel(logging.CRITICAL + 1)
    extractor = extractor_of.RadiomicsFeatureExtractor(content)
    extractor.settings["additionalInfo"] = False
    if values.ndim == 2:
        extractor.settings["force2D"] = False
    parts = [SimpleITK.GetImageFromArray(part) for part in (values, mask.astype(np.uint8))]
    for part in parts:
        part.SetSpacing([float(step) for step in reversed(spacing)])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return {name: float(value) for name, value in extractor.execute(*parts, label=1).items()}


def assert_equal(cases, content):
    """Each case is (values, mask, spacing): the same names, order, values and refusals as PyRadiomics."""
    found = batch(*(list(column) for column in zip(*cases, strict=True)), parse(content))
    for row, case in enumerate(cases):
        expected = peer_or_none(*case, content)
        assert (expected is None) == (row in found.refused), found.refused.get(row, f"PyRadiomics refuses case {row}")
        if expected is None:
            assert np.isnan(found.values[row]).all()
            continue
        assert tuple(expected) == found.names
        assert_close(dict(zip(found.names, found.values[row], strict=True)), expected, row)


def peer_or_none(*case):
    try:
        return peer(*case)
    except (ValueError, RuntimeError):
        return None


def assert_close(found, expected, where=""):
    wrong = [
        f"{where} {name}: {found[name]!r}, PyRadiomics {value!r}"
        for name, value in expected.items()
        if not np.isclose(
            found[name], value, rtol=RELATIVE, atol=1e-7 if name.endswith(ROOTS) else 1e-12, equal_nan=True
        )
    ]
    assert not wrong, "\n".join(wrong)


def texture(rng, *shape, smooth=1.0):
    """Correlated noise, about 100 +- 50."""
    values = gaussian_filter(rng.normal(size=shape), smooth)
    return values / values.std() * 50 + 100


def blob(rng, *shape):
    """A region with a ragged border and holes that leaves the first row out."""
    mask = gaussian_filter(rng.normal(size=shape), 2) > 0
    mask[0] = False
    return mask
