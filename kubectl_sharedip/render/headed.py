"""Rows like a table's, each with what is told of it in whole lines beneath.

It exists because a sentence in the last column of a narrow terminal comes out as a strip that nobody
reads. Refuses to leave out or shorten anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kubectl_sharedip.render.table import Cell, Painted, table
from kubectl_sharedip.render.text import cell_width, visible, wrap

_INDENT = 4
_NONE = "-"
_PAINT = re.compile("\x1b\\[[0-9]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headed:
    """A row, and the texts beneath it."""

    row: Sequence[Cell]
    told: Sequence[Cell]


def laid_out(
    headers: Sequence[str],
    blocks: Sequence[Headed],
    *,
    width: int | None,
    headers_shown: bool = True,
    least: int | None = None,
) -> str:
    """The texts as the last column, a row each, where all of it fits; else beneath their rows.

    The last of ``headers`` is that of the texts. ``width`` is in cells, None for no limit. With ``least``
    the last column may be wrapped before that, down to so many cells. Empty where there is no row.
    """
    whole = in_columns(headers, blocks, width=width, headers_shown=headers_shown, least=least)
    if width is None or fits(whole, width):
        return whole
    return headed(headers[:-1], blocks, width=width, headers_shown=headers_shown)


def in_columns(
    headers: Sequence[str],
    blocks: Sequence[Headed],
    *,
    width: int | None,
    headers_shown: bool = True,
    least: int | None = None,
) -> str:
    """The texts as the last column, whether it fits or not; arguments as above."""
    rows = [[*block.row, one] for block in blocks for one in block.told or [_NONE]]
    if not rows:
        return ""
    limit = width if least is not None else None
    return table(headers, rows, width=limit, wrap_column=None, headers_shown=headers_shown, least=least or 1)


def fits(text: str, width: int | None) -> bool:
    """Whether each line of a painted text has room in so many cells; None for no limit."""
    return width is None or all(cell_width(_PAINT.sub("", line)) <= width for line in text.splitlines())


def headed(
    headers: Sequence[str], blocks: Sequence[Headed], *, width: int, headers_shown: bool = True
) -> str:
    """The rows in columns, with their texts; empty where there is no row.

    ``width`` is in cells of the terminal. A row that is wider goes on under its last column.
    """
    rows = [block.row for block in blocks]
    plain = [[cell.text if isinstance(cell, Painted) else cell for cell in row] for row in rows]
    if not plain:
        return ""
    lines = table(headers, plain, width=None, wrap_column=None, headers_shown=headers_shown).splitlines()
    titles = lines[:1] if headers_shown else []
    found = [*titles]
    place = max(cell_width(line) for line in lines) - _widest_last(headers if headers_shown else None, plain)
    under = place if place <= width // 2 else 2 * _INDENT
    for line, block in zip(lines[len(titles) :], blocks, strict=True):
        first, *rest = wrap(line, width, under)
        for cell in block.row:
            if isinstance(cell, Painted):
                first = first.replace(visible(cell.text), cell.paint(visible(cell.text)), 1)
        found += [first, *rest]
        for cell in block.told:
            found += _told(cell, width)
    return "".join(f"{line}\n" for line in found)


def _widest_last(headers: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> int:
    every = [*([headers] if headers else []), *rows]
    return max(cell_width(visible(row[-1])) for row in every)


def _told(cell: Cell, width: int) -> Iterator[str]:
    text = visible(cell.text if isinstance(cell, Painted) else cell)
    first, *rest = wrap(" " * _INDENT + text, width, _INDENT)
    if isinstance(cell, Painted):
        word = text.partition(" ")[0]
        first = first.replace(word, cell.paint(word), 1)
    yield first
    yield from rest
