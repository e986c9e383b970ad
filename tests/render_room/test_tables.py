"""No row and no word is lost in a table, and it keeps to the width where words allow it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Painted, table
from kubectl_sharedip.render.text import cell_width, visible

words = st.text(st.sampled_from("ab漢e\u0301\u202e1."), min_size=1, max_size=6)
prose = st.lists(words, min_size=1, max_size=10).map(" ".join)
rows_of_three = st.lists(st.tuples(words, prose, words), max_size=6)

HEADERS = ("NAME", "WHY", "END")


def test_columns_as_kubectl_lays_them_out() -> None:
    assert table(HEADERS, [("a", "bcdef", ""), ("ghijkl", "", "m")], width=None, wrap_column=None) == (
        "NAME     WHY     END\n"
        "a        bcdef\n"
        "ghijkl           m\n"
    )  # fmt: skip


def test_without_headers_only_the_cells_take_room() -> None:
    rows = [("a", "b", "c")]
    assert table(HEADERS, rows, width=80, wrap_column=None, headers_shown=False) == "a   b   c\n"
    assert table(HEADERS, [], width=80, wrap_column=None, headers_shown=False) == ""
    assert table(HEADERS, [], width=80, wrap_column=None) == "NAME   WHY   END\n"
    assert table((), [], width=80, wrap_column=None) == ""


def test_the_last_column_goes_on_under_itself() -> None:
    assert table(("A", "B"), [("x", "one two three"), ("y", "z")], width=12, wrap_column=None) == (
        "A   B\n"
        "x   one two\n"
        "    three\n"
        "y   z\n"
    )  # fmt: skip


def test_another_column_can_be_the_one() -> None:
    assert table(HEADERS, [("a", "one two three", "z")], width=16, wrap_column=1) == (
        "NAME   WHY     END\n"
        "a      one     z\n"
        "       two\n"
        "       three\n"
    )  # fmt: skip


def test_wide_characters_and_marks_keep_the_columns() -> None:
    assert table(HEADERS, [("漢字", "e\u0301", "x"), ("abcd", "y", "z")], width=None, wrap_column=None) == (
        "NAME   WHY   END\n"
        "漢字   e\u0301     x\n"
        "abcd   y     z\n"
    )  # fmt: skip


def test_a_cell_cannot_break_the_table() -> None:
    text = table(("A", "B"), [("\x1b[2J\u202ea\nb", "c")], width=None, wrap_column=None)
    assert text == "A                     B\n\\u001b[2J\\u202ea\\nb   c\n"


def test_numbers_blanks_and_what_tabulate_takes_for_a_line_stay() -> None:
    rows = [("1.50", "  a  b", "x"), ("\001", "1e3", "y"), ("---", "", "")]
    assert table(HEADERS, rows, width=None, wrap_column=None).splitlines()[1:] == [
        "1.50       a  b   x",
        "\\u0001   1e3      y",
        "---",
    ]


def test_a_long_table_has_the_bytes_of_a_short_one() -> None:
    short = [("1.50", "  a  b", "x"), ("---", "", ""), ("\001", "漢字", "")]
    tabulated = table(HEADERS, short, width=None, wrap_column=None)
    untitled = table(HEADERS, short, width=None, wrap_column=None, headers_shown=False)
    assert table(HEADERS, short * 200, width=None, wrap_column=None) == tabulated + untitled * 199


def test_only_the_first_word_is_painted_and_paint_takes_no_room() -> None:
    cell = Painted(text="SIP201 wants it badly", paint=Style(enabled=True).error)
    painted = table(("A", "B", "C"), [("x", cell, "z")], width=22, wrap_column=1)
    assert painted == "A   B              C\nx   \x1b[31mSIP201\x1b[0m wants   z\n    it badly\n"
    assert re.sub(r"\x1b\[\d+m", "", painted) == table(
        ("A", "B", "C"), [("x", cell.text, "z")], width=22, wrap_column=1
    )


@pytest.mark.parametrize(("rows", "column"), [([("a",)], None), ([], 3), ([], -1)])
def test_what_is_no_table(rows: Sequence[Sequence[str]], column: int | None) -> None:
    with pytest.raises(ValueError, match=r"cells|column"):
        table(HEADERS, rows, width=None, wrap_column=column)


@settings(deadline=None)  # the machine may be busy
@given(rows_of_three, st.none() | st.integers(1, 60), st.sampled_from([None, 0, 1, 2]), st.booleans())
def test_no_row_and_no_word_is_lost(
    rows: list[tuple[str, str, str]], width: int | None, column: int | None, headers_shown: bool
) -> None:
    lines = table(HEADERS, rows, width=width, wrap_column=column, headers_shown=headers_shown).splitlines()
    shown = [word for line in lines for word in line.split()]
    expected = [visible(word) for row in rows for cell in row for word in cell.split()]
    assert sorted(shown) == sorted([*(HEADERS if headers_shown else ()), *expected])
    assert all(line == line.rstrip() for line in lines)
    if width is None:
        assert len(lines) == len(rows) + headers_shown


@settings(deadline=None)  # the machine may be busy
@given(rows_of_three, st.integers(1, 90))
def test_no_line_is_wider_than_it_has_to_be(rows: list[tuple[str, str, str]], width: int) -> None:
    lines = table(HEADERS, rows, width=width, wrap_column=1).splitlines()
    first, last = (
        max([cell_width(HEADERS[at]), *(cell_width(visible(r[at])) for r in rows)]) for at in (0, 2)
    )
    word = max([3, *(cell_width(visible(word)) for row in rows for word in row[1].split())])
    assert all(cell_width(line) <= max(width, first + 3 + word + 3 + last) for line in lines)


@settings(deadline=None)  # the machine may be busy
@given(rows_of_three, st.integers(1, 90))
def test_columns_stand_under_their_headers(rows: list[tuple[str, str, str]], width: int) -> None:
    lines = table(HEADERS, rows, width=width, wrap_column=1).splitlines()
    start = cell_width(lines[0][: lines[0].index("WHY")])
    for line in lines[1:]:
        cells = [cell_width(line[:at]) for at in range(len(line)) if cell_width(line[at].strip())]
        assert not any(start - 3 <= cell < start for cell in cells)
