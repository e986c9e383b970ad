"""Nothing invisible reaches a terminal, and widths and breaks are those that a terminal has."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_sharedip.render.text import cell_width, hidden, visible, wrap

words = st.text(st.sampled_from("abc漢e\u0301-"), min_size=1, max_size=8)
prose = st.lists(words, max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("grün 漢字 😀 שלום", "grün 漢字 😀 שלום"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x1b[31mred\x00\x7f", r"\u001b[31mred\u0000\u007f"),
        ("\u202eevil\u2066\u200f\u200d\ufeff", r"\u202eevil\u2066\u200f\u200d\ufeff"),
        ("\u2028\u2029\x85\xad", r"\u2028\u2029\u0085\u00ad"),
        ("\ud800x", r"\ud800x"),
        ("\U000e0041", r"\U000e0041"),
        ("dns\u00a0\u3000", r"dns\u00a0\u3000"),
        (r"C:\n", r"C:\n"),
    ],
)
def test_hidden_characters_become_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@settings(deadline=None)  # the machine may be busy
@given(st.text(st.characters()))
def test_what_is_visible_stays_so_and_can_be_written(text: str) -> None:
    shown = visible(text)
    assert not any(map(hidden, shown))
    assert visible(shown) == shown
    shown.encode()
    assert [c for c in shown if unicodedata.category(c) == "Lo"] == [
        c for c in text if unicodedata.category(c) == "Lo"
    ]


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("abc", 3), ("漢字", 4), ("\uff46", 2), ("e\u0301", 1), ("ü", 1), ("😀", 2), ("❤\ufe0f", 1)],
)
def test_cells(text: str, cells: int) -> None:
    assert cell_width(text) == cells


def test_lines_break_at_spaces_and_go_on_under_the_indentation() -> None:
    text = 'svc/a holds it  key "dns"  policy Local\nand nobody else'
    assert wrap(text, None) == ['svc/a holds it  key "dns"  policy Local', "and nobody else"]
    assert wrap(text, 26, 2) == ['svc/a holds it  key "dns"', "  policy Local", "  and nobody else"]


def test_a_word_is_never_broken() -> None:
    assert wrap("see 2001:db8::1234:5678 there", 8) == ["see", "2001:db8::1234:5678", "there"]


def test_blanks_at_the_start_stay_and_lines_without_text_are_empty() -> None:
    assert wrap("  a b\n\nc ", 4, 2) == ["  a", "  b", "", "  c"]
    assert wrap("", 10, 2) == [""]


@settings(deadline=None)  # the machine may be busy
@given(prose, st.integers(1, 30), st.integers(0, 6))
def test_wrapped_lines_keep_every_word_and_fit_where_the_words_do(text: str, width: int, indent: int) -> None:
    lines = wrap(text, width, indent)
    assert " ".join(lines).split() == text.split()
    for at, line in enumerate(lines):
        assert line == line.rstrip()
        assert at == 0 or line.startswith(" " * indent)
        assert cell_width(line) <= width or len(line.split()) == 1
