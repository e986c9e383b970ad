"""Names that are longer than a line: none is cut or broken, and whatever can fit the terminal does."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_sharedip.render.addresses import address_table
from kubectl_sharedip.render.spilling import fitted, spilled
from kubectl_sharedip.render.style import Style
from kubectl_sharedip.render.table import Painted, table
from kubectl_sharedip.render.text import cell_width
from tests.render_room.test_address_table import document, item, service

HEADERS = ("NAME", "KEY", "PORTS", "STATE")
_INDENT = 4
names = st.text("abc漢", min_size=1, max_size=60)
lists = st.lists(st.text("128", min_size=1, max_size=4), min_size=1, max_size=9).map(",".join)
prose = st.lists(names, min_size=1, max_size=8).map(" ".join)
rows_of_four = st.lists(st.tuples(names, names, lists, prose), min_size=1, max_size=6)
widths = st.integers(45, 200)


@settings(deadline=None)  # the machine may be busy
@given(rows_of_four, widths)
def test_each_row_has_all_of_its_words_in_their_order(
    rows: list[tuple[str, str, str, str]], width: int
) -> None:
    first, *laid = spilled(HEADERS, rows, width=width, wrap_column=None, list_column=2)
    assert " ".join(first).split() == list(HEADERS)
    assert len(laid) == len(rows)
    for row, lines in zip(rows, laid, strict=True):
        shown = " ".join(lines).split()
        name, key, ports, state = row
        assert shown[:2] == [name, key]
        assert sorted(shown[2:]) == sorted([*_as_broken(shown, ports), *state.split()])
        assert [word for word in shown if word in state.split()] != []


def _as_broken(shown: list[str], ports: str) -> list[str]:
    """The list in the pieces in which it stands there."""
    rest, pieces = ports, []
    for word in shown[2:]:
        if rest and rest.startswith(word) and (word == rest or word.endswith(",")):
            pieces.append(word)
            rest = rest[len(word) :]
    assert not rest
    return pieces


@settings(deadline=None)  # the machine may be busy
@given(rows_of_four, widths)
def test_only_a_name_that_is_longer_than_a_line_is_wider(
    rows: list[tuple[str, str, str, str]], width: int
) -> None:
    for lines in spilled(HEADERS, rows, width=width, wrap_column=None, list_column=2):
        for line in lines:
            assert cell_width(line) <= max(width, _INDENT + max(map(cell_width, line.split())))
            assert cell_width(line) <= width or " " not in line.strip()
            assert line == line.rstrip()


@settings(deadline=None)  # the machine may be busy
@given(rows_of_four, widths)
def test_what_fits_is_the_table_that_it_was(rows: list[tuple[str, str, str, str]], width: int) -> None:
    whole = table(HEADERS, rows, width=width, wrap_column=None, list_column=2)
    shown = fitted(HEADERS, rows, width=width, wrap_column=None, list_column=2)
    if max(map(cell_width, whole.splitlines())) <= width:
        assert shown == whole
    assert fitted(HEADERS, rows, width=None, wrap_column=None) == table(
        HEADERS, rows, width=None, wrap_column=None
    )


def test_a_row_that_is_short_stays_one_line_beside_long_ones() -> None:
    short = [(f"shop/web{at}", "web", "80/TCP", "shared (2)") for at in range(9)]
    long = ("n" * 66, "k" * 60, "80/TCP", "alone")
    laid = spilled(HEADERS, [*short, long], width=80, wrap_column=None, headers_shown=False)
    assert [len(lines) for lines in laid] == [1] * 9 + [3]
    assert laid[9] == [
        "n" * 66,
        "            " + "k" * 60,
        "                  80/TCP   alone",
    ]


def test_only_words_are_painted() -> None:
    style = Style(enabled=True)
    row = ("n" * 50, "k" * 50, "80/TCP", Painted(text="SIP201 wants it", paint=style.error))
    plain = ("n" * 50, "k" * 50, "80/TCP", "SIP201 wants it")
    painted = fitted(HEADERS, [row], width=60, wrap_column=None)
    assert painted.count("\x1b[31mSIP201\x1b[0m wants it") == 1
    assert re.sub(r"\x1b\[\d+m", "", painted) == fitted(HEADERS, [plain], width=60, wrap_column=None)


def test_ls_with_long_names_at_80_columns() -> None:
    long = "team-platform-edge-networking/ingress-nginx-controller-internal"
    shown = document(
        item(
            "192.168.1.205",
            service("default/dns-tcp", ports=["53/TCP"], key="dns"),
            service(long, ports=["80/TCP"], key="dns"),
        ),
        item(
            "2001:db8:1234:5678:9abc:def0:1234:5678", service("shop/web", ports=["443/TCP"], key="共有キー")
        ),
    )
    assert address_table(shown, wide=False, width=80, style=Style(enabled=False)) == (
        "ADDRESS         KEY        SERVICE           PORTS     STATE\n"
        "192.168.1.205   dns        default/dns-tcp   53/TCP    shared (2)\n"
        "192.168.1.205   dns\n"
        "    team-platform-edge-networking/ingress-nginx-controller-internal\n"
        "                                             80/TCP    shared (2)\n"
        "2001:db8:1234:5678:9abc:def0:1234:5678\n"
        "                共有キー   shop/web          443/TCP   alone\n"
    )
