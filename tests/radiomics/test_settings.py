"""Parameter files: what is understood, what is refused by name."""

from __future__ import annotations

import pytest

from gan_audit.errors import UsageError
from gan_audit.radiomics.setting_rules import CLASSES, FILTERS, KINDS, SHAPES
from gan_audit.radiomics.settings import FIELDS, WITHOUT_EFFECT, RadiomicsSettings, parse


def test_an_empty_file_means_pyradiomics_defaults():
    rule = parse({})
    assert rule.filters == (("Original", ()),)
    assert [name for name, _ in rule.classes] == sorted((*CLASSES, *SHAPES))
    assert (rule.bin_width, rule.distances, rule.symmetrical, rule.pad) == (25.0, (1,), True, 5)


def test_settings_filters_and_features_are_read():
    rule = parse(
        {
            "setting": {"binWidth": 5, "distances": [1, 2], "label": 1, "weightingNorm": None},
            "imageType": {"Original": None, "LoG": {"sigma": [1.0, 3.0], "binWidth": 2}},
            "featureClass": {"glcm": ["Contrast"], "firstorder": None},
            "voxelSetting": {"kernelRadius": 2},
        }
    )
    assert (rule.bin_width, rule.distances) == (5, (1, 2))
    assert rule.of(rule.filters[1][1]).bin_width == 2
    assert rule.of(rule.filters[1][1]).sigma == (1.0, 3.0)
    assert rule.of(rule.filters[0][1]) == rule
    assert rule.classes == (("glcm", ("Contrast",)), ("firstorder", ()))
    assert hash(rule)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"settings": {}}, "Did you mean setting"),
        ({"setting": {"binwidth": 5}}, "Did you mean binWidth"),
        ({"setting": {"binWidth": 0}}, "a number above 0 for PyRadiomics' setting binWidth, got 0"),
        ({"setting": {"binWidth": float("nan")}}, "binWidth"),
        ({"setting": {"binCount": 2.5}}, "a whole number above 0"),
        ({"setting": {"distances": [0]}}, "distances"),
        ({"setting": {"distances": []}}, "distances"),
        ({"setting": {"force2D": 1}}, "true or false"),
        ({"setting": {"weightingNorm": "city"}}, "manhattan"),
        ({"setting": {"resegmentMode": "x"}}, "absolute, relative, sigma"),
        ({"setting": ["binWidth"]}, "settings by name"),
        ({"imageType": {"Laplace": {}}}, "imageType"),
        ({"imageType": {"LoG": {"sigmas": [1]}}}, "Did you mean sigma"),
        ({"imageType": {"LBP2D": {}}}, "LBP2D"),
        ({"featureClass": {"glcmm": None}}, "Did you mean glcm"),
        ({"featureClass": {"glcm": ["contrast"]}}, "Did you mean Contrast"),
        ({"featureClass": {"glcm": "Contrast"}}, "a list of features"),
    ],
)
def test_what_is_not_understood_is_named(content, said):
    with pytest.raises(UsageError) as caught:
        parse(content)
    assert said in str(caught.value)


def test_every_setting_of_pyradiomics_own_schema_is_known_or_left_out_on_purpose():
    radiomics = pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    yaml = pytest.importorskip("yaml")
    with open(radiomics.getParameterValidationFiles()[0]) as file:  # noqa: PTH123 - PyRadiomics gives a string
        schema = yaml.safe_load(file)["mapping"]["setting"]["mapping"]
    without = {name for name in schema if name.startswith("lbp")}
    assert set(schema) - without == set(FIELDS) | set(WITHOUT_EFFECT)
    assert set(FIELDS) == set(KINDS)
    assert set(FIELDS.values()) <= set(RadiomicsSettings.__dataclass_fields__)


def test_names_are_pyradiomics_own_in_its_order():
    radiomics = pytest.importorskip("radiomics", reason="PyRadiomics is not installed")
    for kind, names in (CLASSES | SHAPES).items():
        known = radiomics.getFeatureClasses()[kind].getFeatureNames()
        assert list(names) == [name for name, deprecated in known.items() if not deprecated]
    assert set(radiomics.getImageTypes()) - set(FILTERS) == {"LBP2D", "LBP3D"}
