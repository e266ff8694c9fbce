"""Rounding never changes what a number says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audit.report.numbers import DASH, count, interval, line, number, p_value, quantity, stated

FINITE = st.floats(-1e300, 1e300)


def spaced(text: str) -> str:
    """The text with plain spaces for those that do not break."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def read(text: str) -> Decimal:
    """What a reader takes a printed number for."""
    plain = text.removesuffix("\N{NO-BREAK SPACE}%").replace("\N{NARROW NO-BREAK SPACE}", "").replace("−", "-")
    mantissa, _, power = plain.partition(" × 10")
    return Decimal(mantissa).scaleb(int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1.00"),
        (0.98, "0.980"),
        (1.2345, "1.23"),
        (999.96, "1000"),
        (12345.6, "12 346"),
        (-0.5, "−0.500"),
        (0.0001, "0.000100"),
        (0.000012345, "1.23 × 10⁻⁵"),
        (1234567.0, "1.23 × 10⁶"),
        (None, DASH),
    ],
)
def test_three_significant_digits(value, text):
    assert spaced(number(value)) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.065, "share", "6.50 %"),
        (1.0, "share", "100 %"),
        (0.99996, "share", "99.996 %"),
        (99.9999, "%", "99.9999 %"),
        (0.0, "share", "0 %"),
        (1e-9, "fraction", "1.00 × 10⁻⁷ %"),
        (1.5, "MMD²", "1.50 MMD²"),
        (1.5, "ratio", "1.50"),
    ],
)
def test_a_unit_follows_its_number(value, unit, text):
    assert spaced(quantity(value, unit)) == text


@given(FINITE)
def test_zero_is_printed_for_zero_alone(value):
    assert (read(number(value)) == 0) == (value == 0)


@given(st.floats(0, 1))
def test_all_is_printed_for_all_alone(value):
    assert (read(quantity(value, "share")) == 100) == (value == 1)


@given(FINITE, FINITE, st.sampled_from(["", "share", "%"]))
def test_a_number_stands_on_its_own_side_of_the_limit(value, limit, unit):
    shown, drawn = read(quantity(value, unit, line(limit, unit, [value]))), read(stated(limit, unit, [value]))
    assert (shown > drawn) == (value > limit)
    assert (shown < drawn) == (value < limit)


def test_a_computed_limit_gets_the_digits_that_tell_it_from_its_neighbours():
    limit = 0.18518505000000002
    assert stated(limit) == "0.185"
    assert stated(limit, "", [0.1851]) == "0.1852"
    assert stated(limit, "", [0.1851853]) == "0.185"
    assert quantity(0.1851853, "", line(limit, "", [0.1851853])) == "0.1852"


@given(FINITE)
def test_a_printed_number_is_near_the_number(value):
    assert float(read(number(value))) == pytest.approx(value, rel=0.0051)


@pytest.mark.parametrize(
    ("limit", "text"),
    [(0.05, "0.05"), (15720.75, "15 720.75"), (0.18518505000000002, "0.185"), (1e-9, "1 × 10⁻⁹"), (0.0, "0")],
)
def test_a_limit_is_printed_as_written_or_to_three_digits(limit, text):
    assert spaced(stated(limit)) == text


def test_a_limit_in_percent_is_scaled_exactly():
    assert spaced(stated(0.07, "share")) == "7 %"


def test_an_interval_says_its_unit_once():
    assert spaced(interval([0.179, 0.2454], "share")) == "17.9 to 24.5 %"
    assert interval(None) == DASH


def test_small_p_values_have_a_floor():
    assert p_value(0.00009) == "< 0.0001"
    assert p_value(0.0123) == "0.0123"
    assert p_value(None) == DASH


def test_counts_keep_every_digit():
    assert spaced(count(1234567)) == "1 234 567"
    assert count(None) == DASH
