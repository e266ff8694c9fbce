"""Whether a value has the shape a JSON Schema describes: the keywords that our own schema uses, and no others.

A library for this is a development dependency only; the tests hold this module to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gan_audit.report.text import clean, pointer

Schema = Mapping[str, Any]
Steps = tuple[object, ...]


def problem(value: Any, schema: Schema) -> str | None:
    """The first place where the value departs from the schema, in words; None where there is none."""
    return next(_problems(value, schema, schema, ()), None)


def _problems(value: Any, schema: Schema, root: Schema, steps: Steps) -> Iterator[str]:
    for keyword, rule in schema.items():
        if keyword in _NESTED:
            yield from _NESTED[keyword](value, rule, root, steps, schema)
        elif keyword in _SIMPLE and not _SIMPLE[keyword](value, rule):
            yield f"expected {keyword} {clean(rule, 120)} at {pointer(*steps) or 'the top'}, got {clean(value, 40)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and value == int(value),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def _same(first: Any, second: Any) -> bool:
    """Equal as JSON values: true is not 1."""
    return bool(first == second) and isinstance(first, bool) == isinstance(second, bool)


def _type(value: Any, rule: Any) -> bool:
    return any(_TYPES[name](value) for name in ([rule] if isinstance(rule, str) else rule))


_SIMPLE: dict[str, Callable[[Any, Any], bool]] = {
    "type": _type,
    "enum": lambda value, rule: any(_same(value, choice) for choice in rule),
    "const": _same,
    "pattern": lambda value, rule: not isinstance(value, str) or bool(re.search(rule, value)),
    "minLength": lambda value, rule: not isinstance(value, str) or len(value) >= rule,
    "minimum": lambda value, rule: not _is_number(value) or value >= rule,
    "maximum": lambda value, rule: not _is_number(value) or value <= rule,
    "exclusiveMinimum": lambda value, rule: not _is_number(value) or value > rule,
    "exclusiveMaximum": lambda value, rule: not _is_number(value) or value < rule,
    "minItems": lambda value, rule: not isinstance(value, list) or len(value) >= rule,
    "maxItems": lambda value, rule: not isinstance(value, list) or len(value) <= rule,
    "uniqueItems": lambda value, rule: (
        not (rule and isinstance(value, list)) or len(set(map(repr, value))) == len(value)
    ),
    "required": lambda value, rule: not isinstance(value, dict) or set(rule) <= set(value),
}
"""Keywords that look at the value alone. A keyword for another type than the value's says nothing."""


def _fits(value: Any, schema: Schema, root: Schema) -> bool:
    return next(_problems(value, schema, root, ()), None) is None


def _reference(value: Any, rule: str, root: Schema, steps: Steps, _: Schema) -> Iterator[str]:
    yield from _problems(value, root["$defs"][rule.rsplit("/", 1)[-1]], root, steps)


def _properties(value: Any, rule: Schema, root: Schema, steps: Steps, _: Schema) -> Iterator[str]:
    for key, schema in rule.items() if isinstance(value, dict) else ():
        if key in value:
            yield from _problems(value[key], schema, root, (*steps, key))


def _additional(value: Any, rule: Any, root: Schema, steps: Steps, schema: Schema) -> Iterator[str]:
    for key in value if isinstance(value, dict) else ():
        if key in schema.get("properties", ()):
            continue
        if rule is False:
            yield f"the key {clean(key, 40)} at {pointer(*steps) or 'the top'} is not known"
        else:
            yield from _problems(value[key], rule, root, (*steps, key))


def _items(value: Any, rule: Schema, root: Schema, steps: Steps, _: Schema) -> Iterator[str]:
    for index, item in enumerate(value) if isinstance(value, list) else ():
        yield from _problems(item, rule, root, (*steps, index))


def _all(value: Any, rule: list[Schema], root: Schema, steps: Steps, _: Schema) -> Iterator[str]:
    for schema in rule:
        yield from _problems(value, schema, root, steps)


def _number_of(least: int, most: int) -> Callable[[Any, list[Schema], Schema, Steps, Schema], Iterator[str]]:
    def check(value: Any, rule: list[Schema], root: Schema, steps: Steps, _: Schema) -> Iterator[str]:
        if not least <= sum(_fits(value, schema, root) for schema in rule) <= most:
            yield f"{clean(value, 80)} at {pointer(*steps) or 'the top'} is none of the kinds that may stand there"

    return check


def _then(value: Any, rule: Schema, root: Schema, steps: Steps, schema: Schema) -> Iterator[str]:
    if _fits(value, rule, root):
        yield from _problems(value, schema["then"], root, steps)


_NESTED: dict[str, Callable[[Any, Any, Schema, Steps, Schema], Iterator[str]]] = {
    "$ref": _reference,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "allOf": _all,
    "anyOf": _number_of(1, 1_000),
    "oneOf": _number_of(1, 1),
    "if": _then,
}
"""Keywords that hold schemas: (value, rule, root, place, the schema the keyword stands in) to problems."""
KNOWN = frozenset({*_SIMPLE, *_NESTED, "then", "$schema", "$id", "$defs", "title", "description"})
"""Every keyword that may stand in the schema."""
