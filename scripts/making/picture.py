"""A terminal as a picture: a command, what it prints, and its colours, as SVG.

Why it exists: a picture that is made from a run cannot show what the program does not say. The same text
gives the same bytes. Refuses to know what the text means, and any escape sequence but the program's colours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import escape

_CELL, _LINE, _SIZE = 8.0, 19.0, 13.3
_MARGIN = 16.0
_COLOUR = re.compile(r"\x1b\[(\d+)m")
_FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours for a ground; ``painted`` are those of the program, by the number in their sequence."""

    ground: str
    edge: str
    text: str
    prompt: str
    painted: dict[str, str]


THEMES = {
    "light": Theme(
        ground="#ffffff",
        edge="#d0d7de",
        text="#1f2328",
        prompt="#59636e",
        painted={"31": "#c21c2c", "32": "#137333", "33": "#8a5700", "2": "#59636e"},
    ),
    "dark": Theme(
        ground="#0d1117",
        edge="#3d444d",
        text="#e6edf3",
        prompt="#9198a1",
        painted={"31": "#ff7b72", "32": "#56d364", "33": "#e3b341", "2": "#9198a1"},
    ),
}


class _Piece(NamedTuple):
    column: int
    text: str
    colour: str


def picture(command: str, printed: str, theme: Theme) -> str:
    """The SVG of a terminal in which ``command`` was typed and ``printed`` came, with its sequences."""
    lines = [
        [_Piece(0, f"$ {command}", theme.prompt)],
        *(list(_pieces(row, theme)) for row in printed.split("\n")),
    ]
    columns = max(piece.column + len(piece.text) for line in lines for piece in line)
    width, height = columns * _CELL + 2 * _MARGIN, len(lines) * _LINE + 2 * _MARGIN
    said = " ".join(_COLOUR.sub("", printed).split())
    body = "\n".join(_drawn(row, piece) for row, line in enumerate(lines) for piece in line)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
        f' height="{height:g}" role="img" font-family="{_FONT}" font-size="{_SIZE:g}">\n'
        f"<title>{escape(command)}</title>\n<desc>{escape(said)}</desc>\n"
        f'<rect x="0.5" y="0.5" width="{width - 1:g}" height="{height - 1:g}" rx="6"'
        f' fill="{theme.ground}" stroke="{theme.edge}"/>\n{body}\n</svg>\n'
    )


def _pieces(row: str, theme: Theme) -> Iterator[_Piece]:
    """The words of a line at their columns: blanks are left to the place of the next."""
    column, colour = 0, theme.text
    for part in re.split(r"(\x1b\[\d+m)", row):
        sequence = _COLOUR.fullmatch(part)
        if sequence:
            colour = theme.text if sequence[1] == "0" else theme.painted[sequence[1]]
            continue
        for word in re.finditer(r"\S+(?: \S+)*", part):
            yield _Piece(column + word.start(), word[0], colour)
        column += len(part)


def _drawn(row: int, piece: _Piece) -> str:
    x, y = _MARGIN + piece.column * _CELL, _MARGIN + (row + 0.75) * _LINE
    # The length holds the columns, whatever font there is.
    return (
        f'<text x="{x:g}" y="{y:g}" textLength="{len(piece.text) * _CELL:g}" fill="{piece.colour}"'
        f' xml:space="preserve">{escape(piece.text)}</text>'
    )
