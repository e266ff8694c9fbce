"""Foreign text is printed so that it can be seen and can do nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_audit.report.text import LABEL, clean, label, moment, pointer, prose, words


@given(st.text(st.characters()))
def test_nothing_unseen_survives(text):
    shown = clean(text)
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in shown)
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\ufeff\ufffe\uffff")
    shown.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a[U+0000]b"),
        ("a\u202eb", "a[U+202E]b"),
        ("\ud800", "[U+D800]"),
        ("a\n b\t c", "a b c"),
        ("e\u0301", "é"),
    ],
)
def test_what_is_unseen_is_written_out(text, shown):
    assert clean(text) == shown


def test_a_joined_emoji_stays_one():
    family = "👩\u200d🔬"
    assert clean(family) == family


def test_long_text_is_cut_and_says_how_long_it_was():
    assert clean("x" * 10_000, 20) == "x" * 20 + "… (10000 characters)"


def test_a_label_fits_a_figure():
    assert len(label("x" * 10_000)) == LABEL
    assert label("short") == "short"


def test_prose_keeps_its_lines():
    assert prose("a\r\nb\x07") == "a\nb[U+0007]"


def test_a_pointer_escapes_its_steps():
    assert pointer("checks", "a@b/class:c~d", 0) == "/checks/a@b~1class:c~0d/0"


def test_keys_become_words():
    assert words("interval_method") == "Interval method"


def test_a_moment_reads_as_one():
    assert moment("2026-11-20T08:30:00Z") == "2026-11-20 08:30:00 UTC"
    assert moment("yesterday") == "yesterday"
