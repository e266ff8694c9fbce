"""The policy and the declarations: what is accepted, and that a typo is named."""

import datetime

import pytest

from gan_audit.errors import UsageError
from gan_audit.features.registry import INTERNAL, known_spaces
from gan_audit.judgement.declarations import declarations_template
from gan_audit.judgement.policy import default_policy_text, load_declarations, load_policy, require_classes

IDS = ("frechet", "coverage", "memorization.ratio")
SPACES = ("radiomics", "inception")


def load(source):
    return load_policy(source, ids=IDS, spaces=SPACES)


def policy(**checks):
    return {"schema": "1", "name": "test", "checks": checks}


def test_the_default_policy_is_valid_and_names_known_checks_alone(tmp_path, monkeypatch):
    from gan_audit.checks.registry import all_methods

    monkeypatch.chdir(tmp_path)
    found = load_policy(None, ids=tuple(all_methods()), spaces=(*known_spaces(), *INTERNAL))
    assert found.confidence == 0.95
    assert found.checks["memorization.duplicates"].required
    assert "starting point" in default_policy_text()


def test_the_most_narrow_name_decides():
    found = load(
        policy(
            **{
                "coverage": {"min": 0.1},
                "coverage@radiomics": {"min": 0.2, "scope": "all"},
                "coverage/class:rare": {"min": 0.3},
                "coverage@radiomics/class:rare": {"min": 0.4},
            }
        )
    )
    limits = {
        ("radiomics", "class:rare"): 0.4,
        ("inception", "class:rare"): 0.3,
        ("radiomics", "all"): 0.2,
        ("radiomics", "class:other"): 0.1,
        ("inception", "all"): 0.1,
    }
    for (space, scope), expected in limits.items():
        assert found.criterion("coverage", space, scope)[1].min == expected
    assert found.criterion("frechet", "radiomics", "all") is None


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (policy(frechett={"max": 1}), "Did you mean frechet?"),
        (policy(**{"frechet@inceptoin": {"max": 1}}), "Did you mean inception?"),
        (policy(frechet={"maxx": 1}), "Did you mean max?"),
        (policy(frechet={"level": "eror", "max": 1}), "checks.frechet.level"),
        (policy(frechet={"level": "error"}), "0 limits"),
        (policy(frechet={"max": 1, "min": 0}), "2 limits"),
        (policy(frechet={"max": float("nan")}), "checks.frechet.max"),
        ({"schema": "2", "name": "x"}, "schema"),
        ({"name": "x"}, "schema"),
        ({"schema": "1", "name": "x", "waivers": [{"check": "frechet", "reason": "", "approved_by": "J"}]}, "reason"),
    ],
)
def test_a_wrong_policy_is_refused_with_the_place_and_the_nearest_word(source, words):
    with pytest.raises(UsageError) as error:
        load(source)
    assert words in str(error.value)
    assert error.value.exit_code == 2


def test_a_policy_in_pyproject_is_used_and_a_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.gan-audit]\nschema = "1"\nname = "ours"\n[tool.gan-audit.checks.coverage]\nmin = 0.5\n'
    )
    assert load(None).name == "ours"
    assert load("pyproject.toml").checks["coverage"].min == 0.5
    with pytest.raises(UsageError, match=r"absent\.toml does not exist"):
        load("absent.toml")
    (tmp_path / "broken.toml").write_text("schema = ")
    with pytest.raises(UsageError, match="no readable TOML"):
        load("broken.toml")


def test_waivers_keep_their_day():
    found = load(
        {
            "schema": "1",
            "name": "x",
            "waivers": [
                {"check": "frechet@inception", "reason": "r", "approved_by": "J", "expires": datetime.date(2027, 1, 31)}
            ],
        }
    )
    assert found.waivers[0].expires == datetime.date(2027, 1, 31)


def test_a_class_that_no_image_has_is_refused():
    found = load(policy(**{"coverage/class:pneumona": {"min": 0.5}}))
    with pytest.raises(UsageError, match="Did you mean pneumonia"):
        require_classes(found, {"pneumonia", "normal"})
    require_classes(found, {"pneumona"})


def test_the_declarations_template_is_valid_and_blank(tmp_path):
    file = tmp_path / "declarations.toml"
    file.write_text(declarations_template(), encoding="utf-8")
    found = load_declarations(file)
    assert found == load_declarations(None)
    assert all(value is None for fields in found.values() for value in fields.values())


def test_declared_text_is_kept_and_typos_are_refused(tmp_path):
    file = tmp_path / "declarations.toml"
    file.write_text('[document]\ntitle = " A title "\n')
    assert load_declarations(file)["document"]["title"] == "A title"
    file.write_text('[document]\ntitel = "x"\n')
    with pytest.raises(UsageError, match="Did you mean title"):
        load_declarations(file)
    file.write_text("[document]\ntitle = 3\n")
    with pytest.raises(UsageError, match="text in quotes"):
        load_declarations(file)
