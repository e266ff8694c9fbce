"""From a number on the page to the place in audit.json that it names."""

from __future__ import annotations

import re

_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def resolve(document, checks, source):
    """The value at a JSON pointer in which a check's key stands for its position."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in source.split("/")[1:]]
    value = document
    if steps[0] == "checks":
        value, steps = checks[steps[1]], steps[2:]
    for step in steps:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def unit_of(checks, source):
    """Unit of the check that a pointer leads into; empty elsewhere."""
    steps = source.split("/")
    return checks[steps[2].replace("~1", "/").replace("~0", "~")]["unit"] if steps[1] == "checks" else ""


def shown_number(text):
    """The last number of a text, in the document's unit."""
    plain = text.replace("\N{NARROW NO-BREAK SPACE}", "").replace("−", "-").replace("\N{NO-BREAK SPACE}", " ")
    if plain.startswith("<"):
        return 0.0
    key, _, tail = plain.rpartition(": ")
    found, power = re.findall(r"(-?\d+(?:\.\d+)?)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", tail if key else plain)[0]
    found = f"{found}e{power.translate(_POWERS) or 0}"
    return float(found) / (100 if re.match(r"[^(]*%", tail if key else plain) and float(found) <= 100 else 1)
