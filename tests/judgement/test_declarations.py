"""The questions to the sponsor: one table, and a template made from it."""

from __future__ import annotations

import tomllib

from gan_audit.judgement.declarations import DECLARED_FIELDS, DECLARED_SECTIONS, declarations_template, fields_of


def test_every_field_is_asked_once_in_a_section_that_exists():
    paths = [field.path for field in DECLARED_FIELDS]
    assert len(paths) == len(set(paths))
    assert {field.section for field in DECLARED_FIELDS} == set(DECLARED_SECTIONS)


def test_the_template_is_valid_and_asks_everything_in_order():
    given = tomllib.loads(declarations_template())
    assert [(section, key) for section, fields in given.items() for key in fields] == [
        (field.section, field.key) for section in DECLARED_SECTIONS for field in fields_of(section)
    ]
    assert {value for fields in given.values() for value in fields.values()} == {""}


def test_the_template_says_what_is_required_and_what_is_asked():
    text = declarations_template()
    for field in DECLARED_FIELDS:
        assert f"# {field.title}{' (required)' if field.required else ''}: {field.question}\n{field.key} = " in text


def test_every_question_is_a_sentence():
    assert all(field.question[0].isupper() and field.question[-1] in ".?" for field in DECLARED_FIELDS)
